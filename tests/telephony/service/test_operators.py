"""A caller who wants a person gets one, or is looked after."""

import pytest

from tests.polling import until
from tests.telephony.service import operator_phone
from tests.telephony.service.businesses import SHOP
from tests.telephony.service.caller import hears_all
from tests.telephony.service.holding import Held, Talk
from tests.telephony.service.running import Service
from voicebot.calls.model import HandledBy, Outcome, TransferMode, TransferResult


def asks_for_an_operator(service: Service) -> Talk:
    maria = service.operators["maria"]
    with (
        maria.waits("uas-operator-hangs-up-when-told-expect-200", service.directory) as phone,
        service.calling(SHOP) as caller,
    ):
        caller.is_answered("greeting")
        caller.says("How much does a tune-up cost?")
        caller.is_answered("price")
        caller.says("Can I speak to an operator please?")
        operator_phone.is_told_what_it_is_about(phone)
        summary = phone.headset.samples_since(0)
        # Music, as long as nobody has taken the call.
        caller.hears_sound()
        caller.keeps("connecting")
        phone.headset.press("1")
        operator_phone.talk(caller, phone, maria.hz)
        operator_phone.hangs_up(phone)
        caller.is_hung_up_on()
    return Talk(caller, {"summary": summary})


@pytest.mark.parametrize("held", [asks_for_an_operator], indirect=True)
def test_an_operator_hears_what_it_is_about_and_takes_the_caller(
    service: Service, held: Held
) -> None:
    business, heard, record = service.business("shop"), held.heard, held.record
    assert hears_all(heard["greeting"], business.opening)
    assert hears_all(heard["price"], business.fact("tune-up-price").answer)
    assert hears_all(heard["connecting"], business.phrases.connecting)
    assert hears_all(heard["summary"], "The caller asked about the price of a tune-up.")
    assert hears_all(heard["summary"], business.phrases.operator_keys)

    assert (record.outcome, record.handled_by) == (Outcome.TRANSFERRED, HandledBy.OPERATOR)
    [transfer] = record.transfers
    assert (transfer.target, transfer.operator) == ("workshop", "maria")
    assert (transfer.mode, transfer.result) == (TransferMode.WARM, TransferResult.CONNECTED)
    assert "How much does a tune up cost" in transfer.summary.replace("-", " ")
    assert transfer.connected_at is not None
    assert transfer.started_at < transfer.connected_at <= record.ended_at
    assert [turn.fact_id for turn in record.turns] == [None, "tune-up-price", None]
    until(lambda: not service.left_of(held.caller), "nothing is left in Asterisk", 10)


def waits_for_nobody(service: Service) -> Talk:
    joan = service.operators["joan"]
    with (
        joan.waits("uas-operator-rings-expect-cancel", service.directory) as phone,
        service.calling(SHOP) as caller,
    ):
        caller.is_answered("greeting")
        caller.says("Connect me with the sales department, please.")
        until(lambda: phone.is_ringing, "the operator's phone rings", 30)
        caller.hears_sound()
        caller.keeps("music")
        caller.is_answered("nobody")
        caller.says("No, thank you.")
        caller.is_answered("else")
        caller.says("No, goodbye.")
        caller.is_hung_up_on()
    return Talk(caller, {})


@pytest.mark.parametrize("held", [waits_for_nobody], indirect=True)
def test_a_caller_whom_nobody_takes_is_fetched_back(service: Service, held: Held) -> None:
    business, heard, record = service.business("shop"), held.heard, held.record
    assert hears_all(heard["nobody"], business.phrases.nobody_free)
    assert hears_all(heard["else"], business.phrases.anything_else)
    assert record.handled_by is HandledBy.AGENT
    assert [transfer.result for transfer in record.transfers] == [TransferResult.NO_ANSWER]
    assert not record.transfers[0].operator
    until(lambda: not service.left_of(held.caller), "nothing is left in Asterisk", 10)
