"""What does a voice say where a text has figures, abbreviations, addresses or codes?

The written form is what people read: in history, records and transcripts. The spoken form is
what is synthesised, and what a cache of speech goes by. Text that holds nothing of the kind is
left as it is, and a spoken form is its own spoken form. English is complete; of other languages
the numbers are said, by their own rules, and nothing is ever said in English words.
"""

import re
from functools import lru_cache

from voicebot.dialogue.spoken_english import english_rules
from voicebot.dialogue.spoken_numbers import NumberWords, number_words
from voicebot.dialogue.spoken_rules import Rule, other_rules
from voicebot.turns.playback import Unit

_SPACES = re.compile(r"\s+")
# Whatever follows these is written close to them.
_OPENING = "([{'\"\u2018\u201c-\u2013/"


@lru_cache(maxsize=2048)
def units(text: str, language: str) -> tuple[Unit, ...]:
    """The text in units, in order; joined by spaces they are the text, and its spoken form."""
    words = number_words(language)
    found = [] if words is None else _found(text, _rules(language, words))
    pieces: list[Unit] = []
    # Pieces that touch without a space between them belong to one unit.
    is_open = False
    position = 0
    for start, end, said in [*found, (len(text), len(text), "")]:
        for part in re.findall(r"\s+|\S+", text[position:start]):
            if part.isspace():
                is_open = False
            else:
                _append(pieces, Unit(part, _without_digits(part, words)), is_open=is_open)
                is_open = True
        if end > start:
            _append(pieces, Unit(_SPACES.sub(" ", text[start:end]), said), is_open=is_open)
            is_open = True
        position = end
    return tuple(pieces)


def spoken_form(text: str, language: str) -> str:
    """The text as it is to be said."""
    return " ".join(unit.spoken for unit in units(text, language) if unit.spoken)


def _append(pieces: list[Unit], piece: Unit, *, is_open: bool) -> None:
    if not is_open:
        pieces.append(piece)
        return
    before = pieces[-1]
    pieces[-1] = Unit(before.written + piece.written, _joined(before.spoken, piece.spoken))


def _joined(before: str, piece: str) -> str:
    """Words that took the place of signs do not run into what they touched."""
    may_touch = not before or before[-1] in _OPENING or not piece[:1].isalnum()
    return before + piece if may_touch else f"{before} {piece}"


def _without_digits(part: str, words: NumberWords | None) -> str:
    """Whatever no rule knew is at least said in words."""
    if words is None:
        return part
    said = ""
    for run in re.findall(r"\d+|\D+", part):
        piece = words.whole(run) if run.isdecimal() else run
        said = _joined(said, piece)
    return said


def _found(text: str, rules: tuple[Rule, ...]) -> list[tuple[int, int, str]]:
    """Where which words take the place of what is written; earlier rules come first."""
    found: list[tuple[int, int, str]] = []
    for rule in rules:
        position = 0
        while (match := rule.pattern.search(text, position)) is not None:
            start, end = match.span()
            taken_until = max(
                (last for first, last, _ in found if start < last and first < end), default=0
            )
            said = None if taken_until else rule.say(match)
            if said is not None:
                found.append((start, end, said))
            # What overlaps may hold a match behind what is taken.
            position = taken_until or end
    return sorted(found)


@lru_cache(maxsize=16)
def _rules(language: str, words: NumberWords) -> tuple[Rule, ...]:
    name, _, region = language.partition("-")
    if name == "en":
        return english_rules(words, region or "US")
    return other_rules(words, name)
