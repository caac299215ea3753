"""Keys, by every way that a telephone has: each counts once, and in order."""

from collections.abc import Callable

import pytest

from tests.telephony.keys.conftest import Press
from tests.telephony.keys.keypad import Packet, audio, events, silence, tone
from voicebot.audio.frames import Encoding

KEYS = "1990#"
BEFORE_MS = 400
LAWS = [Encoding.ULAW, Encoding.ALAW]


def pressed(
    press_one: Callable[[str], list[Packet]], encoding: Encoding, pause_ms: int = 100
) -> list[Packet]:
    """The keys one after the other."""
    packets = silence(BEFORE_MS, encoding)
    for key in KEYS:
        packets += press_one(key) + silence(pause_ms, encoding)
    return packets


@pytest.mark.parametrize("held_ms", [60, 200])
def test_keys_by_rfc_4733_come_once_each(press: Press, held_ms: int) -> None:
    packets = pressed(lambda key: events(key, held_ms), Encoding.ULAW, pause_ms=40)
    heard = press("uac-presses-keys-expect-bye", packets)
    assert (heard.counted, heard.signalled, heard.in_band) == (KEYS, KEYS, "")


@pytest.mark.parametrize("kind", ["dtmf-relay", "dtmf"])
def test_keys_by_info_come_once_each(press: Press, kind: str) -> None:
    heard = press(f"uac-presses-keys-by-info-{kind}-expect-bye", [])
    assert (heard.counted, heard.signalled, heard.in_band) == (KEYS, KEYS, "")


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("held_ms", [40, 200])
def test_keys_in_band_come_once_each_and_are_no_speech(
    press: Press, law: Encoding, held_ms: int
) -> None:
    packets = pressed(lambda key: audio(tone(key, held_ms), law), law, pause_ms=40)
    heard = press("uac-presses-keys-without-events-expect-bye", packets, law)
    assert (heard.counted, heard.signalled, heard.in_band) == (KEYS, "", KEYS)
    assert heard.onsets == 0


def test_keys_whose_tones_leak_past_their_events_come_once_each(press: Press) -> None:
    """As gateways do that notice a tone only after they have sent some of it."""
    law = Encoding.ULAW
    packets = pressed(lambda key: audio(tone(key, 60), law) + events(key, 100), law)
    heard = press("uac-presses-keys-expect-bye", packets)
    assert (heard.counted, heard.signalled, heard.in_band) == (KEYS, KEYS, KEYS)
    assert heard.onsets == 0
