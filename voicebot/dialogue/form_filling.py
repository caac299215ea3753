"""What does the agent do with what was taken down: a message, or a callback?

It is kept before anything is promised. A number that may not be rung back is said to be one, and
another is asked for.
"""

from collections.abc import AsyncIterator

from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.dialogue import forms
from voicebot.dialogue.agent import Say, Step, Turn
from voicebot.dialogue.business import Business
from voicebot.errors import StoreError
from voicebot.queueing.callback_booking import destination_for
from voicebot.queueing.callback_windows import window_of

# Where the form stands in the agent's notes on a call.
FORM = "form"


def begin(turn: Turn, kind: forms.FormKind, business: Business) -> AsyncIterator[Step]:
    """The first question."""
    number = turn.call.caller_number
    times = times_of(business, number, turn)
    return ask(turn, forms.begin(kind, number, business.phrases, times, turn.heard))


async def ask(turn: Turn, asked: forms.Ask) -> AsyncIterator[Step]:
    """The next question of a form."""
    turn.memory[FORM] = forms.dump_form(asked.form)
    yield Say(asked.text)
    if asked.listen is not None:
        yield asked.listen


async def fill(turn: Turn, form: forms.Form, business: Business) -> AsyncIterator[Step]:
    """The caller's answer to the last question."""
    phrases = business.phrases
    times = times_of(business, form.number or turn.call.caller_number, turn)
    match forms.receive(form, turn.heard, turn.keys, phrases, times):
        case forms.Ask() as asked:
            async for step in ask(turn, asked):
                yield step
        case forms.Dropped():
            del turn.memory[FORM]
            yield Say(phrases.ask_again)
        case forms.Filled(filled, text):
            del turn.memory[FORM]
            try:
                refused = await _keep(turn, filled, text)
            except StoreError:
                # Nothing was promised yet; the store has told its own log.
                yield Say(phrases.not_kept)
                return
            if refused is not None:
                async for step in _refuse(turn, filled, business, refused):
                    yield step
                return
            is_message = filled.kind is forms.FormKind.MESSAGE
            done = phrases.message_taken if is_message else phrases.callback_booked
            yield Say(f"{done} {phrases.anything_else}")


async def _keep(turn: Turn, filled: forms.Form, text: str) -> Refused | None:
    if filled.kind is forms.FormKind.MESSAGE:
        await turn.tools.leave_message(filled.name, filled.number, text)
        return None
    window = window_of(filled.window) if filled.window else None
    return await turn.tools.request_callback(filled.number, window)


def times_of(business: Business, number: str, turn: Turn) -> forms.Times | None:
    """By whose clock a caller means times; None: no callback of this business has one."""
    if business.callbacks is None:
        return None
    found = destination_for(number, turn.call.called_number, business, business.dids)
    zones = () if isinstance(found, Refused) else found.time_zones
    if len(zones) == 1:
        return forms.Times(turn.at, zones[0])
    return None if business.hours is None else forms.Times(turn.at, business.hours.time_zone)


async def _refuse(
    turn: Turn, filled: forms.Form, business: Business, refused: Refused
) -> AsyncIterator[Step]:
    if refused.reason is Refusal.WINDOW:
        yield Say(business.phrases.time_refused)
        times = times_of(business, filled.number, turn)
        again = forms.another_time(filled, business.phrases, times)
    else:
        yield Say(business.phrases.number_refused)
        again = forms.another_number(filled, business.phrases)
    if again is None:
        yield Say(business.phrases.ask_again)
        return
    async for step in ask(turn, again):
        yield step
