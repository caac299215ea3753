from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.asterisk_names import bridge_of, is_snoop, media_channel_of, owner_of, snoop_of
from voicebot.calls.model import ChannelId

channel_ids = st.from_regex(r"node1-[0-9]{5}\.[0-9]+", fullmatch=True).map(ChannelId)


@given(channel_ids)
def test_a_part_tells_whose_it_is(channel_id: ChannelId) -> None:
    assert owner_of(media_channel_of(channel_id)) == channel_id
    assert owner_of(bridge_of(channel_id)) == channel_id
    assert owner_of(channel_id) == channel_id


@given(channel_ids)
def test_a_snoop_is_driven_apart_from_its_caller_and_has_parts_of_its_own(
    channel_id: ChannelId,
) -> None:
    snoop_id = snoop_of(channel_id)
    assert is_snoop(snoop_id)
    assert not is_snoop(channel_id)
    assert not is_snoop(media_channel_of(channel_id))
    assert owner_of(snoop_id) == snoop_id
    assert owner_of(media_channel_of(snoop_id)) == snoop_id
    assert owner_of(bridge_of(snoop_id)) == snoop_id


@given(channel_ids)
def test_the_parts_of_a_call_have_names_of_their_own(channel_id: ChannelId) -> None:
    assert len({str(channel_id), media_channel_of(channel_id), bridge_of(channel_id)}) == 3
