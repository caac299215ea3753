"""Parts of snooped channels, as Asterisk tells of them."""

from voicebot.agents.snoops import Snoops
from voicebot.calls.asterisk_names import media_channel_of, snoop_of
from voicebot.calls.model import ChannelId

ANNA = snoop_of(ChannelId("anna"))


def test_a_snoop_is_ready_once_both_its_parts_are_there() -> None:
    snoops = Snoops()
    with snoops.opening(ANNA) as ready:
        assert snoops.open == {ANNA}
        snoops.entered(media_channel_of(ANNA), ANNA)
        assert not ready.is_set()
        snoops.entered(ANNA, ANNA)
        assert ready.is_set()
    assert snoops.open == frozenset()


def test_parts_of_others_and_of_what_is_closed_are_let_pass() -> None:
    snoops = Snoops()
    snoops.entered(ANNA, ANNA)
    with snoops.opening(ANNA) as ready:
        snoops.entered(media_channel_of(ChannelId("anna")), ChannelId("anna"))
        assert not ready.is_set()
