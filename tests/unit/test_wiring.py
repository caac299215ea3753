"""How an agent process is called; dialplans/inbound.conf must offer it calls."""

import re
import socket

import pytest

from voicebot.settings import PROJECT_DIR
from voicebot.wiring import agent_name


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("alpha", "voicebot-alpha-1"),
        ("Alpha.Example.com", "voicebot-alpha-example-com-1"),
        ("gpu_01", "voicebot-gpu-01-1"),
        ("-odd-", "voicebot-odd-1"),
    ],
)
def test_an_agent_is_named_after_its_host(
    monkeypatch: pytest.MonkeyPatch, host: str, name: str
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    assert agent_name(1) == name


def test_agents_of_one_host_differ() -> None:
    assert agent_name(1) != agent_name(2)


def test_the_dialplan_offers_calls_to_every_agent() -> None:
    dialplan = (PROJECT_DIR / "dialplans" / "inbound.conf").read_text(encoding="utf-8")
    (pattern,) = re.findall(r"StasisBroadcast\([^,]*,([^,]*),", dialplan)
    assert re.match(pattern, agent_name(1))
