"""What the texts of an image's questions tell about their answers: classifiers that see no recording and no answer of the image asked about.

    solo     the program alone: its words, free and bound, and how other images answered the same program
    pool     besides, the programs of all other questions of the image, not their answers:
             how many of them name each of its words, by type; how many share two words or more; the size of the pool
             how its words go together with those of the pool, compared with the pool's other questions:
                 PMI(v, w) over training pools, and  sum_v log n_yes(w, v) / n_no(w, v)  of training questions that name w beside a v in the pool
             what a first classifier made of those questions of the pool that share words with it

A pool names what an image shows more often than what it does not, and words that go together; so it may answer what nobody measured. Both
classifiers are boosted trees, fitted on the part `train` and tested on the others where there are parts, else over folds of images.

Accuracy is balanced: yes and no weigh the same, in each program where it has both answers, else over the programs of a type that have one.
So 0.5 is chance whatever the shares of answers.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from neurona.scenes.question_only import word_probabilities

FOLDS = 3
COLUMNS = ("type", "n", "solo", "pool", "low", "high")
_SMOOTH = 1.0
_NAMED = re.compile(r"(\w+)\(")


class PoolAudit(NamedTuple):
    """What the audit found.

    Attributes:
        table: one row for each type of yes/no question: type, n (questions tested), solo and pool (balanced accuracies), low and high (95 % interval
            of `pool` over images).
        tested: one row a question tested: image, program, type, answer, weight, solo, pool (probability of yes).
    """

    table: pd.DataFrame
    tested: pd.DataFrame


def pool_audit(questions: pd.DataFrame, *, seed: int = 0, most: int = 20_000) -> PoolAudit:
    """How well texts alone answer yes/no questions.

    Args:
        questions: columns image (what questions of one pool share), program, answer, type; and part, where questions have one: `train` is fitted on.
            The same program about the same image counts once.
        seed: of folds and trees.
        most: questions looked at, of images drawn at random where there are more.

    Returns:
        The audit; its tables are empty where no yes/no question can be tested.
    """
    asked = questions.drop_duplicates(["image", "program"]).reset_index(drop=True)
    rng = np.random.default_rng(seed)
    if len(asked) > most:
        images = rng.permutation(asked.image.unique())
        sizes = asked.image.value_counts()[images].cumsum()
        asked = asked[asked.image.isin(sizes.index[sizes <= most])].reset_index(drop=True)
    yes_no = asked.answer.isin(("yes", "no")).to_numpy()
    pools = _Pools.of(asked)
    tested = []
    with threadpool_limits(1):
        for train, test in _folds(asked, rng):
            if (train & yes_no).any() and (test & yes_no).any():
                tested.append(_tested(asked, pools, train, test, seed))
    found = pd.concat(tested) if tested else pd.DataFrame(columns=["image", "type", "answer", "weight", "solo", "pool"])
    found = found.sort_index()
    rows = [_row(str(name), part, rng) for name, part in found.groupby("type", sort=True)]
    return PoolAudit(pd.DataFrame(rows, columns=list(COLUMNS)), found)


def balanced_weights(questions: pd.DataFrame) -> Float[np.ndarray, " question"]:
    """Weights by which yes and no are as frequent: within each program that has both answers, else within its type.

    Args:
        questions: columns program, answer, type.
    """
    both = questions.groupby("program").answer.transform("nunique").to_numpy() > 1
    cell = np.where(both, questions.program, "of one answer: " + questions.type.astype(str))
    keys = pd.DataFrame({"cell": cell, "answer": questions.answer.to_numpy()})
    of_cell = keys.groupby("cell").answer.transform("size").to_numpy()
    of_answer = keys.groupby(["cell", "answer"]).answer.transform("size").to_numpy()
    answers = keys.groupby("cell").answer.transform("nunique").to_numpy()
    # A cell with one answer only cannot be balanced, and says nothing.
    return np.where(answers > 1, of_cell / (answers * of_answer), 0.0)


def _row(name: str, part: pd.DataFrame, rng: np.random.Generator) -> tuple[str, int, float, float, float, float]:
    truth = (part.answer == "yes").to_numpy()
    weight = part.weight.to_numpy()
    right = {kind: ((part[kind] > 0.5).to_numpy() == truth) * weight for kind in ("solo", "pool")}
    if not weight.sum():
        return name, len(part), np.nan, np.nan, np.nan, np.nan
    solo, pool = (float(right[kind].sum() / weight.sum()) for kind in ("solo", "pool"))
    codes, _ = pd.factorize(part.image)
    hits, weights = (np.bincount(codes, weights=values) for values in (right["pool"], weight))
    drawn = rng.integers(len(hits), size=(1000, len(hits)))
    low, high = np.nanquantile(hits[drawn].sum(axis=1) / np.maximum(weights[drawn].sum(axis=1), 1e-9), (0.025, 0.975))
    return name, len(part), solo, pool, float(low), float(high)


def _folds(
    asked: pd.DataFrame, rng: np.random.Generator
) -> list[tuple[Bool[np.ndarray, " question"], Bool[np.ndarray, " question"]]]:
    """Questions to fit on and to test."""
    if "part" in asked and {"train"} < set(asked.part):
        train = (asked.part == "train").to_numpy()
        return [(train, ~train)]
    fold = _split(asked.image, rng)
    return [(fold != k, fold == k) for k in range(FOLDS)]


def _split(images: pd.Series, rng: np.random.Generator) -> Int[np.ndarray, " question"]:
    codes, unique = pd.factorize(images)
    return rng.permutation(np.arange(len(unique)) % FOLDS)[codes]


class _Pools(NamedTuple):
    """The texts of all questions as matrices.

    Attributes:
        words: which words each question names `[question, word]`.
        image: code of each question's image.
        member: which questions each image has `[image, question]`.
        kind: code of each question's type.
        kinds: of them.
    """

    words: sparse.csr_matrix
    image: Int[np.ndarray, " question"]
    member: sparse.csr_matrix
    kind: Int[np.ndarray, " question"]
    kinds: int

    @classmethod
    def of(cls, asked: pd.DataFrame) -> _Pools:
        named = {text: tuple(dict.fromkeys(_words(text))) for text in asked.program.unique()}
        column = {word: k for k, word in enumerate(sorted({word for words in named.values() for word in words}))}
        rows = [(k, column[word]) for k, text in enumerate(asked.program) for word in named[text]]
        at = np.array(rows, np.int64).reshape(-1, 2).T
        words = sparse.csr_matrix((np.ones(len(rows)), (at[0], at[1])), shape=(len(asked), max(len(column), 1)))
        image, images = pd.factorize(asked.image)
        member = sparse.csr_matrix(
            (np.ones(len(asked)), (image, np.arange(len(asked)))), shape=(len(images), len(asked))
        )
        kind, kinds = pd.factorize(asked.type)
        return cls(words, image, member, kind, len(kinds))

    def others(self) -> Float[np.ndarray, "question word"]:
        """How many other questions of the image name each word."""
        return np.asarray((self.member @ self.words).todense())[self.image] - self.words.toarray()


def _words(program: str) -> tuple[str, ...]:
    return tuple(_NAMED.findall(program))


def _tested(
    asked: pd.DataFrame,
    pools: _Pools,
    train: Bool[np.ndarray, " question"],
    test: Bool[np.ndarray, " question"],
    seed: int,
) -> pd.DataFrame:
    """Probability of yes of each yes/no question of the test side."""
    yes_no = asked.answer.isin(("yes", "no")).to_numpy()
    truth = (asked.answer == "yes").to_numpy()
    inner = _split(asked.image, np.random.default_rng([seed, 1]))
    solo = _crossfitted(lambda fitted: _solo(asked, fitted), train & yes_no, inner)
    pair = _crossfitted(lambda fitted: _co_named(pools, truth, fitted), train & yes_no, inner)
    mentions = _mentions(pools, train)
    weight = np.zeros(len(asked))
    for side in (train & yes_no, test & yes_no):
        weight[side] = balanced_weights(asked[side])
    alone = solo
    first = np.column_stack([alone, mentions, pair, _beside_others(pools, pair)])
    guess = _crossfitted(
        lambda fitted: _boosted(first, truth, weight, pools.kind, fitted, seed), train & yes_no, inner, fill=True
    )
    second = np.column_stack([first, _of_the_others(pools, guess[:, 0])])
    side = test & yes_no
    made = {
        name: _expit(_boosted(design, truth, weight, pools.kind, train & yes_no, seed)[side, 0])
        for name, design in (("solo", alone), ("pool", second))
    }
    return asked.loc[side, ["image", "program", "type", "answer"]].assign(weight=weight[side], **made)


def _crossfitted(
    fit, train: Bool[np.ndarray, " question"], inner: Int[np.ndarray, " question"], fill: bool = False
) -> Float[np.ndarray, "question feature"]:
    """Values of a model for all questions: for those it is fitted on, of models of the other images."""
    values = fit(train)
    for k in range(FOLDS):
        held = train & (inner == k)
        fitted = train & (inner != k)
        if held.any() and fitted.any():
            values[held] = fit(fitted)[held]
    return values


def _solo(asked: pd.DataFrame, fitted: Bool[np.ndarray, " question"]) -> Float[np.ndarray, "question feature"]:
    """By words (logit), and by the same program of other images: log odds and how often."""
    known = asked[fitted]
    probability, classes = word_probabilities(
        known.program.to_list(), known.answer.to_list(), (texts := asked.program.unique()).tolist()
    )
    yes = probability[:, classes.index("yes")] if "yes" in classes else np.zeros(len(texts))
    place = {text: k for k, text in enumerate(texts)}
    counts = Counter(zip(known.program, known.answer, strict=True))
    of = np.array([[counts[text, "yes"], counts[text, "no"]] for text in texts], np.float64)
    table = np.column_stack([_logit(yes), np.log((of[:, 0] + _SMOOTH) / (of[:, 1] + _SMOOTH)), of.sum(axis=1)])
    return table[[place[text] for text in asked.program]]


def _mentions(pools: _Pools, train: Bool[np.ndarray, " question"]) -> Float[np.ndarray, "question feature"]:
    """How often the pool names a question's words, and how they go together over pools; all but the last without any answer."""
    words = pools.words
    found = []
    number = np.maximum(np.asarray(words.sum(axis=1))[:, 0], 1)
    total = np.zeros(words.shape)
    for kind in range(pools.kinds):
        here = sparse.diags((pools.kind == kind).astype(float)) @ words
        counts = np.asarray((pools.member @ here).todense())[pools.image] - here.toarray()
        total += counts
        found += _over_words(words, counts)
        found.append(np.asarray(pools.member @ (pools.kind == kind).astype(float))[pools.image])
    found += _over_words(words, total)
    # Other questions of the image that share two words or more, or all of them.
    shared = _shared_words(pools)
    found += [np.asarray((shared >= bound).sum(axis=1))[:, 0] for bound in (2, 3)]
    same = shared.tocoo()
    all_words = (same.data >= number[same.row]) & (same.data >= number[same.col])
    found.append(np.bincount(same.row[all_words], minlength=len(number)).astype(float))
    # PMI over the pools of training images.
    image_words = np.asarray(((pools.member @ sparse.diags(train.astype(float)) @ words) > 0).todense()).astype(float)
    together, each = image_words.T @ image_words, image_words.sum(axis=0)
    n_images = max(1, int((image_words.sum(axis=1) > 0).sum()))
    pmi = np.log((together + 0.5) * n_images / ((each[:, None] + 0.5) * (each[None] + 0.5)))
    np.fill_diagonal(pmi, 0)
    beside = (pools.others() > 0) * (words.toarray() == 0)
    going = _mean_over(beside, pmi)
    found += _over_words(words, going)
    values = np.column_stack(found)
    return np.column_stack([values, _beside_others(pools, values)])


def _co_named(
    pools: _Pools, truth: Bool[np.ndarray, " question"], fitted: Bool[np.ndarray, " question"]
) -> Float[np.ndarray, "question feature"]:
    """Naive Bayes of pairs of words: log n_yes(w, v) / n_no(w, v), w of the question and v of its pool."""
    beside = ((pools.others() > 0) * (pools.words.toarray() == 0)).astype(float)
    of = [
        np.asarray(pools.words[rows].T @ beside[rows]) + _SMOOTH
        for rows in (np.flatnonzero(fitted & (truth == answer)) for answer in (True, False))
    ]
    base = [
        np.asarray(pools.words[fitted & (truth == answer)].sum(axis=0))[0] + 2 * _SMOOTH for answer in (True, False)
    ]
    odds = np.log(of[0] / base[0][:, None]) - np.log(of[1] / base[1][:, None])
    return np.column_stack(
        [*_over_words(pools.words, _mean_over(beside, odds)), *_over_words(pools.words, beside @ odds.T)]
    )


def _mean_over(beside: np.ndarray, scores: Float[np.ndarray, "word other"]) -> Float[np.ndarray, "question word"]:
    return (beside @ scores.T) / np.maximum(beside.sum(axis=1), 1)[:, None]


def _over_words(words: sparse.csr_matrix, values: Float[np.ndarray, "question word"]) -> list[np.ndarray]:
    """Least, greatest and mean of the values of a question's own words."""
    named = words.toarray() > 0
    none = ~named.any(axis=1)
    low = np.where(none, 0, np.where(named, values, np.inf).min(axis=1))
    high = np.where(none, 0, np.where(named, values, -np.inf).max(axis=1))
    mean = np.where(named, values, 0).sum(axis=1) / np.maximum(named.sum(axis=1), 1)
    return [low, high, mean]


def _shared_words(pools: _Pools) -> sparse.csr_matrix:
    """How many words two questions of one image share, itself excluded."""
    blocks = []
    for k in range(pools.member.shape[0]):
        rows = pools.member[k].indices
        here = pools.words[rows]
        both = (here @ here.T).tocoo()
        apart = both.row != both.col
        blocks.append(np.stack([rows[both.row[apart]], rows[both.col[apart]], both.data[apart]]))
    row, column, value = np.concatenate(blocks, axis=1) if blocks else np.zeros((3, 0))
    size = len(pools.image)
    return sparse.csr_matrix((value, (row.astype(int), column.astype(int))), shape=(size, size))


def _beside_others(
    pools: _Pools, values: Float[np.ndarray, "question feature"]
) -> Float[np.ndarray, "question feature"]:
    """The same, less the mean of the image's questions of the type."""
    keys = pools.image * pools.kinds + pools.kind
    frame = pd.DataFrame(values)
    return (frame - frame.groupby(keys).transform("mean")).to_numpy()


def _of_the_others(pools: _Pools, guess: Float[np.ndarray, " question"]) -> Float[np.ndarray, "question feature"]:
    """What was made of the questions of the pool that share one word, and two: mean logits, by number of words shared."""
    shared = _shared_words(pools)
    found = []
    for bound in (1, 2):
        near = (shared >= bound).astype(float)
        number = np.asarray(near.sum(axis=1))[:, 0]
        found += [near @ guess / np.maximum(number, 1), number]
    return np.column_stack([guess, *found])


def _boosted(
    design: Float[np.ndarray, "question feature"],
    truth: Bool[np.ndarray, " question"],
    weight: Float[np.ndarray, " question"],
    kind: Int[np.ndarray, " question"],
    fitted: Bool[np.ndarray, " question"],
    seed: int,
) -> Float[np.ndarray, "question 1"]:
    """Logit of yes; trees of each type of question."""
    logit = np.zeros((len(design), 1))
    for name in np.unique(kind):
        here = kind == name
        rows = fitted & here & (weight > 0)
        if len(np.unique(truth[rows])) < 2:
            continue
        model = HistGradientBoostingClassifier(
            max_iter=100,
            learning_rate=0.06,
            max_leaf_nodes=15,
            max_bins=32,
            min_samples_leaf=20,
            l2_regularization=1.0,
            random_state=seed,
        )
        # Binning with weights takes ten times as long.
        even = np.ptp(weight[rows]) < 1e-9
        varying = np.ptp(design[rows], axis=0) > 0
        if not varying.any():
            continue
        model.fit(design[np.ix_(rows, varying)], truth[rows], sample_weight=None if even else weight[rows])
        logit[here, 0] = model.decision_function(design[np.ix_(here, varying)])
    return logit


def _logit(p: Float[np.ndarray, " question"]) -> Float[np.ndarray, " question"]:
    p = np.clip(p, 1e-4, 1 - 1e-4)
    return np.log(p / (1 - p))


def _expit(x: Float[np.ndarray, " question"]) -> Float[np.ndarray, " question"]:
    return 1 / (1 + np.exp(-x))
