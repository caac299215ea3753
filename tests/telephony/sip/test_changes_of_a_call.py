"""Callers who hold, resume, and ask for transfers in the middle of a call."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent
from tests.telephony.fallback.sipp import FRAME_BYTES, place_call
from tests.telephony.fallback.sipp import tone as caller_tone
from tests.telephony.sip.conftest import NUMBER
from tests.telephony.sip.talking import claim

HERE = Path(__file__).parent


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def test_an_agent_on_hold_is_told_and_hears_no_music_of_asterisks(
    agent: Agent, callers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    call = callers.submit(
        place_call,
        agent.node,
        "uac-holds-and-resumes-expect-bye",
        NUMBER,
        tmp_path,
        scenarios_dir=HERE,
    )
    channel_id = claim(agent)
    # There is music: it is not for want of it that none is heard.
    assert "Class: " in agent.node.console("moh show classes")
    with agent.open_media(channel_id, "ulaw") as media:
        # The caller speaks once something is heard.
        media.send(caller_tone(1_000))
        assert agent.await_event("ChannelHold")["channel"]["id"] == channel_id
        assert agent.await_event("ChannelUnhold")["channel"]["id"] == channel_id
        frames = [media.recv(timeout=5) for _ in range(100)]
        agent.ask("DELETE", f"channels/{channel_id}")
    said = caller_tone()
    own = {said[at : at + FRAME_BYTES] for at in range(0, len(said), FRAME_BYTES)}
    heard = {frame for frame in frames if isinstance(frame, bytes)}
    assert heard
    assert heard <= own
    assert call.result().is_as_expected


def test_a_transfer_that_the_callers_side_asks_for_is_refused_and_the_call_goes_on(
    agent: Agent, callers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    call = callers.submit(
        place_call,
        agent.node,
        "uac-refers-expect-603",
        NUMBER,
        tmp_path,
        scenarios_dir=HERE,
        keys={"target": NUMBER},
    )
    channel_id = claim(agent)
    with agent.open_media(channel_id, "ulaw") as media:
        media.send(caller_tone(1_000))
        for _ in range(60):
            media.recv(timeout=5)
        agent.ask("DELETE", f"channels/{channel_id}")
    assert call.result().is_as_expected


def test_an_agent_is_not_transferred_even_where_transfers_may_be_asked_for(
    agent: Agent, callers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    call = callers.submit(
        place_call,
        agent.node,
        "uac-refers-expect-404-and-the-call-goes-on",
        NUMBER,
        tmp_path,
        caller="+4930123459",
        source="127.0.0.10",
        scenarios_dir=HERE,
        keys={"target": NUMBER},
    )
    channel_id = claim(agent)
    with agent.open_media(channel_id, "ulaw") as media:
        media.send(caller_tone(1_000))
        # The refusal comes, and the caller is heard on.
        for _ in range(100):
            media.recv(timeout=5)
        agent.ask("DELETE", f"channels/{channel_id}")
    assert call.result().is_as_expected
    assert records.line_of(agent.node, "+4930123459")["disposition"] == "ANSWERED"


def test_a_person_is_transferred_for_a_trunk_that_may_ask_for_it(
    agent: Agent, callers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    call = callers.submit(
        place_call,
        agent.node,
        "uac-refers-expect-202",
        NUMBER,
        tmp_path,
        source="127.0.0.10",
        scenarios_dir=HERE,
        keys={"target": NUMBER},
    )
    channel_id = claim(agent)
    # As transfers.conf does when it looks for a person.
    agent.ask("POST", f"channels/{channel_id}/variable", variable="TRANSFER_CONTEXT", value="")
    with agent.open_media(channel_id, "ulaw"):
        # What may be dialled from that trunk, and nothing else: here, our own number again.
        transferred = agent.await_event("CallBroadcast")
        assert transferred["called"] == NUMBER
        agent.ask("DELETE", f"channels/{transferred['channel']['id']}")
        agent.rest.delete(f"channels/{channel_id}")
    assert call.result().is_as_expected
