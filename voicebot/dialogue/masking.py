"""Which words of a transcript must not be kept, because they are somebody's card?

A card number is 13 to 19 digits with a valid check digit (ISO/IEC 7812-1, the Luhn formula),
however they were said: in digits, in words ("four two four two", "forty two forty two",
"double four") or both, with fillers in between, and wherever in a longer run. A security code is
3 or 4 digits beside the words that name it. While a caller is giving card data, every run of
digits goes (`strictly`): a recognizer that misheard one of them must not save the others.

Masked text has no card number and masking it again changes nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from voicebot.dialogue.number_words import ALSO_WORDS, ONES, TEENS, TENS, TIMES, UNSURE

MASK = "[masked]"
_SHORTEST_CARD, _LONGEST_CARD = 13, 19
_CODE_LENGTHS = frozenset((3, 4))
# While card data is given: a group of a number, an expiry date, a security code.
_SHORTEST_STRICT = 2
# Words between a cue and its code: "the security code on the back of it is um 1 2 3".
_CUE_REACH = 8

_ROUND = {"hundred": "00", "thousand": "000"}
_FILLERS = frozenset(("and", "then", "uh", "um", "er", "dash", "hyphen", "space", "next"))
_CUES = frozenset(("cvv", "cvv2", "cvc", "cvc2", "csc", "cid"))
_CODE_KINDS = frozenset(("security", "verification", "card", "validation"))
_CODE_NAMES = frozenset(("code", "number", "value", "digits"))

_WORD = re.compile(r"\d+|[^\W\d_]+\d*", re.UNICODE)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str  # in lower case
    digits: str  # those that it stands for among digits, "" for none
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Digits that follow each other, with nothing but fillers and punctuation between."""

    words: tuple[int, ...]  # indices of those that stand for digits
    digits: str
    owners: tuple[int, ...]  # for each digit, the index of its word


def mask(text: str, *, strictly: bool = False) -> str:
    """The text without card numbers and security codes."""
    words = tuple(_words(text))
    hidden: set[int] = set()
    for run in _runs(words):
        if strictly and len(run.digits) >= _SHORTEST_STRICT:
            hidden |= set(run.words)
            continue
        hidden |= {run.owners[at] for at in _card_digits(run.digits)}
        if _is_code(words, run) and _is_named(words, run):
            hidden |= set(run.words)
    return _without(text, words, hidden)


def is_card_number(digits: str) -> bool:
    """Whether these digits have the length and the check digit of a card number."""
    if not _SHORTEST_CARD <= len(digits) <= _LONGEST_CARD:
        return False
    # From the right, every second digit counts double, its own digits added.
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _words(text: str) -> Iterator[_Word]:
    found = list(_WORD.finditer(text))
    texts = [match.group().lower() for match in found]
    for index, match in enumerate(found):
        before = texts[index - 1] if index else ""
        yield _Word(texts[index], _digits_of(texts[index], before), match.start(), match.end())


def _digits_of(word: str, before: str) -> str:
    if word.isdecimal():
        # Other scripts' digits too; the check needs them as ours.
        digits = "".join(str(int(sign)) for sign in word)
    elif word in TENS:
        return TENS[word] + "0"
    else:
        digits = ONES.get(word) or TEENS.get(word) or _ROUND.get(word) or ""
    # "Double four" is what its second word stands for.
    return digits * TIMES.get(before, 1)


def _runs(words: Sequence[_Word]) -> Iterator[_Run]:
    """Longest runs; "to", "for" and their like count within a run only."""
    current: list[int] = []
    for index, word in enumerate(words):
        if word.digits:
            current.append(index)
        elif word.text not in _FILLERS and word.text not in TIMES:
            yield from _finished(words, current)
            current = []
    yield from _finished(words, current)


def _finished(words: Sequence[_Word], run: Sequence[int]) -> Iterator[_Run]:
    if all(words[index].text in ALSO_WORDS for index in run):
        return
    digits = ""
    owners: list[int] = []
    for index in run:
        if _completes_tens(words, index):
            # "Forty two": the zero of forty gives way.
            digits, owners = digits[:-1], owners[:-1]
        digits += words[index].digits
        owners += [index] * len(words[index].digits)
    yield _Run(tuple(run), digits, tuple(owners))


def _completes_tens(words: Sequence[_Word], index: int) -> bool:
    word, before = words[index].text, words[index - 1].text if index else ""
    return before in TENS and word in ONES and word not in ALSO_WORDS


def _card_digits(digits: str) -> set[int]:
    """The places of all digits that are part of some card number."""
    places: set[int] = set()
    for length in range(_SHORTEST_CARD, _LONGEST_CARD + 1):
        for start in range(len(digits) - length + 1):
            if is_card_number(digits[start : start + length]):
                places.update(range(start, start + length))
    return places


def _is_code(words: Sequence[_Word], run: _Run) -> bool:
    """Whether so many digits can be a security code, "for" and the like counted or not."""
    sure = sum(len(words[index].digits) for index in run.words if words[index].text not in UNSURE)
    return not _CODE_LENGTHS.isdisjoint((len(run.digits), sure))


def _is_named(words: Sequence[_Word], run: _Run) -> bool:
    first, last = run.words[0], run.words[-1]
    near = words[max(0, first - _CUE_REACH) : last + 1 + _CUE_REACH]
    texts = [word.text for word in near]
    return not _CUES.isdisjoint(texts) or any(
        (one in _CODE_KINDS and other in _CODE_NAMES) or (one == "the" and other == "back")
        for one, other in pairwise(texts)
    )


def _without(text: str, words: Sequence[_Word], hidden: set[int]) -> str:
    pieces, at, index = [], 0, 0
    while index < len(words):
        if index not in hidden:
            index += 1
            continue
        last = index
        # What lies between two masked words goes too: punctuation, fillers, "double".
        while (following := _next_hidden(words, hidden, last)) is not None:
            last = following
        start = words[index - 1] if index and words[index - 1].text in TIMES else words[index]
        pieces += [text[at : start.start], MASK]
        at = words[last].end
        index = last + 1
    return "".join([*pieces, text[at:]])


def _next_hidden(words: Sequence[_Word], hidden: set[int], index: int) -> int | None:
    for following in range(index + 1, len(words)):
        if following in hidden:
            return following
        if words[following].text not in _FILLERS and words[following].text not in TIMES:
            return None
    return None
