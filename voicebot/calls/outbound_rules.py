"""May this number be rung, now, for this business?

Whatever is refused says why, and what would have to be changed. Refused always, whatever a
business allows: what is no number of the public network, emergency services, numbers that cost
whoever calls them extra, our own numbers, and everybody on the do-not-call list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType, timezone
from phonenumbers.shortnumberinfo import connects_to_emergency_number

from voicebot.calls.phone_number import caller_number, country_of
from voicebot.dialogue.business import Business
from voicebot.dialogue.business_parts import Hours
from voicebot.dialogue.outbound import Outbound


class Refusal(StrEnum):
    """Why a number was not rung."""

    NOT_SET_UP = "not-set-up"
    CALLER_ID = "caller-id"
    NO_NUMBER = "no-number"
    EMERGENCY = "emergency"
    PREMIUM_RATE = "premium-rate"
    OWN_NUMBER = "own-number"
    DESTINATION = "destination"
    HOURS = "hours"
    WINDOW = "window"  # the time that was wished for
    DO_NOT_CALL = "do-not-call"
    IN_PROGRESS = "in-progress"
    NUMBER_CAP = "number-cap"
    RANGE_CAP = "range-cap"
    RATE = "rate"
    # Found by whoever would place the call.
    NO_AGENT = "no-agent"
    NO_TRUNK = "no-trunk"
    TRUNK_FULL = "trunk-full"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class Refused:
    """The number is not rung. `remedy` says what to change, and holds nothing private."""

    reason: Refusal
    remedy: str


@dataclass(frozen=True, slots=True)
class Destination:
    """A number that may be rung as far as it alone decides."""

    number: str = field(repr=False)  # E.164
    country: str
    time_zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What was done before, as the store tells it."""

    dials_of_number: int  # for this business, within 24 hours
    dials_in_minute: int  # of this business
    is_barred: bool  # on the do-not-call list
    is_in_progress: bool  # the number is being rung, or talked with, right now
    dials_of_range: int = 0  # of the number and its neighbours, for this business, within 24 hours


# Numbers that earn somebody money when they are called (ITU-T E.129, E.164 annex B).
_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_UNKNOWN_ZONE = "Etc/Unknown"


def rules_of(business: Business) -> Outbound | Refused:
    """The business's rules; it has none before somebody wrote them."""
    if business.outbound is not None:
        return business.outbound
    return Refused(
        Refusal.NOT_SET_UP, f'the business file of {business.name} has no section "outbound"'
    )


def caller_id_of(business: Business, wanted: str | None) -> str | Refused:
    """Our number that is shown: the one wanted, or the first in E.164. Never another's."""
    if wanted is None:
        in_e164 = [did for did in business.dids if did.startswith("+")]
        return (in_e164 or list(business.dids))[0]
    for did in business.dids:
        if did.removeprefix("+") == wanted.removeprefix("+"):
            return did
    return Refused(
        Refusal.CALLER_ID, f"only a number of {business.name} may be shown: {_list(business.dids)}"
    )


def destination_of(
    raw: str, rules: Outbound, caller_id: str, own: Iterable[str]
) -> Destination | Refused:
    """Reads the number as somebody in the country of our own would write it.

    `own`: all numbers of ours, of whichever business.
    """
    home = country_of(caller_id)
    if _is_emergency(raw, rules, home):
        return Refused(Refusal.EMERGENCY, "emergency services are for people to call")
    found = caller_number(raw, country=home)
    if not found.can_be_called_back:
        return Refused(
            Refusal.NO_NUMBER, "give a whole number, best with its country code: +1 202 555 0123"
        )
    parsed = phonenumbers.parse(found.number, None)
    if phonenumbers.number_type(parsed) in _COSTLY:
        return Refused(Refusal.PREMIUM_RATE, "numbers that cost extra are never rung")
    if found.number.removeprefix("+") in {number.removeprefix("+") for number in own}:
        return Refused(Refusal.OWN_NUMBER, "that is a number of our own")
    countries = rules.countries or ((home,) if home is not None else ())
    if found.country is None or not (
        found.country in countries or found.number.startswith(rules.prefixes)
    ):
        return Refused(
            Refusal.DESTINATION,
            f'add its country to "outbound.countries" ({_list(countries)}) or its beginning to '
            f'"outbound.prefixes" ({_list(rules.prefixes)})',
        )
    return Destination(found.number, found.country, timezone.time_zones_for_number(parsed))


def refusal_now(destination: Destination, rules: Outbound, at: datetime) -> Refused | None:
    """Whether it is a time to ring, in every zone that the number may be in."""
    for zone in destination.time_zones or (_UNKNOWN_ZONE,):
        hours = _hours(zone, rules)
        if hours is None:
            return Refused(
                Refusal.HOURS, "nobody knows what time it is there; a geographic number tells"
            )
        if not hours.are_open(at):
            return Refused(
                Refusal.HOURS, f'it is no time to ring in {zone} by "outbound.hours"; try later'
            )
    return None


def refusal_by_history(rules: Outbound, history: History) -> Refused | None:
    """Whether it is too soon, or unwanted."""
    if history.is_barred:
        return Refused(
            Refusal.DO_NOT_CALL, "it is on the do-not-call list (voicebot do-not-call list)"
        )
    if history.is_in_progress:
        return Refused(Refusal.IN_PROGRESS, "it is being rung right now, or was a moment ago")
    if history.dials_of_number >= rules.max_per_number_per_day:
        return Refused(
            Refusal.NUMBER_CAP,
            f"it was rung {history.dials_of_number} times within a day "
            f'("outbound.max_per_number_per_day": {rules.max_per_number_per_day})',
        )
    if history.dials_of_range >= rules.max_per_range_per_day:
        return Refused(
            Refusal.RANGE_CAP,
            f"it and its neighbours were rung {history.dials_of_range} times within a day "
            f'("outbound.max_per_range_per_day": {rules.max_per_range_per_day})',
        )
    if history.dials_in_minute >= rules.max_per_minute:
        return Refused(
            Refusal.RATE,
            f"{history.dials_in_minute} calls were placed within a minute "
            f'("outbound.max_per_minute": {rules.max_per_minute}); try again',
        )
    return None


def _is_emergency(raw: str, rules: Outbound, home: str | None) -> bool:
    digits = "".join(sign for sign in raw if sign.isascii() and sign.isdigit())
    countries = {home, *rules.countries, *_countries_named_by(raw)} - {None}
    return any(
        country is not None
        # As dialled, and behind a country code.
        and any(connects_to_emergency_number(part, country) for part in _endings(digits, country))
        for country in countries
    )


def _countries_named_by(raw: str) -> Sequence[str]:
    try:
        parsed = phonenumbers.parse(raw, None)
    except phonenumbers.NumberParseException:
        return ()
    code = parsed.country_code
    return () if code is None else phonenumbers.region_codes_for_country_code(code)


def _endings(digits: str, country: str) -> Sequence[str]:
    code = str(phonenumbers.country_code_for_region(country))
    return (digits, digits.removeprefix("00").removeprefix(code))


def _hours(zone: str, rules: Outbound) -> Hours | None:
    if zone == _UNKNOWN_ZONE:
        return None
    try:
        return Hours(time_zone=zone, week=rules.hours)
    except ValueError:  # a zone that this machine does not know
        return None


def _list(values: Iterable[str]) -> str:
    return ", ".join(values) or "none"
