import jax.numpy as jnp
import numpy as np

from neurona.execution import Executor, Scores, get_logic
from neurona.programs import Vocabulary, parse

WORDS = Vocabulary(concepts=("a", "b", "c"))


def test_it_answers_with_the_parameters_it_is_given_and_scores_only_what_is_asked():
    weights = jnp.asarray([[1.0, -2.0], [0.5, 3.0], [-1.0, -1.0]])  # word x component
    recordings = jnp.asarray(np.random.default_rng(0).normal(size=(2, 4, 2)), jnp.float32)  # entity x component

    def score(weights, recordings, batch):
        return Scores(jnp.einsum("nwf,npf->nwp", weights[batch.concepts], recordings))

    executor = Executor(WORDS, score, get_logic("goedel"))
    queries = [parse(f"exists x. {word}(x)", WORDS) for word in "abc"]
    answers = executor(weights, recordings, queries, [0, 1, 1])
    expected = [(recordings[n] @ weights[w]).max() for w, n in ((0, 0), (1, 1), (2, 1))]
    np.testing.assert_allclose(answers.yes_no, expected, rtol=1e-5)
    executor(2 * weights, recordings, queries[::-1], [1, 1, 0])
    assert executor.traces == 1
