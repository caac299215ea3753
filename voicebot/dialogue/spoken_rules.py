"""What is a rule of speaking, and which hold in every language?

A rule finds what is written and gives what is said, or None where it does not apply after all.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from voicebot.dialogue.spoken_numbers import NumberWords, grouped


@dataclass(frozen=True, slots=True)
class Rule:
    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], str | None]


# Where a decimal point is a point; elsewhere it is a comma, and points part thousands.
_POINT_LANGUAGES: Final = frozenset((
    "en", "zh", "yue", "ja", "ko", "th", "he", "hi", "ms", "sw", "ga", "cy", "mt", "am", "ne", "ta",
))  # fmt: skip

_PHONE: Final = re.compile(
    r"(?<![\w.,/:-])(?:\+\d[\d ().\u00a0-]{6,20}\d"
    r"|\(0?\d{2,4}\)[ .-]?\d{3,4}[ .-]?\d{3,4}"
    r"|\d{3}[ .-]\d{3}[ .-]\d{4}"
    r"|\d{3}-\d{4}"
    r"|0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5})(?![\w/]|[-.,:]\d)"
)


def phone_rule(words: NumberWords, region: str | None, plus: str) -> Rule:
    """A telephone number: digit by digit, with a small pause between its groups."""

    def say(match: re.Match[str]) -> str | None:
        written = match[0]
        # "2026-11-23" and the like are no numbers; they have been taken by then.
        said = ", ".join(words.digits(group) for group in grouped(written, region))
        return f"{plus} {said}".strip() if written.startswith("+") else said

    return Rule(_PHONE, say)


def ends_sentence(match: re.Match[str]) -> bool:
    """Whether an abbreviation's point ends the sentence, too."""
    rest = match.string[match.end() :]
    is_last = not rest.strip() or re.match(r"\s+[A-Z]", rest) is not None
    return match[0].endswith(".") and is_last


def other_rules(words: NumberWords, language: str) -> tuple[Rule, ...]:
    """Of a language of which only the numbers are known."""
    point, comma = (".", ",") if language in _POINT_LANGUAGES else (",", ".")
    thousands = rf"[{re.escape(comma)}\u00a0\u202f']"
    number = re.compile(
        rf"(?<![\w.,])(\d{{1,3}}(?:{thousands}\d{{3}})+|\d{{1,10}})(?:{re.escape(point)}(\d+))?"
        r"(?![\d])(?![.,]\d)"
    )

    def say(match: re.Match[str]) -> str:
        whole = re.sub(r"\D", "", match[1])
        return words.whole(whole) if match[2] is None else words.decimal(whole, match[2])

    def one_by_one(match: re.Match[str]) -> str:
        parts = re.findall(r"\d+", match[0])
        is_year = len(parts) > 2 and len(parts[-1]) == 4
        last = words.year(int(parts[-1])) if is_year else words.whole(parts[-1])
        return " ".join((*(words.cardinal(int(part)) for part in parts[:-1]), last))

    return (
        phone_rule(words, None, ""),
        # Times, and dates with a year.
        Rule(re.compile(r"(?<![\w.:])(?:\d\d?:\d\d|\d\d?([./])\d\d?\1\d{4})(?![\w:])"), one_by_one),
        Rule(number, say),
    )
