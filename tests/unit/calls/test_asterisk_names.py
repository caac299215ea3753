from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.asterisk_names import (
    bridge_of,
    is_beside,
    media_channel_of,
    owner_of,
    snoop_of,
    supervising_of,
    supervisor_of,
)
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
    assert is_beside(snoop_id)
    assert not is_beside(channel_id)
    assert not is_beside(media_channel_of(channel_id))
    assert owner_of(snoop_id) == snoop_id
    assert owner_of(media_channel_of(snoop_id)) == snoop_id
    assert owner_of(bridge_of(snoop_id)) == snoop_id


@given(channel_ids)
def test_the_parts_of_a_call_have_names_of_their_own(channel_id: ChannelId) -> None:
    assert len({str(channel_id), media_channel_of(channel_id), bridge_of(channel_id)}) == 3


@given(channel_ids)
def test_a_supervisors_phone_and_its_snoops_are_driven_apart_from_the_call(
    channel_id: ChannelId,
) -> None:
    phone, snoops = supervisor_of(channel_id), [supervising_of(channel_id, n) for n in (1, 2)]
    assert len({channel_id, phone, *snoops}) == 4
    assert all(is_beside(each) and owner_of(each) == each for each in (phone, *snoops))
    assert owner_of(bridge_of(phone)) == phone
