"""Which name did the caller spell?

English, as names are spelled on the telephone: "K, E, double L, E, R", "N as in Nancy", "kilo
echo lima". Where a letter comes with a word, the word decides: letters are said with a word
because they alone are mistaken. What was spelled takes the place of the same name as it was
understood, so "Anna Kellar, K E L L E R" is Anna Keller. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# ICAO, Annex 10, volume II; with the spellings that recognizers write.
_ALPHABET = {
    **{word: word[0] for word in (
        "alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india",
        "juliet", "juliett", "kilo", "lima", "mike", "november", "oscar", "papa", "quebec",
        "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "whisky", "xray", "yankee",
        "zulu",
    )},
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3}
_SIGNS = {"dash": "-", "hyphen": "-", "apostrophe": "'"}
# Said between two letters, and no letters themselves.
_FILLERS = frozenset(("and", "then", "uh", "um", "capital", "letter", "comma"))
# "It's a" before the letters: alone they would be a run's beginning.
_DOUBTFUL = frozenset(("a", "i"))
_LINKS = (("as", "in"), ("like", "in"), ("for",), ("like",), ("as",))
_SHORTEST = 3
# So much alike are a name as it was understood and as it was spelled.
_ALIKE = 0.5

_WORD = re.compile(r"[^\W\d_]+")
_CUES = re.compile(
    r"[\s,.]*\b(?:(?:that's|that is|it's|it is|i)\s+)?"
    r"(?:spelled|spelt|spell it|spelling|written|spell that|spells)?(?:\s+as)?[\s,.:;-]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SpelledName:
    """A name, and the part of it that was spelled."""

    name: str  # "Anna Keller"
    letters: str  # "Keller"

    @property
    def read_back(self) -> str:
        """The name to be said aloud, letter by letter where it was spelled."""
        letters = ", ".join(sign.upper() for sign in self.letters if sign.isalpha())
        return f"{self.name}, {letters}"


@dataclass(frozen=True, slots=True)
class _Run:
    letters: str
    start: int  # where in the text


def spelled_name(text: str) -> SpelledName | None:
    """The name that this text spells; None when it spells none. `text` begins with the name."""
    found = list(_WORD.finditer(text.replace("X-ray", "Xray").replace("x-ray", "xray")))
    run = _longest_run([match.group() for match in found], [match.start() for match in found])
    if run is None:
        return None
    letters = _as_name(run.letters)
    before = _CUES.sub("", text[: run.start]).strip(" ,.:;-").split()
    if before and _is_alike(before[-1], letters):
        before = before[:-1]
    return SpelledName(" ".join([*before, letters]), letters)


def _longest_run(words: Sequence[str], starts: Sequence[int]) -> _Run | None:
    best: _Run | None = None
    index = 0
    while index < len(words):
        letters, end = _run_from(words, index)
        count = sum(sign.isalpha() for sign in letters)
        if count >= _SHORTEST and (best is None or count > len(best.letters)):
            best = _Run(letters, starts[index])
        index = max(end, index + 1)
    return best


def _run_from(words: Sequence[str], start: int) -> tuple[str, int]:
    """The letters said from here on, and where they end; a run begins with a sure letter."""
    letters, index = "", start
    while index < len(words):
        word = words[index].lower()
        if letters and (word in _FILLERS or word in _SIGNS):
            letters += _SIGNS.get(word, "")
            index += 1
            continue
        count = _TIMES.get(word, 1)
        at = index + (word in _TIMES)
        letter, following = _letter_at(words, at, is_within=bool(letters))
        if not letter:
            break
        letters += letter * count
        index = following
    return letters.rstrip("-'"), index


def _letter_at(words: Sequence[str], at: int, *, is_within: bool) -> tuple[str, int]:
    """The letter said at this word, and where the next begins; "" when it is none."""
    if at >= len(words):
        return "", at
    word = words[at].lower()
    if len(word) == 1:
        for link in _LINKS:
            end = at + 1 + len(link)
            said = tuple(one.lower() for one in words[at + 1 : end])
            if said == link and end < len(words) and len(words[end]) > 1:
                return words[end][0].lower(), end + 1
        following = words[at + 1].lower() if at + 1 < len(words) else ""
        is_letter = is_within or word not in _DOUBTFUL or len(following) == 1
        return (word, at + 1) if is_letter else ("", at)
    if word in _ALPHABET:
        return _ALPHABET[word], at + 1
    # Recognizers write "K-E-LLER".
    if is_within and words[at].isupper():
        return word, at + 1
    return "", at


def _as_name(letters: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda part: part.group().capitalize(), letters)


def _is_alike(understood: str, spelled: str) -> bool:
    one, other = understood.lower(), spelled.lower()
    return SequenceMatcher(None, one, other).ratio() >= _ALIKE
