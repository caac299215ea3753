"""Who waits may say what the keys mean; what is said to others in the room moves nobody."""

from tests.polling import until
from tests.telephony.queue.conftest import SHOP
from tests.telephony.queue.test_over_capacity import waits
from tests.telephony.service.caller import Caller
from tests.telephony.service.running import Service
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.calls.asterisk_names import snoop_of
from voicebot.calls.model import ChannelId, Outcome

LIMIT_S = 40
# Enough to have finished.
PAUSE_MS = 2_000


def is_listened_to(full: Service, caller: Caller) -> bool:
    return snoop_of(ChannelId(caller.call_id)) in full.left()


def says(caller: Caller, text: str) -> None:
    caller.begins_to_say(text)
    caller.headset.say(Encoding.ULAW.silence_frame * (PAUSE_MS // FRAME_MS))
    until(lambda: not caller.headset.is_busy, "all is said", LIMIT_S)


def test_a_waiting_caller_says_call_me_back_and_yes_and_is_promised_it(full: Service) -> None:
    with full.calling(SHOP) as first:
        first.is_answered("greeting")
        with full.calling(SHOP) as second:
            until(lambda: waits(second), "the second waits", LIMIT_S)
            until(lambda: is_listened_to(full, second), "and is listened to", LIMIT_S)
            says(second, "The dog has to go out before dinner.")
            says(second, "Call me back, please.")
            second.keeps("wait")

            def agrees() -> bool:
                if second.phone.process.poll() is None:
                    says(second, "Yes.")
                return second.phone.process.poll() is not None

            until(agrees, "the callback is confirmed and the call over", LIMIT_S)
            second.is_hung_up_on()
            until(lambda: not full.left_of(second), "nothing of it is left", LIMIT_S)
        first.hangs_up()
    assert full.record_of(second).outcome is Outcome.CALLBACK_BOOKED
