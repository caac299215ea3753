"""What does a business add to the dialplan?

Its numbers, the people it may connect callers with, and when. Every extension is rendered by its
name, so nothing can be rung that does not stand in a business file.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from voicebot.dialogue.business import Business
from voicebot.dialogue.business_parts import WEEKDAYS, Hours
from voicebot.dialogue.operators import Transfer
from voicebot.errors import ConfigurationError

# How long an operator may take to hear what the call is about, and to press a key.
BRIEF_LIMIT_S = 60


@dataclass(frozen=True, slots=True)
class InboundNumber:
    """A number of the business, as the trunk dials it, and how its calls are treated."""

    did: str
    is_recorded: bool
    max_message_s: int
    # The transfer whose operators are rung when no agent is left; "" when there is none.
    operator: str = ""

    def __post_init__(self) -> None:
        if re.fullmatch(r"\+?[0-9]{2,15}", self.did) is None:
            raise ConfigurationError(
                f"{self.did!r} is no number: 2 to 15 digits, with a leading + or without"
            )
        if not 1 <= self.max_message_s <= 3600:
            raise ConfigurationError(
                f"a message on {self.did} may last 1 to 3600 s, not {self.max_message_s}"
            )


def inbound_numbers(business: Business) -> tuple[InboundNumber, ...]:
    """The business's numbers, as the dialplan treats their calls."""
    return tuple(
        InboundNumber(
            did, business.recording.enabled, business.voicemail_max_s, business.operator or ""
        )
        for did in business.dids
    )


def people(businesses: Sequence[Business], outbound_trunk: str) -> Mapping[str, str]:
    """What the templates of extensions.conf and queues.conf have to be filled with.

    Without an outbound trunk, a transfer to an outside number fails. Raises ConfigurationError.
    """
    transfers = [(business, transfer) for business in businesses for transfer in business.transfers]
    # In an extension Asterisk passes over a dash.
    names = [transfer.id.replace("-", "") for _, transfer in transfers]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigurationError(
            f"transfers: {', '.join(twice)} is there twice; all businesses of a node share their "
            "ids, and dashes make no difference"
        )
    # One person may answer for several businesses.
    operators = sorted({one.id for business in businesses for one in business.operators})
    return {
        "transfers": _lines(_entrance(transfer) for _, transfer in transfers),
        "targets": _lines(
            _target(business, transfer, outbound_trunk) for business, transfer in transfers
        ),
        "operators": _lines(_operator(operator) for operator in operators),
        "queues": "\n\n".join(
            "\n".join(_queue(transfer)) for _, transfer in transfers if transfer.operators
        ),
    }


def time_zones(businesses: Iterable[Business]) -> frozenset[str]:
    """The zones in which anybody's hours are meant."""
    of_businesses = [business.hours for business in businesses]
    of_transfers = [transfer.hours for business in businesses for transfer in business.transfers]
    return frozenset(hours.time_zone for hours in (*of_businesses, *of_transfers) if hours)


def extensions(numbers: Sequence[InboundNumber]) -> str:
    """The dialplan lines of the numbers. Trunks send a number with its plus sign or without."""
    seen: set[str] = set()
    lines: list[str] = []
    for number in numbers:
        digits = number.did.removeprefix("+")
        if digits in seen:
            raise ConfigurationError(f"the number {number.did} is given twice")
        seen.add(digits)
        other = digits if number.did.startswith("+") else f"+{digits}"
        lines += [
            f"exten => {number.did},1,Set(VOICEBOT_IS_RECORDED={int(number.is_recorded)})",
            f" same => n,Set(VOICEBOT_MAX_MESSAGE_S={number.max_message_s})",
            f" same => n,Set(VOICEBOT_DEFAULT_TRANSFER={number.operator})",
            f" same => n,Goto(voicebot-inbound,{number.did},1)",
            f"exten => {other},1,Goto({number.did},1)",
        ]
    return "\n".join(lines)


def open_lines(hours: Hours | None) -> list[str]:
    """Dialplan steps that go to `open` when somebody is there, and to `closed` when nobody is."""
    if hours is None:
        return [" same => n,Goto(open)"]
    today = f"${{STRFTIME(${{EPOCH}},{hours.time_zone},%Y-%m-%d)}}"
    return [
        *(f' same => n,GotoIf($["{today}" = "{day}"]?closed)' for day in hours.closed_on),
        *(
            f" same => n,GotoIfTime({_minutes(interval)},{weekday},*,*,{hours.time_zone}?open)"
            for weekday in WEEKDAYS
            for interval in hours.week.get(weekday, ())
        ),
        " same => n,Goto(closed)",
    ]


def _minutes(interval: str) -> str:
    """GotoIfTime's last minute is part of its interval; ours ends before it."""
    opens, closes = interval.split("-")
    last = int(closes[:2]) * 60 + int(closes[3:]) - 1
    return f"{opens}-{last // 60:02}:{last % 60:02}"


def _entrance(transfer: Transfer) -> list[str]:
    return [
        f"exten => {transfer.id},1,Set(__VOICEBOT_TARGET={transfer.id})",
        " same => n,Goto(voicebot-hand-over,s,1)",
    ]


def _target(business: Business, transfer: Transfer, outbound_trunk: str) -> list[str]:
    hours = transfer.hours if transfer.hours is not None else business.hours
    return [
        f"exten => {transfer.id},1,Set(__VOICEBOT_MODE={transfer.mode})",
        f" same => n,Set(__VOICEBOT_OPERATORS={'&'.join(transfer.operators)})",
        f" same => n,Set(__VOICEBOT_RING_S={transfer.ring_s})",
        f" same => n,Set(VOICEBOT_WAIT_S={transfer.wait_s})",
        f" same => n,Set(VOICEBOT_NUMBER={transfer.number or ''})",
        f" same => n,Set(VOICEBOT_OUTBOUND={outbound_trunk})",
        *open_lines(hours),
        " same => n(closed),Return()",
        " same => n(open),Set(VOICEBOT_IS_OPEN=1)",
        " same => n,Return()",
    ]


def _operator(operator: str) -> list[str]:
    return [
        f"exten => {operator},1,Set(__VOICEBOT_OPERATOR_ID={operator})",
        " same => n,Goto(voicebot-ring,s,1)",
    ]


def _queue(transfer: Transfer) -> list[str]:
    return [
        f"[{transfer.id}](group)",
        # The leg itself ends the ringing; a brief under way must not be cut.
        f"timeout = {transfer.ring_s + BRIEF_LIMIT_S}",
        *(
            f"member => Local/{operator}@voicebot-operator/n,0,{operator},PJSIP/{operator}"
            for operator in transfer.operators
        ),
    ]


def _lines(sections: Iterable[list[str]]) -> str:
    return "\n".join(line for section in sections for line in section)
