"""How are addresses, codes and abbreviations said in English?

E-mail and web addresses with their signs as words, codes letter by letter and digit by digit,
titles and streets in full.
"""

import re
from typing import Final

from voicebot.dialogue.spoken_numbers import NumberWords, grouped
from voicebot.dialogue.spoken_rules import Rule, ends_sentence

_SIGNS: Final = {
    ".": "dot", "-": "dash", "_": "underscore", "+": "plus", "@": "at", "/": "slash", ":": "colon",
    "?": "question mark", "=": "equals", "&": "and", "#": "hash", "%": "percent", "~": "tilde",
}  # fmt: skip
# In full, and not at a sentence's end, where "St." may be anything.
_ABBREVIATIONS: Final = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Prof": "Professor", "Ave": "Avenue",
    "Blvd": "Boulevard", "Rd": "Road", "approx": "approximately",
    "vs": "versus",
    "etc": "et cetera",
    "e.g": "for example", "i.e": "that is", "incl": "including", "excl": "excluding",
    "ext": "extension", "dept": "department", "Inc": "Incorporated",
    "Ltd": "Limited", "Co": "Company",
}  # fmt: skip
_MAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]*\w@\w[\w-]*(?:\.\w[\w-]*)+")
_WEB: Final = re.compile(
    r"(?<![\w@.])(?:(?:https?://)(?:[\w-]+\.)*[\w-]+|www\.(?:[\w-]+\.)*[\w-]+|"
    r"(?:[A-Za-z][\w-]*\.)+(?:com|org|net|example|info|shop|co\.uk|eu|de|io|test))"
    r"(?:/[\w./?=&%#~+-]*[\w/])?(?![\w@])"
)
_CODE_WORDS: Final = (
    r"(?<![\w-])((?:order|reference|booking|confirmation|account|customer|case|ticket|invoice|"
    r"tracking|article|item|pass|PIN|pin|zip|ZIP|access|door)\s(?:number|no\.|code|#|id|ID)\s"
    r"(?:is\s|was\s|of\s)?|(?:PIN|pin|code|extension|ext\.)\s(?:is\s)?)#?(\d{3,})(?![\w%]|[.,:/-]\d)"
)
_HASH: Final = re.compile(r"(?<!\w)#(\d+)(?![\w]|[.,:/-]\d)")
_NUMBER_SIGN: Final = re.compile(r"\b([Nn])o\.\s?(?=\d)|\u2116\s?(?=\d)")
# Letters and digits: AB-123, X5, 4x4, 7-speed.
_MIXED: Final = re.compile(
    r"(?<![\w$€£.,:/#@&+-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?!\w|[.,:/-]\d)"
)
_ACRONYM: Final = re.compile(
    r"(?<![^\W\d])(?<!['\u2019.-])([A-Z]{2,6})(s)?(?![^\W\d]|['\u2019]|-[A-Z]|\.[A-Z])"
)
# In capitals for their weight, or said as a word all the same.
_SAID_AS_WORDS: Final = frozenset((
    "A", "I", "AM", "AN", "AND", "ANY", "ARE", "AS", "AT", "BE", "BIG", "BUT", "BY", "CAN", "DO",
    "FOR", "FREE", "GO", "HAS", "HE", "HER", "HIS", "HOT", "HOW", "IF", "IN", "IS", "IT", "ITS",
    "ME", "MY", "NEW", "NO", "NOR", "NOT", "NOW", "OF", "OFF", "OH", "OK", "ON", "ONE", "OR",
    "OUR", "OUT", "SALE", "SHE", "SO", "THE", "TO", "TOP", "TWO", "UP", "US", "WAS", "WE", "WHO",
    "WHY", "YES", "YET", "YOU", "ALL", "PIN", "VAT", "SIM",
))  # fmt: skip
_STREET_OR_SAINT: Final = re.compile(r"\b(St|Dr)\.")
_STREETS: Final = {"St": "Street", "Dr": "Drive"}
_TITLES: Final = {"St": "Saint", "Dr": "Doctor"}
_BEFORE_A_NAME: Final = ("Mr", "Mrs", "Ms", "Prof")
_SHORT: Final = re.compile(
    rf"(?<![\w.])({'|'.join(re.escape(name) for name in _ABBREVIATIONS)})\.(?!\w)"
)
_AND: Final = re.compile(r"&+")


def address_rules(words: NumberWords) -> tuple[Rule, ...]:
    """Mail and web addresses: before all else, since they hold anything."""

    def say(match: re.Match[str]) -> str:
        written = re.sub(r"^https?://", "", match[0])
        return " ".join(_address_part(part, words) for part in re.findall(r"\w+|\W", written))

    return (Rule(_MAIL, say), Rule(_WEB, say))


def code_rules(words: NumberWords) -> tuple[Rule, ...]:
    """Numbers that name something, and are no quantity."""

    def named(match: re.Match[str]) -> str:
        return f"{match[1]}{_code_digits(match[2], words)}"

    def hashed(match: re.Match[str]) -> str:
        return f"number {_code_digits(match[1], words)}"

    def numbered(match: re.Match[str]) -> str:
        return "Number" if match[1] == "N" else "number"

    return (
        Rule(re.compile(_CODE_WORDS), named),
        Rule(_HASH, hashed),
        Rule(_NUMBER_SIGN, numbered),
    )


def mixed_rules(words: NumberWords) -> tuple[Rule, ...]:
    """Letters among digits: after units and the like, which are that, too."""

    def say(match: re.Match[str]) -> str:
        written = match[0]
        is_code = written.upper() == written
        parts = re.findall(r"[A-Za-z]+|\d+", written)
        said = [
            _letters(part)
            if part.isupper()
            else _code_digits(part, words)
            if part.isdecimal()
            else part
            for part in parts
        ]
        # Between letters and a longer number a speaker pauses.
        text = said[0]
        for part, one in zip(parts[1:], said[1:], strict=True):
            text += ", " if is_code and len(part) > 2 and part.isdecimal() else " "
            text += one
        return text

    return (Rule(_MIXED, say),)


def word_rules() -> tuple[Rule, ...]:
    """Abbreviations and acronyms."""

    def street(match: re.Match[str]) -> str | None:
        """Behind a name a street, before one a title."""
        before = match.string[: match.start()].split()
        is_named = bool(before) and before[-1][0].isupper() and before[-1][-1].isalnum()
        goes_on = re.match(r"\s[A-Z]", match.string[match.end() :]) is not None
        # A capital letter that only begins a sentence is no name: "Visit St. Mary."
        if (is_named and not (goes_on and len(before) == 1)) or (
            before and before[-1][0].isdecimal()
        ):
            return _STREETS[match[1]] + ("." if ends_sentence(match) else "")
        return _TITLES[match[1]] if goes_on else None

    def short(match: re.Match[str]) -> str:
        is_title = match[1] in _BEFORE_A_NAME
        return _ABBREVIATIONS[match[1]] + ("." if ends_sentence(match) and not is_title else "")

    def acronym(match: re.Match[str]) -> str | None:
        said = _letters(match[1])
        return None if said == match[1] else said + ("s" if match[2] else "")

    return (
        Rule(_STREET_OR_SAINT, street),
        Rule(_SHORT, short),
        Rule(_AND, lambda _: "and"),
        Rule(_ACRONYM, acronym),
    )


def _address_part(part: str, words: NumberWords) -> str:
    if part in _SIGNS:
        return _SIGNS[part]
    if part == "www":
        return "W W W"
    pieces = re.findall(r"\d+|[^\W\d_]+|_|\W", part)
    return " ".join(
        _code_digits(piece, words) if piece.isdecimal() else _SIGNS.get(piece, piece)
        for piece in pieces
    )


def _code_digits(digits: str, words: NumberWords) -> str:
    """Two digits are a number; more are said one by one."""
    if len(digits) <= 2 and not digits.startswith("0"):
        return words.cardinal(int(digits))
    return ", ".join(words.digits(group) for group in grouped(digits))


def _letters(word: str) -> str:
    """One by one, unless it is said as a word, or can be."""
    if word in _SAID_AS_WORDS or (len(word) > 3 and re.search("[AEIOUY]", word)):
        return word
    return " ".join(word)
