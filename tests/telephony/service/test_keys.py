"""Keys do what the business file says, at any time, beside words."""

import pytest

from tests.polling import until
from tests.telephony.service.businesses import SHOP
from tests.telephony.service.caller import hears_all
from tests.telephony.service.holding import Held, Talk
from tests.telephony.service.running import Service
from voicebot.calls.model import TransferResult


def presses_and_speaks(service: Service) -> Talk:
    with service.calling(SHOP) as caller:
        caller.hears_sound()
        caller.presses("1")
        caller.is_answered("hours")
        caller.presses("*")
        caller.is_answered("hours again")
        caller.says("What is the status of my order?")
        caller.is_answered("order?")
        caller.presses("12345#")
        caller.is_answered("read back")
        caller.says("Yes.")
        caller.is_answered("taken")
        caller.presses("0")
        caller.is_answered("nobody")
        caller.hangs_up()
    return Talk(caller, {})


@pytest.mark.parametrize("held", [presses_and_speaks], indirect=True)
def test_keys_and_words_go_together(service: Service, held: Held) -> None:
    business, heard, record = service.business("shop"), held.heard, held.record
    hours, order = business.fact("opening-hours").answer, business.entry("order")
    assert hears_all(heard["hours"], hours)
    assert hears_all(heard["hours again"], hours)
    assert hears_all(heard["order?"], order.ask)
    assert hears_all(heard["read back"], "You entered one, two, three, four, five.")
    assert hears_all(heard["taken"], order.done)
    assert hears_all(heard["nobody"], business.phrases.nobody_free)

    greeting, told, *_ = record.turns
    assert greeting.was_interrupted
    assert len(greeting.said_heard) < len(greeting.said)
    assert told.fact_id == "opening-hours"
    # What was entered is nobody's business.
    assert "12345" not in "".join(turn.heard for turn in record.turns)
    # By key 0: a place where no phone is.
    assert [(one.target, one.result) for one in record.transfers] == [
        ("attic", TransferResult.FAILED)
    ]
    until(lambda: not service.left_of(held.caller), "nothing is left in Asterisk", 10)
