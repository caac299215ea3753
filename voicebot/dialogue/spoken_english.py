"""In which order are the rules of spoken English tried, and how are quantities said?

Money, percentages, units, fractions, ranges, ordinals, decimals and plain numbers.
"""

import re
from collections.abc import Callable
from typing import Final

from voicebot.dialogue.spoken_addresses import (
    address_rules,
    code_rules,
    mixed_rules,
    word_rules,
)
from voicebot.dialogue.spoken_calendar import calendar_rules
from voicebot.dialogue.spoken_numbers import NumberWords
from voicebot.dialogue.spoken_rules import Rule, phone_rule

# One, several, and the hundredth part: one, several.
_CURRENCIES: Final = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "CHF": ("franc", "francs", "rappen", "rappen"),
    "CAD": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "AUD": ("Australian dollar", "Australian dollars", "cent", "cents"),
}
_UNITS: Final = {
    "km/h": ("kilometer an hour", "kilometers an hour"),
    "mph": ("mile an hour", "miles an hour"),
    "km": ("kilometer", "kilometers"), "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"), "m": ("meter", "meters"),
    "mi": ("mile", "miles"), "ft": ("foot", "feet"), "yd": ("yard", "yards"),
    "kg": ("kilogram", "kilograms"), "lbs": ("pound", "pounds"), "lb": ("pound", "pounds"),
    "oz": ("ounce", "ounces"), "g": ("gram", "grams"), "ml": ("milliliter", "milliliters"),
    "l": ("liter", "liters"), "L": ("liter", "liters"), "kWh": ("kilowatt hour", "kilowatt hours"),
    "Wh": ("watt hour", "watt hours"), "kW": ("kilowatt", "kilowatts"), "W": ("watt", "watts"),
    "V": ("volt", "volts"), "GB": ("gigabyte", "gigabytes"), "MB": ("megabyte", "megabytes"),
    "hrs": ("hour", "hours"), "hr": ("hour", "hours"), "h": ("hour", "hours"),
    "mins": ("minute", "minutes"), "min": ("minute", "minutes"), "sec": ("second", "seconds"),
    "ms": ("millisecond", "milliseconds"), "yrs": ("year", "years"), "yr": ("year", "years"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"), "°C": ("degree Celsius", "degrees Celsius"),
    "°": ("degree", "degrees"), '"': ("inch", "inches"), "%": ("percent", "percent"),
}  # fmt: skip
_FRACTION_SIGNS: Final = {
    "½": (1, 2),
    "¼": (1, 4),
    "¾": (3, 4),
    "⅓": (1, 3),
    "⅔": (2, 3),
    "⅛": (1, 8),
}
_PER: Final = r"(?:\s?/\s?(h|hr|hour|day|week|wk|month|mo|year|yr|night|person|km|mile|lb|kg)\b)?"
_PER_WORDS: Final = {
    "h": "hour",
    "hr": "hour",
    "wk": "week",
    "mo": "month",
    "yr": "year",
    "km": "kilometer",
    "lb": "pound",
    "kg": "kilogram",
}

_DASH: Final = r"\s?[-\u2013\u2014]\s?"
_BEFORE: Final = r"(?<![\w.,:/$€£¥-])"
_AFTER: Final = r"(?!\w|[.,:/]\d)"
_WHOLE: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_NUMBER: Final = rf"({_WHOLE}(?:\.\d+)?)"
_SIGN: Final = r"(?:(?<!\w)[-\u2212](?=[\d$€£]))?"
_MONEY_SIGN: Final = r"(US\$|[$€£¥]|\b(?:USD|EUR|GBP|CHF|CAD|AUD)\s?)"
_SCALE: Final = r"(?:\s?(k|K|M|bn|thousand|million|billion)\b)?"
_SCALES: Final = {"k": "thousand", "K": "thousand", "M": "million", "bn": "billion"}


def english_rules(words: NumberWords, region: str) -> tuple[Rule, ...]:
    """The first rule that applies somewhere has that place."""
    quantities = _Quantities(words)

    def rule(pattern: str, say: Callable[[re.Match[str]], str | None]) -> Rule:
        return Rule(re.compile(pattern), say)

    units = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
    after_unit = r"(?![\w\u00b0/])"
    signs = "".join(_FRACTION_SIGNS)
    return (
        *address_rules(words),
        rule(
            rf"({_SIGN}){_MONEY_SIGN}\s?{_NUMBER}(?:{_DASH}[$€£¥]?{_NUMBER})?{_SCALE}{_PER}{_AFTER}",
            quantities.money,
        ),
        rule(
            rf"{_BEFORE}{_NUMBER}(?:{_DASH}{_NUMBER})?\s?(USD|EUR|GBP|CHF|CAD|AUD|[$€£¥])(?!\w)",
            quantities.money_after,
        ),
        *calendar_rules(words, region),
        phone_rule(words, region, "plus"),
        *code_rules(words),
        rule(rf"{_BEFORE}24/7(?!\w|[.,:/-]\d)", lambda _: "twenty-four seven"),
        rule(
            rf"{_BEFORE}(?:(\d+)\s)?(\d{{1,2}})/(\d{{1,3}}){_AFTER}(?!/)",
            quantities.fraction,
        ),
        rule(rf"(?<![\w.,])(?:(\d+)\s?)?([{signs}])(?!\w)", quantities.fraction_sign),
        rule(
            rf"({_SIGN}){_BEFORE.replace('-', '')}{_NUMBER}(?:{_DASH}{_NUMBER})?(\s?|-)"
            rf"({units}){after_unit}",
            quantities.measure,
        ),
        rule(rf"{_BEFORE}(\d{{1,9}})(?:st|nd|rd|th|ST|ND|RD|TH)\b", quantities.ordinal),
        rule(rf"{_BEFORE}(\d+)x(?!\w)", lambda match: f"{words.whole(match[1])} times"),
        *mixed_rules(words),
        rule(rf"{_BEFORE}{_NUMBER}(?:{_DASH}){_NUMBER}(?![\w/]|[.,:-]\d)", quantities.span),
        rule(r"(?<![\w.])\d+(?:\.\d+){2,}(?!\w)", quantities.version),
        rule(rf"(?:(?<=\s)|^)([-\u2212]){_NUMBER}(?!\w)", quantities.negative),
        rule(rf"(?<![\d.,]){_NUMBER}(?![\d]|[.,]\d)", quantities.plain),
        *word_rules(),
    )


class _Quantities:
    def __init__(self, words: NumberWords) -> None:
        self._words = words

    def number(self, written: str) -> str:
        whole, _, fraction = written.replace(",", "").partition(".")
        return self._words.decimal(whole, fraction) if fraction else self._words.whole(whole)

    def plain(self, match: re.Match[str]) -> str:
        return self.number(match[1])

    def span(self, match: re.Match[str]) -> str:
        return f"{self.number(match[1])} to {self.number(match[2])}"

    def version(self, match: re.Match[str]) -> str:
        return " point ".join(self._words.whole(part) for part in match[0].split("."))

    def negative(self, match: re.Match[str]) -> str:
        return f"minus {self.number(match[2])}"

    def ordinal(self, match: re.Match[str]) -> str:
        return self._words.ordinal(int(match[1]))

    def fraction(self, match: re.Match[str]) -> str | None:
        above, below = int(match[2]), int(match[3])
        return self._fraction(match[1], above, below)

    def fraction_sign(self, match: re.Match[str]) -> str | None:
        return self._fraction(match[1], *_FRACTION_SIGNS[match[2]])

    def _fraction(self, whole: str | None, above: int, below: int) -> str:
        """ "three quarters"; what is no part of a whole is said "seven over three"."""
        lead = "" if whole is None else f"{self._words.whole(whole)} "
        cardinal = self._words.cardinal
        if not 0 < above < below or below > 20:
            return f"{lead}{cardinal(above)} over {cardinal(below)}"
        names = {2: ("half", "halves"), 4: ("quarter", "quarters")}
        ordinal = self._words.ordinal(below)
        one, many = names.get(below, (ordinal, f"{ordinal}s"))
        article = "a" if above == 1 and whole is not None else cardinal(above)
        return f"{lead}{'and ' if whole else ''}{article} {one if above == 1 else many}"

    def measure(self, match: re.Match[str]) -> str | None:
        sign, first, last, joint, unit = match.groups()
        one, many = _UNITS[unit]
        said = (
            self.number(first) if last is None else f"{self.number(first)} to {self.number(last)}"
        )
        minus = "minus " if sign else ""
        # "a 12-km ride"
        is_one = last is None and (first == "1" or joint == "-")
        return f"{minus}{said} {one if is_one else many}"

    def money(self, match: re.Match[str]) -> str | None:
        sign, currency, first, last, scale, per = match.groups()
        said = self._amount(currency.replace("US$", "$").strip(), first, last, scale)
        each = "" if per is None else f" {_article(_PER_WORDS.get(per, per))}"
        return f"{'minus ' if sign else ''}{said}{each}"

    def money_after(self, match: re.Match[str]) -> str | None:
        return self._amount(match[3], match[1], match[2], None)

    def _amount(self, currency: str, first: str, last: str | None, scale: str | None) -> str:
        names = _CURRENCIES[currency]
        many = names[1]
        if scale is not None:
            to = "" if last is None else f" to {self.number(last)}"
            return f"{self.number(first)}{to} {_SCALES.get(scale, scale)} {many}"
        if last is None:
            return self._price(first, names)
        if "." not in first and "." not in last:
            return f"{self.number(first)} to {self.number(last)} {many}"
        return f"{self._price(first, names)} to {self._price(last, names)}"

    def _price(self, written: str, names: tuple[str, str, str, str]) -> str:
        one, many, part, parts = names
        whole, _, fraction = written.replace(",", "").partition(".")
        units = f"{self._words.whole(whole)} {one if whole == '1' else many}"
        if not fraction or not fraction.strip("0"):
            return units
        if len(fraction) > 2:
            return f"{self.number(written)} {many}"
        hundredths = int(fraction.ljust(2, "0"))
        cents = f"{self._words.cardinal(hundredths)} {part if hundredths == 1 else parts}"
        return cents if whole == "0" else f"{units} and {cents}"


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' or noun == 'hour' else 'a'} {noun}"
