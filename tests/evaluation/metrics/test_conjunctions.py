import pandas as pd
import pytest

from neurona.errors import DataError
from neurona.evaluation import conjunction_table

RIGHT = {"a": (1, 1), "b": (1, 0), "c": (0, 1), "d": (1, 1)}


def predictions():
    """Four recordings, object and position of each; the last two show conjunctions that training lacked."""
    rows = [
        (
            f"{recording}-{word}",
            recording,
            "describe",
            f"describe {word}",
            "x",
            "x" if right else "y",
            0.0,
            chance,
            recording in "cd",
        )
        for recording, told in RIGHT.items()
        for word, right, chance in zip(("Object", "Position"), told, (0.25, 0.5), strict=True)
    ]
    columns = ["question", "recording", "type", "program", "answer", "predicted", "score", "chance", "unseen"]
    return pd.DataFrame(rows, columns=columns)


def test_all_words_must_be_right_at_once():
    table = conjunction_table(predictions(), ["Object", "Position"]).set_index(["conjunctions", "words"])
    assert table.accuracy.to_dict() == {
        ("all", "Object"): 0.75,
        ("all", "Position"): 0.75,
        ("all", "Object & Position"): 0.5,
        ("seen", "Object"): 1.0,
        ("seen", "Position"): 0.5,
        ("seen", "Object & Position"): 0.5,
        ("unseen", "Object"): 0.5,
        ("unseen", "Position"): 1.0,
        ("unseen", "Object & Position"): 0.5,
    }
    assert table.chance["all", "Object & Position"] == 0.125
    assert table.n["unseen", "Object"] == 2


def test_without_unseen_ones_there_is_one_part_and_one_category_is_too_few():
    table = conjunction_table(predictions().drop(columns="unseen"), ["Object", "Position"])
    assert set(table.conjunctions) == {"all"}
    with pytest.raises(DataError, match=r"\['describe Object'\] described; two categories or more"):
        conjunction_table(predictions(), ["Object"])
