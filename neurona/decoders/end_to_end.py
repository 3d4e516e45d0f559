"""End to end: an embedding of the question and one of the recording, and a neural head; no symbols are executed.

    mlp           h = W_2 gelu(W_1 [gelu(R x), t])
    transformer   h = first token of a pre-norm transformer over [t, question words, entities]     (Vaswani et al. 2017)

    t = template + sum over the question's words (word * place in the template),      logit of yes = v . h + b
    score of a category's word w = u_w . h / sqrt(d) + b_w

A word is bound to its place by the product of their embeddings (R. Gayler 1998, Multiplicative binding, representation operators and analogy): of sums, man(bat) and
bat(man) would be one question. What states a fact is read in one spelling, and a denial as what it denies: logit of ~a = -logit of a, of denials that training never saw, too (a network that
reads denials as further templates confuses them with what they deny; cf. CLIPGlasses, arXiv 2602.21035).

A template is known by a hash of its shape, and so it needs no list; two shapes share an embedding with probability 1 / 256.
What a program means must be learned from answers, so that nothing is shared between forms of questions but words.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge
from flax import nnx
from jaxtyping import Array, Float, Int

from neurona.decoders.decoder import Context, DecoderSettings
from neurona.decoders.registry import register
from neurona.decoders.trained_module import fit_module
from neurona.errors import ConfigError, QueryError
from neurona.execution import Answers, ProgramBatch
from neurona.execution.compile import Group, relation_slots
from neurona.initial_weights import normal
from neurona.programs import Query, Vocabulary, parse
from neurona.programs.affirmed import affirmed
from neurona.programs.literals import one_literal
from neurona.programs.tree import Count, Describe, Not
from neurona.questions import Asked, Problem
from neurona.scenes.facts import program_of
from neurona.training import Layout, Trained, answer_in_batches

_TEMPLATES, _PLACES = 256, 64


@dataclass(frozen=True)
class EndToEndSettings(DecoderSettings):
    """Which head, and its sizes.

    Attributes:
        kind: of decoder.
        head: of the network.
        width: d, of all embeddings.
        layers: of the transformer.
        heads: of its attention; they divide the width.
    """

    kind: Literal["end_to_end"] = "end_to_end"
    head: Literal["mlp", "transformer"] = "mlp"
    width: Annotated[int, Ge(1)] = 128
    layers: Annotated[int, Ge(1)] = 2
    heads: Annotated[int, Ge(1)] = 4


@dataclass(frozen=True, eq=False)
class EndToEndDecoder:
    """A trained network; it answers questions and has no reading.

    Attributes:
        trained: network and history.
        layout: of its inputs.
        vocabulary: of the questions.
        things: concepts that are things.
    """

    trained: Trained = field(repr=False)
    layout: Layout = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    things: frozenset[str] = field(default=frozenset(), repr=False)

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """Answers to all questions; see `Answerer`."""
        stated, sign = affirmed_questions(asked, self.vocabulary, self.things)
        rows, recording = np.unique(asked.recording, return_inverse=True)
        about = replace(stated, recording=recording.astype(np.int64))
        inputs = self.layout(features[rows])
        answers = answer_in_batches(self.trained.model, inputs, about, self.vocabulary, asked_only=False)
        return answers._replace(yes_no=sign * np.asarray(answers.yes_no))


@register(EndToEndSettings)
def fit_end_to_end(problem: Problem, settings: EndToEndSettings, context: Context) -> EndToEndDecoder:
    """Train a network without symbols on a problem's answers."""
    owner, words = problem.entities.entity_of_feature.tolist(), problem.vocabulary

    def build(seed: int, inputs: np.ndarray) -> nnx.Module:
        return EndToEnd(owner, len(words.concepts), len(words.relations), settings, rngs=nnx.Rngs(seed))

    things = problem.things
    train, validation = (affirmed_questions(part, words, things)[0] for part in (problem.train, problem.validation))
    stated = replace(problem, train=train, validation=validation)
    if context.test is not None:
        context = replace(context, test=affirmed_questions(context.test, words, things)[0])
    trained, layout = fit_module(build, stated, context, asked_only=False)
    return EndToEndDecoder(trained, layout, words, things)


def affirmed_questions(
    asked: Asked, vocabulary: Vocabulary, things: frozenset[str]
) -> tuple[Asked, Int[np.ndarray, " question"]]:
    """The questions as what they affirm, with the answers to that; and -1 where one denies it.

    Args:
        asked: questions, with or without answers.
        vocabulary: its definitions are expanded where they must be.
        things: concepts that are things.
    """
    known = {query: _affirmed(query, vocabulary, things) for query in dict.fromkeys(asked.queries)}
    pairs = [known[query] for query in asked.queries]
    sign = np.array([sign for _, sign in pairs], dtype=np.int64)
    target = np.where((sign < 0) & (asked.target >= 0), 1 - asked.target, asked.target)
    return replace(asked, queries=tuple(query for query, _ in pairs), target=target), sign


def _affirmed(query: Query, vocabulary: Vocabulary, things: frozenset[str]) -> tuple[Query, int]:
    """A fact in the spelling of scenes' questions; else the program as it is spelled, where it denies nothing."""
    literal = None if isinstance(query, Describe | Count) else one_literal(query, things, vocabulary)
    if literal is not None:
        fact, holds = literal
        return parse(program_of(fact), vocabulary), 1 if holds else -1
    found, sign = affirmed(query, vocabulary)
    if sign > 0:
        return query, 1
    return (query.body if isinstance(query, Not) else found), -1


class EndToEnd(nnx.Module):
    """Recordings and programs -> answers, by a network alone.

    Args:
        entity_of_feature: entity of each feature `[F]`, channel by channel.
        n_concepts, n_relations: words of the vocabulary, in its order.
        settings: of the network.
        rngs: seed of the initial weights.
    """

    def __init__(
        self,
        entity_of_feature: Sequence[int],
        n_concepts: int,
        n_relations: int,
        settings: EndToEndSettings,
        *,
        rngs: nnx.Rngs,
    ):
        if settings.width % settings.heads:
            raise ConfigError(f"end_to_end: width {settings.width} is no multiple of heads {settings.heads}")
        d, n_words = settings.width, n_concepts + n_relations
        self.n_concepts, self.head, self.n_features = n_concepts, settings.head, len(entity_of_feature)
        self.template, self.place = _embedding(_TEMPLATES, d, rngs), _embedding(_PLACES, d, rngs)
        self.word = _embedding(n_words, d, rngs)
        self.choice, self.choice_bias = _embedding(n_words, d, rngs), nnx.Param(jnp.zeros(n_words))
        self.yes = nnx.Linear(d, 1, rngs=rngs)
        if settings.head == "mlp":
            self.recording = nnx.Linear(self.n_features, d, rngs=rngs)
            self.first, self.second = nnx.Linear(2 * d, 2 * d, rngs=rngs), nnx.Linear(2 * d, d, rngs=rngs)
            return
        entity = np.asarray(entity_of_feature)
        members = [np.flatnonzero(entity == p) for p in range(int(entity.max()) + 1)]
        longest = max(map(len, members))
        # Entities of fewer features than the largest are filled up with a feature that is always 0.
        padded = [np.pad(places, (0, longest - len(places)), constant_values=len(entity)) for places in members]
        self.members = tuple(tuple(map(int, places)) for places in padded)
        scale = 1 / np.sqrt(longest)
        self.entity_map = nnx.Param(scale * jax.random.normal(rngs.params(), (len(members), longest, d)))
        self.entity = _embedding(len(members), d, rngs)
        self.blocks = nnx.List([_Block(d, settings.heads, rngs) for _ in range(settings.layers)])
        self.norm = nnx.LayerNorm(d, rngs=rngs)

    def __call__(self, inputs: Float[Array, "N ..."], programs: ProgramBatch, rngs: nnx.Rngs | None = None) -> Answers:
        """Answers.

        Args:
            inputs: recordings `[N, channel, time]`, or features `[N, F]`.
            programs: compiled on the whole vocabulary (`asked_only=False`).
            rngs: of training, which draws nothing here.

        Raises:
            QueryError: the programs are compiled on the words they ask for.
        """
        if programs.concepts is not None:
            raise QueryError("end_to_end reads words of the vocabulary; compile its programs with asked_only=False")
        embedded = self._recordings(inputs.reshape(len(inputs), -1))
        yes_no, describe = [jnp.zeros(0)], [jnp.zeros((0, programs.n_words))]
        for shape, group in zip(programs.templates, programs.groups, strict=True):
            if isinstance(shape, Describe):
                describe.append(self._described(shape, group, embedded, programs.n_words))
            else:
                yes_no.append(self.yes(self._read(shape, self._words(shape, group, 0), group, embedded))[:, 0])
        told = jnp.concatenate([*yes_no, jnp.zeros(1)]).at[programs.yes_no].get(mode="fill", fill_value=0.0)
        none = jnp.full((1, programs.n_words), -jnp.inf)
        words = jnp.concatenate([*describe, none]).at[programs.describe].get(mode="fill", fill_value=-jnp.inf)
        return Answers(told, words)

    def _recordings(self, features: Float[Array, "N F"]) -> Float[Array, "N token width"]:
        """One token for the mlp; one an entity for the transformer."""
        if self.head == "mlp":
            return jax.nn.gelu(self.recording(features))[:, None]
        filled = jnp.concatenate([features, jnp.zeros((len(features), 1), features.dtype)], axis=1)
        tokens = jnp.einsum("npf,pfd->npd", filled[:, jnp.asarray(self.members)], self.entity_map[...])
        return tokens + self.entity[...][None]

    def _words(self, shape: Query, group: Group, n_words: int) -> Int[Array, "question slot"]:
        """Places in the vocabulary of the words of the template, without the members of its category."""
        slots = group.words.shape[1] - n_words
        relation = np.isin(np.arange(slots), relation_slots(shape)).astype(np.int32) * self.n_concepts
        return jnp.asarray(group.words)[:, :slots] + jnp.asarray(relation)[None]

    def _read(
        self, shape: Query, words: Int[Array, "question slot"], group: Group, embedded: Float[Array, "N token width"]
    ) -> Float[Array, "question width"]:
        row = zlib.crc32(repr(shape).encode()) % _TEMPLATES
        slots = words.shape[1]
        # Of unit size, a place changes no word's length.
        place = self.place[...][jnp.arange(slots) % _PLACES] * np.sqrt(self.place.shape[-1]).astype(np.float32)
        tokens = self.word[...][words] * place[None]
        template = jnp.broadcast_to(self.template[...][row], (len(words), 1, tokens.shape[-1]))
        recording = embedded[group.recording]
        if self.head == "mlp":
            question = template[:, 0] + tokens.sum(axis=1)
            return self.second(jax.nn.gelu(self.first(jnp.concatenate([recording[:, 0], question], axis=-1))))
        sequence = jnp.concatenate([template, tokens, recording], axis=1)
        for block in self.blocks:
            sequence = block(sequence)
        return self.norm(sequence[:, 0])

    def _described(
        self, shape: Describe, group: Group, embedded: Float[Array, "N token width"], n_words: int
    ) -> Float[Array, "question word"]:
        members = group.words[:, group.words.shape[1] - n_words :]
        place = jnp.maximum(members, 0) + (self.n_concepts if len(shape.terms) == 2 else 0)
        # The category is part of the question: the mean of its members' embeddings stands for it.
        known = (members >= 0)[:, :, None]
        category = (self.word[...][place] * known).sum(axis=1) / jnp.maximum(known.sum(axis=1), 1)
        read = self._read(shape, self._words(shape, group, n_words), group, embedded) + category
        score = jnp.einsum("qd,qwd->qw", read, self.choice[...][place]) / np.sqrt(read.shape[1]).astype(np.float32)
        return jnp.where(members >= 0, score + self.choice_bias[...][place], -jnp.inf)


class _Block(nnx.Module):
    """x + attention(norm x), then x + mlp(norm x)."""

    def __init__(self, width: int, heads: int, rngs: nnx.Rngs):
        self.heads = heads
        self.before, self.between = nnx.LayerNorm(width, rngs=rngs), nnx.LayerNorm(width, rngs=rngs)
        self.joint, self.out = nnx.Linear(width, 3 * width, rngs=rngs), nnx.Linear(width, width, rngs=rngs)
        self.up, self.down = nnx.Linear(width, 2 * width, rngs=rngs), nnx.Linear(2 * width, width, rngs=rngs)

    def __call__(self, x: Float[Array, "question token width"]) -> Float[Array, "question token width"]:
        split = self.joint(self.before(x)).reshape(*x.shape[:2], 3, self.heads, -1)
        mixed = jax.nn.dot_product_attention(split[:, :, 0], split[:, :, 1], split[:, :, 2])
        x = x + self.out(mixed.reshape(x.shape))
        return x + self.down(jax.nn.gelu(self.up(self.between(x))))


def _embedding(rows: int, width: int, rngs: nnx.Rngs) -> nnx.Param:
    return normal(rngs, (max(rows, 1), width))
