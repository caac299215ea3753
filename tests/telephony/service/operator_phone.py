"""An operator at a telephone: is told what a call is about, takes it, talks, hangs up."""

import time

from tests.polling import until
from tests.telephony.fallback.sipp import tone
from tests.telephony.service.caller import Caller
from tests.telephony.transfers.phones import Telephone

CALLER_HZ = 440
RINGS_WITHIN_S = 30
SUMMARY_ENDS_WITHIN_S = 40


def is_told_what_it_is_about(phone: Telephone) -> None:
    """The phone rings and is picked up; waits until the summary is over."""
    until(lambda: phone.is_ringing, "the operator's phone rings", RINGS_WITHIN_S)
    rang_s = time.monotonic()
    until(lambda: phone.headset.hears_sound(rang_s), "the operator hears something", 20)
    until(lambda: _is_silent(phone), "the summary ends", SUMMARY_ENDS_WITHIN_S)


def talk(caller: Caller, phone: Telephone, operator_hz: int) -> None:
    """Waits until each hears the other."""
    connected_s = time.monotonic()
    until(lambda: caller.headset.hears(operator_hz, connected_s), "the caller hears", 10)
    caller.headset.say(tone(CALLER_HZ) * 3)
    until(lambda: phone.headset.hears(CALLER_HZ, connected_s), "the operator hears", 10)


def hangs_up(phone: Telephone) -> None:
    phone.hang_up()
    assert phone.is_as_expected(), phone.log


def _is_silent(phone: Telephone) -> bool:
    """For longer than between two phrases."""
    return not phone.headset.sounds_since(time.monotonic() - 1.5)
