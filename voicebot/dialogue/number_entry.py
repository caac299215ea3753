"""How is a number taken from the caller, by keys or by voice?

What is not secret is read back before it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue, TypeAdapter

from voicebot.dialogue.agent import Listen
from voicebot.dialogue.fixed_phrases import Phrases
from voicebot.dialogue.forms import MAX_FAILURES, NUMBER_SILENCE_MS, Dropped
from voicebot.dialogue.intents import Intent, recognise_intent
from voicebot.dialogue.menu import NumberEntry
from voicebot.dialogue.spoken_digits import digits_in, spoken_digits

POUND = "#"


@dataclass(frozen=True, slots=True)
class Entry:
    """A number that is being entered: private."""

    entry_id: str
    digits: str = ""  # not "": waits for the caller's yes
    failures: int = 0


@dataclass(frozen=True, slots=True)
class AskEntry:
    """Say this, and listen."""

    entry: Entry
    text: str
    listen: Listen | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """The number."""

    digits: str


_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def dump_entry(entry: Entry) -> dict[str, JsonValue]:
    dumped: dict[str, JsonValue] = _ENTRY.dump_python(entry, mode="json")
    return dumped


def load_entry(values: Mapping[str, JsonValue]) -> Entry:
    """Raises pydantic's ValidationError when this is no entry."""
    return _ENTRY.validate_python(values)


def ask(wanted: NumberEntry, entry: Entry, text: str) -> AskEntry:
    """Asks for the number, or asks again."""
    # One key more than the longest number, so that the pound key still belongs to it; where all
    # have one length, nobody needs to press it.
    is_fixed = wanted.min_digits == wanted.max_digits
    max_keys = wanted.max_digits if is_fixed else wanted.max_digits + 1
    listen = Listen(end_silence_ms=NUMBER_SILENCE_MS, max_keys=max_keys)
    return AskEntry(replace(entry, digits=""), text, listen)


def receive(
    wanted: NumberEntry, entry: Entry, heard: str, keys: str, phrases: Phrases
) -> AskEntry | Entered | Dropped:
    """What to do with what the caller entered or said."""
    intent = recognise_intent(heard)
    if entry.digits and (intent is Intent.YES or keys == "1"):
        return Entered(entry.digits)
    if entry.digits and keys == POUND:
        return _read_back(entry, phrases)  # it came after a number that was complete already
    digits = "".join(digit for digit in keys or digits_in(heard) if digit.isdigit())
    if entry.digits and (intent in (Intent.NO, Intent.DECLINE) or keys == "2"):
        digits = ""
    if wanted.min_digits <= len(digits) <= wanted.max_digits:
        if wanted.is_secret:
            return Entered(digits)
        return _read_back(replace(entry, digits=digits), phrases)
    if entry.failures >= MAX_FAILURES or intent is Intent.GOODBYE:
        return Dropped()
    return ask(wanted, replace(entry, failures=entry.failures + 1), wanted.ask)


def _read_back(entry: Entry, phrases: Phrases) -> AskEntry:
    return AskEntry(entry, phrases.read_back_entry.format(keys=spoken_digits(entry.digits)))
