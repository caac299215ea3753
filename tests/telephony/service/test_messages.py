"""What a caller leaves for people who are not there is kept, and passed on."""

import pytest

from tests.polling import until
from tests.telephony.service import operator_phone
from tests.telephony.service.businesses import SHOP
from tests.telephony.service.caller import hears_all, understood
from tests.telephony.service.holding import Held, Talk
from tests.telephony.service.running import Service
from tests.telephony.service.web_server import MESSAGES_PATH
from voicebot.caller.audio_files import read_wav
from voicebot.calls.model import CallbackReason, HandledBy, Outcome, TransferResult

MESSAGE = "My bike makes a strange noise. Please tell me when I can come by."


def leaves_a_message(service: Service) -> Talk:
    kim = service.operators["kim"]
    with (
        kim.waits("uas-operator-answers-expect-bye", service.directory) as phone,
        service.calling(SHOP) as caller,
    ):
        caller.is_answered("greeting")
        caller.says("Connect me with the office, please.")
        operator_phone.is_told_what_it_is_about(phone)
        caller.keeps("music")
        phone.headset.press("2")
        caller.is_answered("nobody")
        caller.says("Take a message please.")
        caller.is_answered("name?")
        caller.says("My name is Peter Miller.")
        caller.is_answered("own number")
        caller.says("No.")
        caller.is_answered("number?")
        caller.presses("2025550147#")
        caller.is_answered("read back")
        caller.says("Yes, that is right.")
        caller.is_answered("message?")
        caller.says(MESSAGE)
        caller.is_answered("kept")
        caller.says("No, thank you, goodbye.")
        caller.is_hung_up_on()
    return Talk(caller, {})


@pytest.mark.parametrize("held", [leaves_a_message], indirect=True)
def test_a_caller_whom_the_operator_declines_leaves_a_message(service: Service, held: Held) -> None:
    phrases, heard, record = service.business("shop").phrases, held.heard, held.record
    assert hears_all(heard["nobody"], phrases.nobody_free)
    assert hears_all(heard["name?"], phrases.ask_name)
    assert hears_all(heard["number?"], phrases.ask_number)
    assert "Miller" in heard["read back"]
    assert hears_all(heard["message?"], phrases.ask_message)
    assert hears_all(heard["kept"], phrases.message_taken)

    assert (record.outcome, record.handled_by) == (Outcome.MESSAGE_TAKEN, HandledBy.AGENT)
    assert [one.result for one in record.transfers] == [TransferResult.DECLINED]
    [kept] = service.messages_of(record.facts.call_id)
    message = kept.message
    assert "Miller" in message.name
    assert message.callback_number == "2025550147"
    assert hears_all(message.text, MESSAGE)
    assert message.recording is not None
    recording = read_wav(service.stack.settings.state_dir / message.recording)
    assert hears_all(understood(held.caller.directory, {"kept": recording})["kept"], MESSAGE)
    [posted] = until(
        lambda: [
            one for one in service.web.posted_to(MESSAGES_PATH) if record.facts.call_id in str(one)
        ],
        "the webhook is told",
        20,
    )
    assert message.text in str(posted)


def comes_out_of_hours(service: Service) -> Talk:
    with service.calling(SHOP) as caller:
        caller.is_answered("greeting")
        caller.says("Connect me with the director, please.")
        caller.is_answered("nobody")
        caller.says("Please call me back.")
        caller.is_answered("read back")
        caller.says("Yes.")
        caller.is_answered("booked")
        caller.says("No, thank you, goodbye.")
        caller.is_hung_up_on()
    return Talk(caller, {})


@pytest.mark.parametrize("held", [comes_out_of_hours], indirect=True)
def test_a_caller_outside_opening_hours_is_promised_a_call(service: Service, held: Held) -> None:
    phrases, heard, record = service.business("shop").phrases, held.heard, held.record
    assert hears_all(heard["nobody"], phrases.nobody_in)
    assert hears_all(heard["booked"], phrases.callback_booked)
    assert record.outcome is Outcome.CALLBACK_BOOKED
    assert record.transfers == ()
    [request] = [one.request for one in service.requests_of(record.facts.call_id)]
    assert request.reason is CallbackReason.REQUESTED
    assert request.number.endswith(held.caller.number)
