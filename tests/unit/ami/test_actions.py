import asyncio
from collections.abc import Sequence

import pytest

from tests.polling import tasks_until
from voicebot.ami import actions
from voicebot.ami.connection import AmiConnection
from voicebot.ami.decode import Message
from voicebot.calls.trunk_health import Health, HealthReport, Part


class Asterisk(AmiConnection):
    """Answers as told, and notes what it was asked."""

    def __init__(self, answers: dict[str, list[Message]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def send(
        self, action: str, deadline_s: float | None = None, **headers: str
    ) -> Sequence[Message]:
        self.asked.append((action, headers))
        await asyncio.sleep(0)
        return self.answers.get(action, [])


def legs(*calls: str) -> list[Message]:
    return [{"Event": "CoreShowChannel", "Linkedid": each} for each in calls]


async def test_a_look_asks_for_endpoints_and_registrations() -> None:
    ami = Asterisk(
        {
            "PJSIPShowEndpoints": [{"Event": "EndpointList", "ObjectName": "lab", "Aor": ""}],
            "PJSIPShowRegistrationsOutbound": [
                {"Event": "OutboundRegistrationDetail", "ObjectName": "c", "Status": "Registered"}
            ],
        }
    )
    assert await actions.health_reports(ami) == [
        HealthReport(Part.ENDPOINT, "lab", Health.UNKNOWN, "known by its address alone"),
        HealthReport(Part.REGISTRATION, "c", Health.UP, "registered"),
    ]


async def test_modules_are_reloaded_in_their_order() -> None:
    ami = Asterisk({})
    await actions.reload(ami, ["res_pjsip.so", "pbx_config.so"])
    assert ami.asked == [
        ("Reload", {"Module": "res_pjsip.so"}),
        ("Reload", {"Module": "pbx_config.so"}),
    ]


async def test_a_node_without_calls_is_empty_at_once() -> None:
    progress: list[int] = []
    assert await actions.drain(Asterisk({}), 60, progress.append) == 0
    assert progress == [0]


async def test_what_still_lasts_at_the_deadline_is_told() -> None:
    ami = Asterisk({"CoreShowChannels": legs("a", "a", "b")})
    assert await actions.drain(ami, 0, lambda left: None) == 2
    # Whoever asked for it stops the node now: it lets nobody in meanwhile.
    assert ami.asked[-1] == ("CoreShowChannels", {})


async def test_an_emptying_that_is_given_up_lets_callers_in_again() -> None:
    ami = Asterisk({"CoreShowChannels": legs("a")})
    progress: list[int] = []
    async with asyncio.TaskGroup() as tasks:
        emptying = tasks.create_task(actions.drain(ami, 60, progress.append))
        await tasks_until(lambda: bool(progress), "it has begun")
        emptying.cancel()
    with pytest.raises(asyncio.CancelledError):
        emptying.result()
    settings = [headers["Value"] for action, headers in ami.asked if action == "Setvar"]
    assert settings == ["1", ""]
