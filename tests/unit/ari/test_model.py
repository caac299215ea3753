from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ari import messages
from voicebot.ari import model
from voicebot.calls.model import BridgeId, ChannelId

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def test_a_channel_is_read_whole() -> None:
    channel = model.channel(messages.channel())
    assert channel.channel_id == "node1-1763820000.4"
    assert (channel.name, channel.state, channel.language) == (
        "PJSIP/trunk-00000002",
        "Ring",
        "en",
    )
    assert (channel.caller.name, channel.caller.number) == ("Ann", "+3225550123")
    assert (channel.connected.name, channel.connected.number) == ("", "")
    assert channel.dialplan == model.DialplanPlace(
        "inbound", "5551000", 3, "StasisBroadcast", "500,^voicebot-"
    )
    assert "^voicebot-" not in repr(channel)
    assert channel.created_at == datetime(2026, 11, 22, 14, 6, 58, 345_000, UTC)
    assert channel.variables == {"CHANNEL(audionativeformat)": "(ulaw)"}


def test_a_channel_tells_nothing_about_its_caller_in_messages() -> None:
    shown = repr(model.channel(messages.channel()))
    assert "3225550123" not in shown
    assert "Ann" not in shown


def test_variables_that_are_not_set_are_absent() -> None:
    given_variables = {"A": "1", "B": None}
    assert model.channel(messages.channel(channelvars=given_variables)).variables == {"A": "1"}
    assert model.channel(messages.channel(channelvars=None)).variables == {}


def test_a_bridge_is_read_whole() -> None:
    assert model.bridge(messages.bridge()) == model.Bridge(
        bridge_id=BridgeId("bridge-1"),
        bridge_type="mixing",
        technology="simple_bridge",
        creator="Stasis",
        name="",
        channel_ids=(ChannelId("node1-1763820000.4"), ChannelId("media-1")),
    )


def test_lists_are_read_in_order() -> None:
    ids = [messages.channel(id="a"), messages.channel(id="b")]
    assert [channel.channel_id for channel in model.channels(ids)] == ["a", "b"]
    assert model.bridges([messages.bridge()]) == (model.bridge(messages.bridge()),)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"id": None}, "id: expected str, got NoneType"),
        ({"id": ""}, "id: is empty"),
        ({"caller": "5550123"}, "caller: expected an object, got str"),
        ({"caller": {"name": "Ann", "number": 5550123}}, "number: expected str, got int"),
        ({"channelvars": ["5550123"]}, "channelvars: expected an object, got list"),
        ({"creationtime": "yesterday"}, "creationtime: expected a date"),
        ({"creationtime": "2026-11-22T15:06:58"}, "creationtime: expected a date"),
        ({"creationtime": "0001-01-01T00:00:00+0100"}, "creationtime: expected a date"),
    ],
)
def test_a_faulty_channel_names_the_field_and_quotes_nothing(
    changes: dict[str, object], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault) as raised:
        model.channel(messages.channel(**changes))
    assert "5550123" not in str(raised.value)


def test_true_is_no_number() -> None:
    place = {"context": "inbound", "exten": "1", "priority": True}
    with pytest.raises(ValueError, match="priority: expected int, got bool"):
        model.channel(messages.channel(dialplan=place))


def test_a_list_of_anything_but_strings_is_refused() -> None:
    with pytest.raises(ValueError, match="channels: expected only strings"):
        model.bridge(messages.bridge(channels=["a", 1]))
    with pytest.raises(ValueError, match="channels: expected a list"):
        model.channels({})


@given(st.sampled_from(sorted(messages.channel())), json_values)
def test_any_value_in_any_field_is_read_or_refused(name: str, value: object) -> None:
    try:
        channel = model.channel(messages.channel(**{name: value}))
    except ValueError:
        return
    assert channel.channel_id
