"""Another number is answered by another agent, which asks a web service."""

import pytest

from tests.telephony.service.businesses import CALENDAR
from tests.telephony.service.caller import hears_all
from tests.telephony.service.holding import Held, Talk
from tests.telephony.service.running import Service
from tests.telephony.service.web_server import CALENDAR_PATH
from voicebot.calls.model import HandledBy


def makes_an_appointment(service: Service) -> Talk:
    with service.calling(CALENDAR) as caller:
        caller.is_answered("greeting")
        caller.says("Friday would be good.")
        caller.is_hung_up_on()
    return Talk(caller, {})


@pytest.mark.parametrize("held", [makes_an_appointment], indirect=True)
def test_an_appointment_is_made_with_the_web_service(service: Service, held: Held) -> None:
    heard, record = held.heard, held.record
    assert hears_all(heard["greeting"], "This is the calendar machine. Which day suits you?")
    assert hears_all(heard["the end"], "You have an appointment on Friday at ten thirty. Goodbye.")
    [posted] = [
        one for one in service.web.posted_to(CALENDAR_PATH) if held.caller.number in str(one["who"])
    ]
    assert posted["day"] == "friday"
    assert record.handled_by is HandledBy.AGENT
    assert record.facts.called_number == CALENDAR
