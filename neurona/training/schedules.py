"""The optimiser: clipped gradients, a schedule with a warm-up, AdamW (Loshchilov and Hutter 2019, ICLR) or SGD; all of Optax."""

from __future__ import annotations

import optax

from neurona.training.settings import TrainingSettings

MOMENTUM = 0.9


def schedule_of(settings: TrainingSettings, n_steps: int) -> optax.Schedule:
    """Learning rate of each step.

    Args:
        n_steps: of the whole training, were it to see all its epochs.
    """
    peak, rise = settings.learning_rate, round(settings.warmup * n_steps)
    rest = max(n_steps - rise, 1)
    after = {
        "cosine": lambda: optax.cosine_decay_schedule(peak, rest),
        "linear": lambda: optax.linear_schedule(peak, 0.0, rest),
        "constant": lambda: optax.constant_schedule(peak),
    }[settings.schedule]()
    if not rise:
        return after
    # The first step is not wasted on a rate of 0.
    return optax.join_schedules([optax.linear_schedule(peak / (rise + 1), peak, rise), after], [rise])


def optimiser_of(settings: TrainingSettings, n_steps: int) -> optax.GradientTransformation:
    """The chain of transformations that turns a gradient into an update."""
    schedule = schedule_of(settings, n_steps)
    parts = [] if settings.clip is None else [optax.clip_by_global_norm(settings.clip)]
    if settings.optimiser == "adamw":
        parts.append(optax.adamw(schedule, weight_decay=settings.weight_decay))
    else:
        parts += [optax.add_decayed_weights(settings.weight_decay), optax.sgd(schedule, MOMENTUM)]
    return optax.chain(*parts)
