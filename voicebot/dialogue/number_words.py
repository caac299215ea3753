"""Which digits do English words stand for, as numbers are spoken on the telephone?

As a recognizer writes them: "two" may come as "to", and zero is as often "oh".
"""

from collections.abc import Mapping
from typing import Final

ONES: Final[Mapping[str, str]] = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "to": "2", "too": "2",
    "three": "3", "four": "4", "for": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "ate": "8", "nine": "9",
}  # fmt: skip
TEENS: Final[Mapping[str, str]] = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
# Without their zero: the digit after them takes its place ("forty two").
TENS: Final[Mapping[str, str]] = {
    "twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
    "eighty": "8", "ninety": "9",
}  # fmt: skip
TIMES: Final[Mapping[str, int]] = {"double": 2, "triple": 3}
# Digits only among other digits, else words of their own; of these, the unsure ones are words even
# then, as often as not.
UNSURE: Final = frozenset(("to", "too", "for", "ate"))
ALSO_WORDS: Final = UNSURE | {"o", "oh"}
