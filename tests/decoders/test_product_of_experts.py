"""Product of experts: any decoders that read, what they say of recordings added, the prior counted once."""

from functools import lru_cache

import numpy as np
import pytest
from held_out import accuracy, read
from label_problem import LABELS, label_problem
from scipy.special import logit

from neurona.decoders import Context, fit
from neurona.decoders.linear_concepts import LinearSettings
from neurona.decoders.product_of_experts import ProductOfExpertsSettings, fit_product_of_experts
from neurona.errors import ConfigError
from neurona.readings import open_reading


@lru_cache(maxsize=2)
def fitted(experts=("relational_evidence", "linear")):
    problem, test = label_problem(2.0)
    return fit_product_of_experts(problem, ProductOfExpertsSettings(experts=experts)), problem, test


def test_evidence_is_added_and_the_prior_counted_once():
    decoder, problem, test = fitted()
    reading, _ = read(decoder, problem, test)
    query = f"exists x. {LABELS[0]}(x)"
    both = reading.ask(query)
    one, other = (member.ask(query) for member in reading.members)
    expected = logit(one.probability) + logit(other.probability) - logit(other.prior)
    np.testing.assert_allclose(logit(both.probability), expected, atol=1e-6)
    np.testing.assert_array_equal(both.prior, one.prior)


def test_a_denial_is_the_complement():
    decoder, problem, test = fitted()
    reading, _ = read(decoder, problem, test)
    query = f"exists x. {LABELS[1]}(x)"
    np.testing.assert_allclose(reading.ask(query).probability + reading.ask(f"~({query})").probability, 1, atol=1e-6)


def test_experts_are_the_decoders_that_their_kinds_make():
    decoder, problem, test = fitted()
    alone = fit(problem, LinearSettings())
    one, other = (read(found, problem, test)[0].ask("exists x. cat(x)") for found in (decoder.experts["linear"], alone))
    np.testing.assert_array_equal(one.probability, other.probability)


@pytest.mark.parametrize("experts", [("relational_evidence", "linear"), ("linear", "linear_evidence")])
def test_two_are_hardly_worse_than_the_better(experts):
    decoder, problem, test = fitted(experts)
    each = [accuracy(expert, problem, test) for expert in decoder.experts.values()]
    assert accuracy(decoder, problem, test) > max(each) - 0.03


def test_an_expert_that_learned_from_validation_recordings_is_not_weighed_on_them():
    learned = [
        fitted(experts)[0].asking.learned
        for experts in (("relational_evidence", "linear"), ("linear", "linear_evidence"))
    ]
    assert [bool(forms) for forms in learned] == [True, False]


def test_each_expert_has_a_folder_of_its_own_and_supervision_is_handed_on(monkeypatch, tmp_path):
    seen, reads = {}, fitted()[0].experts["linear"]

    def noted(problem, settings, context):
        seen[settings.kind] = settings.supervision, context.folder
        return reads

    monkeypatch.setattr("neurona.decoders.product_of_experts.fit", noted)
    settings = ProductOfExpertsSettings(experts=("explain", "linear"), supervision="scenes")
    fit_product_of_experts(label_problem(2.0)[0], settings, Context(folder=tmp_path))
    assert seen == {kind: ("scenes", tmp_path / kind) for kind in ("explain", "linear")}


def test_a_reading_that_was_stored_answers_the_same(tmp_path):
    decoder, problem, test = fitted()
    reading, place = read(decoder, problem, test)
    opened = open_reading(reading.save(tmp_path / "reading"))
    one, other = (r.ask_each(test.queries, place) for r in (reading, opened))
    assert one.answer == other.answer
    for name in ("probability", "prior", "as_asked", "asked"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize(("experts", "message"), [(("linaer", "linear"), "linear"), (("random", "linear"), "reads no")])
def test_unknown_experts_and_those_that_read_nothing_are_refused(experts, message):
    with pytest.raises(ConfigError, match=message):
        fit_product_of_experts(label_problem(2.0)[0], ProductOfExpertsSettings(experts=experts))
