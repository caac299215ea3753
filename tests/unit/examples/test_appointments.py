"""The example agent, told as conversations."""

from tests.fakes.sample_business import a_business
from tests.unit.calls.playing import spoken
from tests.unit.dialogue.conversing import Conversing
from voicebot.calls import commands as do
from voicebot.errors import ActionFailed
from voicebot.examples.appointments import CALENDAR_URL, AppointmentAgent


def a_call() -> Conversing:
    agent = AppointmentAgent(a_business())
    call = Conversing(agent=agent)
    call.context.opening = agent.opening(call.context.facts)
    call.greets()
    return call


def test_an_appointment_is_made_and_the_call_ends() -> None:
    call = a_call()
    assert "calendar machine of Lakeside Bikes" in call.context.conversation.records[0].said
    call.tools.web_answer = {"time": "ten o'clock"}
    said = spoken(call.speaks("On Tuesday, please."))
    assert said == "You have an appointment on tuesday at ten o'clock. Goodbye."
    sent = (CALENDAR_URL, {"day": "tuesday", "who": "+12025550123"})
    assert call.tools.posted == [sent]
    call.hears_all()
    assert call.waits() == [do.HangUp(16)]


def test_a_caller_who_names_no_day_is_asked_again() -> None:
    assert spoken(a_call().speaks("Soon.")).startswith("Please name a day")


def test_a_calendar_that_is_away_is_owned_up_to() -> None:
    call = a_call()
    call.tools.failure = ActionFailed("no answer")
    assert spoken(call.speaks("Monday.")).startswith("I cannot reach the calendar.")


def test_a_day_that_is_full_is_said_so() -> None:
    call = a_call()
    call.tools.web_answer = {"time": None}
    assert spoken(call.speaks("Monday.")) == "monday is full. Goodbye."
