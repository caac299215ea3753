"""How does the agent take down a message, or a number to call back?

Asks one thing at a time and reads it back before it is used. A caller who says no is asked
again, and after that believed. Numbers come by keys or by voice; the number the caller rings
from is offered first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import JsonValue, TypeAdapter

from voicebot.dialogue.agent import Listen
from voicebot.dialogue.fixed_phrases import Phrases
from voicebot.dialogue.intents import Intent, recognise_intent
from voicebot.dialogue.spelled_names import SpelledName, spelled_name
from voicebot.dialogue.spoken_digits import digits_in, spoken_digits
from voicebot.dialogue.spoken_windows import spoken_window, window_in
from voicebot.queueing.callback_windows import window_of

# A pause while one thinks of a number, or of the next sentence of a message.
NUMBER_SILENCE_MS = 1_400
MESSAGE_SILENCE_MS = 2_000
# International numbers have 15 digits at most (ITU-T E.164), and 00 may come before them.
MAX_NUMBER_KEYS = 17
MIN_NUMBER_DIGITS = 6
# After so many misunderstandings the agent goes on with what it has.
MAX_FAILURES = 2

_NAME_LEAD = re.compile(
    r"^(?:(?:um|uh|oh|yes|yeah|sure|well|hi|hello|okay)[,. ]+)*"
    r"(?:(?:my name is|my name's|the name is|this is|it is|it's|i am|i'm|name is)\s+)?",
    re.IGNORECASE,
)
_DENIAL = re.compile(r"^(?:no|nope|not quite|wrong)[,. ]+", re.IGNORECASE)
_AT_ONCE = re.compile(r"\bas soon as\b|\bany ?time\b|\bright away\b|\bat once\b|\bnow\b")
_DROPPED = re.compile(r"^(?:no )?(?:cancel|never ?mind|forget it|stop|leave it|skip it)[.!]?$")


class FormKind(StrEnum):
    """What is taken down."""

    MESSAGE = "message"
    CALLBACK = "callback"


class Question(StrEnum):
    """What the caller was asked last."""

    NAME = "name"
    NUMBER = "number"
    IS_RIGHT = "is_right"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Form:
    """What is known so far: private."""

    kind: FormKind
    question: Question
    name: str = ""
    number: str = ""
    failures: int = 0
    letters: str = ""  # the part of the name that was spelled
    window: str = ""  # of a callback that is not for as soon as possible


@dataclass(frozen=True, slots=True)
class Times:
    """When the caller speaks, and the zone (IANA) by whose clock times are meant."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Say this, and listen."""

    form: Form
    text: str
    listen: Listen | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """Everything is known; `text` is the message."""

    form: Form
    text: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The caller does not want it any more."""


Verdict = Ask | Filled | Dropped
_FORM: TypeAdapter[Form] = TypeAdapter(Form)


def dump_form(form: Form) -> dict[str, JsonValue]:
    dumped: dict[str, JsonValue] = _FORM.dump_python(form, mode="json")
    return dumped


def load_form(values: Mapping[str, JsonValue]) -> Form:
    """Raises pydantic's ValidationError when this is no form."""
    return _FORM.validate_python(values)


def asks_yes_or_no(form: JsonValue) -> bool:
    """Whether the caller was asked last if something is right; `form`: as it was dumped, if any."""
    return isinstance(form, dict) and form["question"] == Question.IS_RIGHT


def begin(
    kind: FormKind,
    caller_number: str,
    phrases: Phrases,
    times: Times | None = None,
    heard: str = "",
) -> Ask:
    """The first question. `caller_number`: where the caller rings from, "" when withheld.

    `times`: None where callbacks have no time; `heard`: in which words it was asked for.
    """
    if kind is FormKind.MESSAGE:
        # The number is offered with the name.
        form = Form(kind, Question.NAME, number=_usable(caller_number))
        return Ask(form, phrases.ask_name, Listen(end_silence_ms=800))
    number = _usable(caller_number)
    if not number:
        return _ask_number(Form(kind, Question.NUMBER), phrases.ask_number)
    form = Form(kind, Question.IS_RIGHT, number=number)
    return _read_back(_with_time(form, heard, times) or form, phrases, times)


def receive(
    form: Form, heard: str, keys: str, phrases: Phrases, times: Times | None = None
) -> Verdict:
    """What to do with the caller's answer to the last question."""
    if _DROPPED.match(heard.lower().strip()):
        return Dropped()
    match form.question:
        case Question.NAME:
            return _named(_with_name(form, heard), phrases)
        case Question.NUMBER:
            return _numbered(form, keys or digits_in(heard), phrases, times)
        case Question.IS_RIGHT:
            return _judged(form, heard, keys, phrases, times)
        case Question.MESSAGE:
            return Filled(form, heard)


def another_number(form: Form, phrases: Phrases) -> Ask | None:
    """In place of one that is not rung; None: asked often enough."""
    form = replace(form, number="", failures=form.failures + 1)
    return None if form.failures > MAX_FAILURES else _ask_number(form, phrases.ask_number)


def another_time(form: Form, phrases: Phrases, times: Times | None) -> Ask | None:
    """In place of one at which nobody is rung; None: asked often enough."""
    form = replace(form, window="", failures=form.failures + 1)
    return None if form.failures > MAX_FAILURES else _read_back(form, phrases, times)


def _named(form: Form, phrases: Phrases) -> Ask:
    if form.number:
        return _read_back(form, phrases)
    return _ask_number(form, phrases.ask_number)


def _numbered(form: Form, number: str, phrases: Phrases, times: Times | None) -> Verdict:
    number = _usable(number)
    if number:
        return _read_back(replace(form, number=number), phrases, times)
    form = replace(form, failures=form.failures + 1)
    if form.failures > MAX_FAILURES:
        return _believe(replace(form, number=""), phrases)
    return _ask_number(form, phrases.ask_number_again)


def _judged(form: Form, heard: str, keys: str, phrases: Phrases, times: Times | None) -> Verdict:
    timed = _with_time(form, heard, times)
    if timed is not None and form.failures <= MAX_FAILURES:
        # "Yes, tomorrow at three": read back like anything that is new.
        changed = int(form.window != "")
        return _read_back(replace(timed, failures=form.failures + changed), phrases, times)
    intent = {"1": Intent.YES, "2": Intent.NO}.get(keys, recognise_intent(heard))
    if intent is Intent.YES:
        return _believe(form, phrases)
    corrected = _usable(keys if len(keys) > 1 else digits_in(heard))
    if corrected and corrected != form.number:
        # "No, it is 555 0123": the correction is read back in its turn.
        return _read_back(replace(form, number=corrected), phrases, times)
    if form.kind is FormKind.MESSAGE and _spelled_in(heard) is not None:
        # "No, it is K, E, L, L, E, R": so is this.
        return _read_back(_with_name(form, heard), phrases)
    if intent is Intent.GOODBYE:
        return Dropped()
    form = replace(form, failures=form.failures + 1)
    if form.failures > MAX_FAILURES:
        return _believe(replace(form, number=""), phrases)
    if intent in (Intent.NO, Intent.DECLINE):
        return _ask_number(replace(form, number=""), phrases.ask_number)
    return _read_back(form, phrases, times)


def _believe(form: Form, phrases: Phrases) -> Verdict:
    if form.kind is FormKind.MESSAGE:
        form = replace(form, question=Question.MESSAGE)
        return Ask(form, phrases.ask_message, Listen(end_silence_ms=MESSAGE_SILENCE_MS))
    return Filled(form) if form.number else Dropped()


def _with_time(form: Form, heard: str, times: Times | None) -> Form | None:
    """With the time that was named now; None: none was, or it is the same."""
    if times is None or form.kind is not FormKind.CALLBACK or not heard:
        return None
    window = window_in(heard, times.at, times.zone)
    if window is not None:
        return replace(form, window=str(window)) if str(window) != form.window else None
    return replace(form, window="") if form.window and _AT_ONCE.search(heard.lower()) else None


def _read_back(form: Form, phrases: Phrases, times: Times | None = None) -> Ask:
    number = spoken_digits(form.number)
    if form.kind is FormKind.CALLBACK and form.window and times is not None:
        window, today = window_of(form.window), times.at.astimezone(ZoneInfo(times.zone)).date()
        text = phrases.call_back_then.format(number=number, time=spoken_window(window, today))
    elif form.kind is FormKind.CALLBACK:
        text = phrases.call_back_at.format(number=number)
        if times is not None:
            text = f"{text} {phrases.or_when}"
    else:
        name = SpelledName(form.name, form.letters).read_back if form.letters else form.name
        text = phrases.read_back.format(name=name or "you", number=number)
    return Ask(replace(form, question=Question.IS_RIGHT), text)


def _ask_number(form: Form, text: str) -> Ask:
    listen = Listen(end_silence_ms=NUMBER_SILENCE_MS, max_keys=MAX_NUMBER_KEYS)
    return Ask(replace(form, question=Question.NUMBER), text, listen)


def _usable(number: str) -> str:
    """Only what can be a telephone number; its plus sign is kept."""
    digits = re.sub(r"[^\d+]", "", number)
    return digits if sum(digit.isdigit() for digit in digits) >= MIN_NUMBER_DIGITS else ""


def _with_name(form: Form, heard: str) -> Form:
    """The form with the name as it was said now, or spelled."""
    spelled = _spelled_in(heard)
    if spelled is None:
        return replace(form, name=_name_in(heard), letters="")
    return replace(form, name=spelled.name, letters=spelled.letters)


def _spelled_in(heard: str) -> SpelledName | None:
    return spelled_name(_NAME_LEAD.sub("", _DENIAL.sub("", heard.strip())))


def _name_in(heard: str) -> str:
    name = _NAME_LEAD.sub("", heard.strip()).strip(" .,!?")
    return name[:1].upper() + name[1:]
