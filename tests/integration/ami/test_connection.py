"""What one AMI connection gives, and how it ends, on a real Asterisk."""

import asyncio
from dataclasses import replace

import pytest

from tests.integration.ami.watched_node import CARRIER, PHONE, WatchedNode
from voicebot.ami import actions
from voicebot.ami.connection import connected
from voicebot.calls.trunk_health import Health, Part
from voicebot.errors import AmiDisconnected, AmiRefused, AmiTimeout


async def test_a_look_finds_every_trunk_phone_and_registration(node: WatchedNode) -> None:
    async with connected(node.ami) as ami:
        found = {(each.part, each.name): each for each in await actions.health_reports(ami)}
        assert await actions.calls_up(ami) == frozenset()
    assert found[Part.ENDPOINT, CARRIER].health is Health.DOWN
    assert found[Part.ENDPOINT, "lab"].health is Health.UNKNOWN
    assert found[Part.ENDPOINT, PHONE].detail == "not registered"
    assert found[Part.REGISTRATION, CARRIER].health is Health.DOWN


async def test_a_module_is_reloaded_and_an_unknown_one_is_refused(node: WatchedNode) -> None:
    async with connected(node.ami) as ami:
        await actions.reload(ami, ["pbx_config.so", "res_pjsip.so"])
        with pytest.raises(AmiRefused, match="Reload: No such module"):
            await actions.reload(ami, ["res_of_dreams.so"])


async def test_wrong_credentials_are_refused(node: WatchedNode) -> None:
    with pytest.raises(AmiRefused, match="Login: Authentication failed"):
        async with connected(replace(node.ami, password="wrong")):
            raise AssertionError("let in")


@pytest.mark.parametrize(
    ("action", "headers"),
    [
        ("Command", {"Command": "core show version"}),
        ("Originate", {"Channel": "Local/1@voicebot-numbers", "Application": "Echo"}),
        ("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf"}),
    ],
)
async def test_the_account_may_do_nothing_but_its_work(
    node: WatchedNode, action: str, headers: dict[str, str]
) -> None:
    async with connected(node.ami) as ami:
        with pytest.raises(AmiRefused, match="Permission denied"):
            await ami.send(action, None, **headers)


async def test_no_second_action_can_be_smuggled_in_a_header(node: WatchedNode) -> None:
    async with connected(node.ami) as ami:
        with pytest.raises(AmiRefused, match="line break"):
            await ami.send("Setvar", Variable="X", Value="1\r\n\r\nAction: Logoff")


async def test_an_asterisk_that_does_not_answer_is_given_up_in_time(node: WatchedNode) -> None:
    impatient = replace(node.ami, ping_interval_s=0.1, ping_deadline_s=0.3)
    async with connected(impatient) as ami:
        node.freeze()
        try:
            with pytest.raises(AmiTimeout, match="CoreShowChannels: no answer after 100 ms"):
                await ami.send("CoreShowChannels", 0.1)
            async with asyncio.timeout(10):
                with pytest.raises(AmiDisconnected, match="Ping: no answer"):
                    await ami.next_event()
            with pytest.raises(AmiDisconnected):
                await ami.send("Ping")
        finally:
            node.thaw()


async def test_nobody_who_listens_is_found_out_at_once(node: WatchedNode) -> None:
    with pytest.raises(AmiDisconnected, match="could not connect"):
        async with connected(replace(node.ami, port=1)):
            raise AssertionError("connected to nobody")


async def test_a_listener_who_is_too_slow_starts_afresh(node: WatchedNode) -> None:
    async with connected(replace(node.ami, event_queue_limit=1)) as ami:
        for _ in range(3):
            with pytest.raises(AmiRefused):
                async with connected(replace(node.ami, password="wrong")):
                    raise AssertionError("let in")
        await ami.next_event()
        async with asyncio.timeout(10):
            with pytest.raises(AmiDisconnected, match="not taken in time"):
                await ami.next_event()
