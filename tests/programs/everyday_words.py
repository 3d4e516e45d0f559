"""The vocabulary of `everyday_questions.txt`."""

from neurona.programs import Vocabulary

_THINGS = (
    "person man woman child dog cat horse bat ball hat shirt dress umbrella collar frisbee bench table car tree grass"
)
WORDS = Vocabulary(
    (*_THINGS.split(), "red", "blue", "white", "brown", "big", "small", "wooden"),
    ("hold", "wear", "ride", "throw", "sit", "on", "_in", "under", "next_to", "behind", "in_front_of", "near", "with"),
    {
        "Color": ("red", "blue", "white", "brown"),
        "Size": ("big", "small"),
        "Action": ("hold", "wear", "ride", "throw"),
    },
    {"animal": "dog(x) | cat(x) | horse(x)"},
)
