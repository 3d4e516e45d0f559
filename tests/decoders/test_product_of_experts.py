"""Product of experts: a good expert is heard, a poor one is not, and none is turned against itself."""

import dataclasses

import numpy as np
import pytest
from small_problem import right, small_problem

from neurona.decoders.answer_arrays import no_answers
from neurona.decoders.product_of_experts import ProductOfExpertsSettings, fit_product_of_experts


class Oracle:
    """SIMULATED expert: noisy logits of the right answer (of the wrong one for a negative strength)."""

    def __init__(self, strength: float, seed: int = 0):
        self.strength, self.seed = strength, seed

    def answer(self, features, asked):
        rng = np.random.default_rng(self.seed)
        answers = no_answers(asked)
        sign = np.where(asked.target > 0, 1.0, -1.0)
        noise = rng.normal(size=len(asked))
        answers.yes_no[:] = np.where(asked.is_describe, 0.0, self.strength * sign + noise)
        for k, words in enumerate(asked.words):
            answers.describe[k, : len(words)] = rng.normal(size=len(words))
            if words:
                answers.describe[k, asked.target[k]] += self.strength
        return answers


def product(first, second):
    return fit_product_of_experts(small_problem()[0], ProductOfExpertsSettings(), (first, second))


def test_the_expert_that_knows_more_weighs_more():
    made = product(Oracle(2.0, 1), Oracle(0.0, 2))
    assert made.yes_no[0] > 3 * made.yes_no[1]
    assert made.describe[0] > 3 * made.describe[1]


def test_an_expert_that_is_wrong_is_left_out_and_not_turned_round():
    made = product(Oracle(2.0, 1), Oracle(-2.0, 2))
    assert made.yes_no[1] == made.describe[1] == 0


def test_two_independent_experts_are_righter_than_either():
    problem, asked = small_problem()
    experts = Oracle(0.7, 1), Oracle(0.7, 2)
    both = right(product(*experts).answer(problem.entities.features, asked), asked).mean()
    assert both > max(right(one.answer(problem.entities.features, asked), asked).mean() for one in experts) + 0.03


def test_without_validation_both_weigh_a_half():
    problem = small_problem()[0]
    blind = dataclasses.replace(problem, validation=problem.validation.take(np.zeros(0, np.int64)))
    made = fit_product_of_experts(blind, ProductOfExpertsSettings(), (Oracle(2.0), Oracle(0.0)))
    assert made.yes_no.tolist() == made.describe.tolist() == [0.5, 0.5]
    answers = made.answer(problem.entities.features, problem.validation)
    one, other = (expert.answer(None, problem.validation) for expert in made.experts)
    assert answers.yes_no == pytest.approx((one.yes_no + other.yes_no) / 2)
