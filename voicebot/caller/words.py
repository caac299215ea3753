"""Were the expected words heard?

A transcript writes "9:30", "$18" or "555-0100" where a text says "nine thirty",
"eighteen dollars" or single digits. Both are brought to the same tokens first:
lower-case words, and every number as its single digits.
"""

import re
from collections.abc import Iterable, Iterator


def _counted(names: str, first: int, step: int = 1) -> dict[str, int]:
    return {name: first + step * i for i, name in enumerate(names.split())}


_VALUES = {
    **_counted("zero one two three four five six seven eight nine ten eleven twelve", 0),
    **_counted("thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 13),
    **_counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10),
    **_counted("first second third fourth fifth sixth seventh eighth ninth tenth eleventh", 1),
    **_counted("twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth", 12),
    **_counted("nineteenth twentieth", 19),
    "thirtieth": 30,
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}

# Heard or not, they change nothing of what was said.
_FILLERS = frozenset({"a", "an", "the", "and", "oclock", "cents", "uh", "um"})

_REWRITES = (
    (re.compile(r"(?<=\d),(?=\d{3})"), ""),
    (re.compile(r"\$\s?(\d+)\.00\b"), r"\1 dollars"),
    (re.compile(r"\$\s?(\d+)\.(\d\d)\b"), r"\1 dollars \2"),
    (re.compile(r"\$\s?(\d+)"), r"\1 dollars"),
    (re.compile(r"£\s?(\d+)"), r"\1 pounds"),
    (re.compile(r"€\s?(\d+)"), r"\1 euros"),
    (re.compile(r"%"), " percent "),
    (re.compile(r"(\d):00\b"), r"\1"),
    (re.compile(r"(\d)\.(?=\d)"), r"\1 point "),
    (re.compile(r"(\d)(?:st|nd|rd|th)\b"), r"\1"),
    (re.compile(r"\b([ap])\.?\s?m\b\.?"), r"\1m"),
    (re.compile(r"(\d)(am|pm)\b"), r"\1 \2"),
    (re.compile("['\u2019]"), ""),
    (re.compile(r"[^a-z0-9]+"), " "),
)


def contains_words(heard: str, expected: str) -> float:
    """The share of the expected words that were heard, in their order: 0 to 1."""
    wanted = tokens(expected)
    if not wanted:
        return 1.0
    return _longest_common_subsequence(tokens(heard), wanted) / len(wanted)


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, numbers as single digits, without case, punctuation and fillers."""
    text = text.lower()
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    words = [word for word in text.split() if word not in _FILLERS]
    return tuple(_with_digits(words))


def _with_digits(words: list[str]) -> Iterator[str]:
    """Joins number words ("one hundred twenty five") and spells every number in digits."""
    number: int | None = None
    for word, following in zip(words, [*words, ""][1:], strict=True):
        if number is not None and (joined := _joined(number, word)) is not None:
            number = joined
            continue
        if number is not None:
            yield from str(number)
            # "five oh one": the letter stands for the digit only behind another one.
            number = 0 if word in ("oh", "o") else None
            if number is not None:
                continue
        if word in _VALUES:
            number = _VALUES[word]
        elif word.isdigit() and following in _SCALES:
            number = int(word)
        elif word.isdigit():
            yield from word
        else:
            yield word
    if number is not None:
        yield from str(number)


def _joined(number: int, word: str) -> int | None:
    """The number that `number` and the next word make together, if they do."""
    if word in _SCALES:
        scale = _SCALES[word]
        below = number % 1_000 if scale == 100 else number
        fits = 0 < below < scale if scale > 100 else 0 < below < 100
        return number - below + below * scale if fits else None
    value = _VALUES.get(word)
    if value is None or value == 0:
        return None
    if number % 100 >= 20 and number % 10 == 0 and value < 10:
        return number + value
    if number >= 100 and number % 100 == 0 and value < 100:
        return number + value
    return None


def _longest_common_subsequence(some: Iterable[str], others: tuple[str, ...]) -> int:
    lengths = [0] * (len(others) + 1)
    for one in some:
        diagonal = 0
        for i, other in enumerate(others, start=1):
            above = lengths[i]
            lengths[i] = diagonal + 1 if one == other else max(above, lengths[i - 1])
            diagonal = above
    return lengths[-1]
