"""What a caller does not want recorded is not, and no card number is kept."""

import pytest

from tests.telephony.service.businesses import CLINIC
from tests.telephony.service.caller import hears_all, understood
from tests.telephony.service.holding import Held, Talk
from tests.telephony.service.running import Service
from tests.telephony.transfers.headset import KEY_S
from voicebot.caller.audio_files import read_wav
from voicebot.caller.sound import RATE_HZ

CARD = "4111111111111111"
SPOKEN_CARD = "It is four one one one, one one one one, one one one one, one one one one."

KEYS_S = len(f"5{CARD}#") * KEY_S


def gives_card_data(service: Service) -> Talk:
    with service.calling(CLINIC) as caller:
        caller.is_answered("greeting")
        caller.says("Yes.")
        caller.is_answered("consent")
        caller.says("I want to give you my card number.")
        caller.is_answered("paused")
        caller.says(SPOKEN_CARD)
        caller.is_answered("else")
        caller.says("When is the doctor in?")
        caller.is_answered("doctor")
        caller.presses("5")
        caller.is_answered("card?")
        caller.presses(CARD + "#")
        caller.is_answered("noted")
        caller.says("Thank you, goodbye.")
        caller.is_hung_up_on()
    return Talk(caller, {})


@pytest.mark.parametrize("held", [gives_card_data], indirect=True)
def test_the_recording_pauses_while_a_card_number_is_given(service: Service, held: Held) -> None:
    business, heard, record = service.business("clinic"), held.heard, held.record
    phrases, doctor = business.phrases, business.fact("doctor").answer
    assert hears_all(heard["greeting"], phrases.ask_consent)
    assert hears_all(heard["consent"], phrases.consent_given)
    assert hears_all(heard["paused"], phrases.recording_paused)
    assert hears_all(heard["doctor"], doctor)
    assert hears_all(heard["noted"], business.entry("card").done)

    written = " ".join(f"{turn.heard} {turn.said}" for turn in record.turns)
    assert "[masked]" in written
    assert "[16 keys]" in written
    assert not any(part in written for part in ("4111", "1111", "one one"))

    assert record.recording_caller is not None
    assert record.recording_agent is not None
    state_dir = service.stack.settings.state_dir
    kept = {
        "caller": read_wav(state_dir / record.recording_caller),
        "agent": read_wav(state_dir / record.recording_agent),
    }
    words = understood(held.caller.directory, kept)
    assert hears_all(words["caller"], "I want to give you my card number. Goodbye.")
    assert not any(part in words["caller"] for part in ("4", "1", "one"))
    # While it was paused nothing of the agent is on record either.
    assert hears_all(words["agent"], phrases.consent_given)
    assert hears_all(words["agent"], phrases.farewell)
    assert not hears_all(words["agent"], phrases.recording_paused)
    # In step with each other and with the call: silence stands for what is missing. Only while the
    # events of a key (RFC 4733) stand in the place of audio nothing is written.
    assert record.answered_at is not None
    lasted_s = (record.ended_at - record.answered_at).total_seconds() - KEYS_S
    assert len(kept["caller"]) == len(kept["agent"])
    assert abs(len(kept["caller"]) / RATE_HZ - lasted_s) < 1.0


def refuses_to_be_recorded(service: Service) -> Talk:
    with service.calling(CLINIC) as caller:
        caller.is_answered("greeting")
        caller.says("No, I do not want that.")
        caller.is_answered("consent")
        caller.says("When is the doctor in?")
        caller.is_answered("doctor")
        caller.says("Thank you, goodbye.")
        caller.is_hung_up_on()
    return Talk(caller, {})


@pytest.mark.parametrize("held", [refuses_to_be_recorded], indirect=True)
def test_nothing_is_recorded_of_a_caller_who_does_not_want_it(service: Service, held: Held) -> None:
    business, heard, record = service.business("clinic"), held.heard, held.record
    assert hears_all(heard["consent"], business.phrases.consent_refused)
    assert hears_all(heard["doctor"], business.fact("doctor").answer)
    assert (record.recording_caller, record.recording_agent) == (None, None)
    monitor = service.stack.paths.asterisk_instance / "spool" / "monitor"
    for file in monitor.glob(f"{record.facts.call_id}-*.wav"):
        assert not read_wav(file).any()
