"""Which digits did the caller say, and how are digits said to the caller?

English, as telephone numbers are spoken: digit by digit, "oh" for zero, "double five",
and pairs such as "twenty five" where a recognizer writes them as words.
"""

import re
from collections.abc import Iterable, Sequence

_ONES = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "to": "2", "too": "2",
    "three": "3", "four": "4", "for": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "ate": "8", "nine": "9",
}  # fmt: skip
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
    "eighty": "8", "ninety": "9",
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3}
# Words that are digits only among digits: "to", "for" and "o" are words of their own.
_ALSO_WORDS = frozenset(("to", "too", "for", "ate", "o", "oh"))


def digits_in(text: str) -> str:
    """All digits said in this text, in order; "" when there are none."""
    words = re.findall(r"[a-z]+|\d|\+", text.lower().replace("-", " "))
    has_sure_digit = any(
        word.isdigit() or (word in _ONES and word not in _ALSO_WORDS) or word in _TENS
        for word in words
    )
    if not has_sure_digit:
        return ""
    return "".join(_digits(words))


def _digits(words: Sequence[str]) -> Iterable[str]:
    index = 0
    while index < len(words):
        word = words[index]
        following = words[index + 1] if index + 1 < len(words) else ""
        if word.isdigit() or (word == "+" and index == 0):
            yield word
        elif word in _TIMES and (following in _ONES or following.isdigit()):
            yield _ONES.get(following, following) * _TIMES[word]
            index += 1
        elif word in _TENS:
            follows_one = following in _ONES and following not in _ALSO_WORDS
            yield _TENS[word] + (_ONES[following] if follows_one else "0")
            index += 1 if follows_one else 0
        elif word in _TEENS:
            yield _TEENS[word]
        elif word in _ONES and not (
            # "to" before anything but another digit is a word.
            word in _ALSO_WORDS and not (following in _ONES or following.isdigit() or index)
        ):
            yield _ONES[word]
        elif word == "hundred":
            yield "00"
        index += 1


def spoken_digits(number: str) -> str:
    """A number to be read aloud: digit by digit, in groups with a pause between."""
    digits = [digit for digit in number if digit.isdigit()]
    # From the end in fours, then threes, as most numbers are read: 202, 555, 0123.
    tail = digits[-4:]
    head = digits[:-4]
    lead = len(head) % 3
    starts = range(lead, len(head), 3)
    groups = [head[:lead], *(head[start : start + 3] for start in starts), tail]
    return ", ".join(" ".join(group) for group in groups if group)
