"""Which number does a caller ring from, in the one spelling that all records share?

ITU-T E.164 with its plus sign, whatever the trunk sent: national, international, with spaces.
The country is that of the number dialled: a caller who names no country means that one. What is
no number is told apart as withheld, an extension, or malformed, and never raises.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import phonenumbers

# What carriers and telephones write in place of a number (RFC 3323 and usage).
_WITHHELD = frozenset(
    {"", "anonymous", "private", "restricted", "unavailable", "unknown", "withheld"}
)
# ITU-T E.164: 15 digits; with an international prefix and separators, a little more.
_LONGEST = 40
_SEPARATORS = " -./()\u00a0"
_E164_DIGITS_MAX = 15
# The shortest national numbers in use have as many digits; what is shorter is inside.
_EXTENSION_DIGITS_MAX = 6


class NumberKind(StrEnum):
    """What a caller id turned out to be."""

    E164 = "e164"
    EXTENSION = "extension"  # inside a telephone system: callable from there alone
    NATIONAL = "national"  # of a country that nobody has named
    WITHHELD = "withheld"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class CallerNumber:
    """A caller id, read. `number` is E.164, or the digits of another kind, or ""."""

    kind: NumberKind
    number: str = field(default="", repr=False)
    country: str | None = None  # ISO 3166-1; None where the number belongs to none

    @property
    def can_be_called_back(self) -> bool:
        """Whether it names a place in the public network. It may still be forged."""
        return self.kind is NumberKind.E164


def caller_number(raw: str, *, country: str | None) -> CallerNumber:
    """Reads a caller id; `country` is that of the DID, None when the DID has none."""
    if raw.strip().lower() in _WITHHELD:
        return CallerNumber(NumberKind.WITHHELD)
    digits = _dialled(raw)
    if digits is None:
        return CallerNumber(NumberKind.MALFORMED)
    readings = [_read(digits, country)]
    if not digits.startswith("+"):
        # Many carriers send the country code without a plus sign, some with two zeros before it.
        readings.append(_read(f"+{digits.removeprefix('00')}", None))
    for reading in readings:
        if reading is not None:
            return reading
    if not digits.startswith("+") and len(digits) <= _EXTENSION_DIGITS_MAX:
        return CallerNumber(NumberKind.EXTENSION, digits)
    if country is None and not digits.startswith("+") and len(digits) <= _E164_DIGITS_MAX:
        return CallerNumber(NumberKind.NATIONAL, digits)
    return CallerNumber(NumberKind.MALFORMED)


def country_of(did: str) -> str | None:
    """The country of a number in E.164; None for an extension or a number of no country."""
    if not did.startswith("+"):
        return None
    try:
        parsed = phonenumbers.parse(did, None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.region_code_for_number(parsed)


def _dialled(raw: str) -> str | None:
    """The digits, with a leading plus sign where there is one; None when it holds anything else."""
    if len(raw) > _LONGEST:
        return None
    bare = raw.translate({ord(separator): None for separator in _SEPARATORS})
    digits = bare.removeprefix("+")
    # ASCII alone: other scripts have digits too, but no telephone sends them.
    if not (digits.isascii() and digits.isdigit()):
        return None
    return bare


def _read(digits: str, country: str | None) -> CallerNumber | None:
    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return CallerNumber(
        NumberKind.E164,
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        phonenumbers.region_code_for_number(parsed),
    )
