import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.heartbeat import Beat
from voicebot.calls.model import ChannelId

# As Asterisk makes them: no blanks.
ids = st.frozensets(st.from_regex(r"[a-z0-9.-]+", fullmatch=True).map(ChannelId))


@given(ids)
def test_a_beat_arrives_as_it_was_sent(channel_ids: frozenset[ChannelId]) -> None:
    beat = Beat.of("voicebot-host-1", channel_ids)
    assert Beat.from_variables(beat.to_variables()) == beat


def test_what_says_nothing_of_calls_is_no_beat() -> None:
    with pytest.raises(KeyError):
        Beat.from_variables({"agent": "voicebot-host-1"})
