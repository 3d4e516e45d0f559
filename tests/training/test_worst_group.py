"""The worst group weighs more, as much as the paper's update says, and is learned better for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tiny

from neurona.errors import ConfigError
from neurona.training import train
from neurona.training.worst_group import Groups

NAMES = ("few", "many")


def grouped(problem):
    """Every eighth recording is of the few."""
    return replace(problem, columns={"site": tuple("few" if k % 8 == 0 else "many" for k in range(40))})


@pytest.fixture(scope="module")
def told():
    return grouped(tiny.problem(validation=False))


def test_weights_follow_the_losses_of_the_epochs_before(told):
    groups = Groups.by("site", told, told.train)
    assert groups.names == NAMES
    np.testing.assert_allclose(groups.weights([], 0.5), 1)
    losses = [{"train_loss_few": 2.0, "train_loss_many": 1.0}, {"train_loss_few": 1.5, "train_loss_many": 1.0}]
    q = groups.share * np.exp(0.5 * np.array([3.5, 2.0]))
    np.testing.assert_allclose(groups.weights(losses, 0.5), q / q.sum() / groups.share)
    assert groups.share @ groups.weights(losses, 0.5) == pytest.approx(1)


def test_a_group_that_is_not_learned_from_has_no_weight(told):
    none = told.train.take(told.train.recording % 8 != 0)
    groups = Groups.by("site", told, none)
    np.testing.assert_allclose(groups.weights([{"train_loss_many": 3.0}], 0.5), [0, 1])


def test_an_unknown_column_is_named(told):
    with pytest.raises(ConfigError, match=r"'sitee'.*site"):
        Groups.by("sitee", told, told.train)


@pytest.mark.slow
def test_the_worst_group_is_learned_better_than_without(told):
    settings = replace(tiny.SETTINGS, epochs=12, selection="last")

    def losses(**chosen):
        found = train(
            tiny.Linear, tiny.inputs(told), told, replace(settings, worst_group="site", **chosen), asked_only=True
        )
        return found.history.iloc[-1]

    plain, fair = losses(worst_group_rate=1e-9), losses(worst_group_rate=2.0)
    assert plain.train_loss_worst == max(plain.train_loss_few, plain.train_loss_many)
    assert fair.train_loss_worst < plain.train_loss_worst
