"""How is a number said in a language?

By CLDR's rule-based number formats, as `unicode-rbnf` carries them: words for whole numbers,
ordinals and years in some seventy languages. Digits of a telephone number are said one by one,
in the groups in which its country writes it.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

import phonenumbers
from unicode_rbnf import FormatPurpose, RbnfEngine

# Longer runs of digits are no quantities: nobody follows them but digit by digit.
LONGEST_CARDINAL_DIGITS: Final = 10
# ITU-T E.164.
_E164_DIGITS_MAX: Final = 15
_TELEPHONE_DIGITS_MIN: Final = 7
# More are not kept in mind at once.
_LONGEST_GROUP: Final = 4


class NumberWords:
    """The number words of one language."""

    def __init__(self, engine: RbnfEngine) -> None:
        self._engine = engine

    def cardinal(self, number: int) -> str:
        return self._said(number, FormatPurpose.CARDINAL)

    def ordinal(self, number: int) -> str:
        return self._said(number, FormatPurpose.ORDINAL)

    def year(self, number: int) -> str:
        return self._said(number, FormatPurpose.YEAR)

    def digits(self, digits: str) -> str:
        """One by one."""
        return " ".join(self.cardinal(int(digit)) for digit in digits if digit.isdecimal())

    def whole(self, digits: str) -> str:
        """A run of digits, perhaps too long for a quantity, or with a zero before it."""
        if len(digits) > LONGEST_CARDINAL_DIGITS or (len(digits) > 1 and int(digits[0]) == 0):
            return ", ".join(self.digits(group) for group in grouped(digits))
        return self.cardinal(int(digits))

    def decimal(self, whole: str, fraction: str) -> str:
        """As the language says its decimal sign, and each digit after it."""
        half = self._engine.format_number("0.5", FormatPurpose.CARDINAL).text
        sign = half.removeprefix(self.cardinal(0)).removesuffix(self.cardinal(5)).strip()
        return " ".join((self.whole(whole), sign, self.digits(fraction)))

    def _said(self, number: int, purpose: FormatPurpose) -> str:
        try:
            return self._engine.format_number(number, purpose).text
        except ValueError:
            # Not every language has words of its own for years, or ordinals for all.
            return self._engine.format_number(number, FormatPurpose.CARDINAL).text


@lru_cache(maxsize=16)
def number_words(language: str) -> NumberWords | None:
    """None: a language whose numbers nobody has described. `language`: "en", "en-GB"."""
    known = RbnfEngine.get_supported_languages()
    for name in (language.replace("-", "_"), language.partition("-")[0]):
        if name in known:
            return NumberWords(RbnfEngine.for_language(name))
    return None


def grouped(number: str, region: str | None = None) -> list[str]:
    """A number's digits in the groups in which it is read aloud: of four at most.

    As its country writes it, where it names one (or is `region`'s own).
    """
    digits = "".join(character for character in number if character.isdecimal())
    is_telephone = _TELEPHONE_DIGITS_MIN <= len(digits) <= _E164_DIGITS_MAX
    if is_telephone and (number.startswith("+") or region is not None):
        groups = _as_written(number, region)
        if "".join(groups) == digits:
            return [part for group in groups for part in _short(group)]
    return _short(digits)


def _short(digits: str) -> list[str]:
    """Groups as even as can be, the longer ones last: 202, 555, 0123."""
    count = -(-len(digits) // _LONGEST_GROUP)
    ends = [len(digits) * number // count for number in range(count + 1)]
    return [digits[start:end] for start, end in pairwise(ends)]


def _as_written(number: str, region: str | None) -> list[str]:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return []
    form = phonenumbers.PhoneNumberFormat
    wanted = form.INTERNATIONAL if number.startswith("+") else form.NATIONAL
    return re.findall(r"\d+", phonenumbers.format_number(parsed, wanted))
