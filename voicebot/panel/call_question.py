"""What does a reader ask of the calls of the past, and may it be asked?

Pure. Who may not see numbers and words may not search by them either: a hit would tell them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from voicebot.calls.model import Outcome
from voicebot.panel.access import Account, Action, may
from voicebot.store.call_question import CallPlace, CallQuestion

_LONGEST: Final = 200
_SLOWEST_MS: Final = 600_000
# Fewer letters in a row are on most calls, and no index finds them.
_LETTERS: Final = re.compile(r"\w{3}")
FIELDS: Final = ("number", "words", "outcome", "from", "to", "slower")
_PRIVATE: Final = frozenset({"number", "words"})


@dataclass(frozen=True, slots=True)
class Asked:
    """`fields` is what of it is understood, as it was written."""

    question: CallQuestion
    fields: Mapping[str, str]
    after: CallPlace | None

    def query(self, after: CallPlace | None = None) -> str:
        """The same question as part of a link, for the page behind this place."""
        values = dict(self.fields)
        if after is not None:
            values["after"] = written(after)
        return urlencode(values)


def asked(account: Account, values: Mapping[str, str], zone: ZoneInfo) -> Asked:
    """What cannot be understood is left out. Days begin and end in the reader's zone."""
    sees_private = may(account, Action.SEE_PRIVATE)
    given = {
        name: text[:_LONGEST]
        for name in FIELDS
        if (text := values.get(name, "").replace("\0", "").strip())
        and (sees_private or name not in _PRIVATE)
    }
    digits = "".join(one for one in given.get("number", "") if one.isascii() and one.isdigit())
    since, last = _day(given.get("from"), zone), _day(given.get("to"), zone)
    words = given.get("words", "")
    outcome, slower = given.get("outcome"), _whole(given.get("slower"))
    question = CallQuestion(
        digits=digits or None,
        words=words if _LETTERS.search(words) else None,
        outcome=outcome if outcome in set(Outcome) else None,
        since=since,
        until=None if last is None else last + timedelta(days=1),
        slowest_from_ms=slower,
        dids=dids_of(account),
    )
    is_understood = {
        "number": question.digits,
        "words": question.words,
        "outcome": question.outcome,
        "from": since,
        "to": last,
        "slower": slower,
    }
    fields = {name: text for name, text in given.items() if is_understood[name] is not None}
    return Asked(question, fields, _place(values.get("after", "")))


def dids_of(account: Account) -> frozenset[str] | None:
    """Whose calls an account sees; a queue that it may watch is no leave to see a DID's calls."""
    if account.queues is None:
        return None
    names = {queue.removeprefix("@") for queue in account.queues}
    return frozenset(name for name in names if "@" not in name)


def written(place: CallPlace) -> str:
    """As `after` has it."""
    return f"{place.started_at.isoformat()}~{place.call_id}"


def _day(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Its beginning. The last day of the calendar has no next one."""
    try:
        day = None if text is None else datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        return None
    return day if day is not None and 1970 <= day.year < 9999 else None


def _whole(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return min(int(text), _SLOWEST_MS)


def _place(text: str) -> CallPlace | None:
    at, _, call_id = text.replace("\0", "").partition("~")
    try:
        started_at = datetime.fromisoformat(at)
        if started_at.tzinfo is None or not call_id:
            return None
        return CallPlace(started_at.astimezone(UTC), call_id[:_LONGEST])
    except (ValueError, OverflowError):
        return None
