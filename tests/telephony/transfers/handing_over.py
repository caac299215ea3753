"""An agent's part in a transfer, played by the tests."""

import time
from dataclasses import dataclass
from typing import Any, Self

from tests.telephony.fallback.agent import Agent


def handed_over(agent: Agent, target: str, *, by: str | None = None) -> str:
    """Claims the next call, answers it and has it transferred; returns the caller's channel id.

    `by` names the application that claims to be the call's agent, if not its own.
    """
    channel_id: str = agent.claim()["channel"]["id"]
    agent.ask("POST", f"channels/{channel_id}/answer")
    hand_over(agent, channel_id, target, by=by)
    return channel_id


def hand_over(agent: Agent, channel_id: str, target: str, *, by: str | None = None) -> None:
    subscription = f"applications/{agent.app}/subscription"
    agent.ask("POST", subscription, eventSource=f"channel:{channel_id}")
    own = agent.app if by is None else by
    agent.ask("POST", f"channels/{channel_id}/variable", variable="VOICEBOT_AGENT", value=own)
    agent.ask(
        "POST", f"channels/{channel_id}/continue", context="voicebot-transfer", extension=target
    )


def the_brief(agent: Agent) -> dict[str, Any]:
    """The StasisStart of an operator's leg."""
    start = agent.await_event("StasisStart")
    assert start["args"][0] == "brief", start["args"]
    return start


def answer_brief(agent: Agent, leg: dict[str, Any], verdict: str) -> None:
    """The operator's decision, as the agent passes it on."""
    leg_id = leg["channel"]["id"]
    agent.ask("POST", f"channels/{leg_id}/variable", variable="VOICEBOT_BRIEF", value=verdict)
    agent.ask("POST", f"channels/{leg_id}/continue")


def result_of(agent: Agent, call: str, limit_s: float = 8.0) -> str:
    """What the agent is told when nobody took its caller."""
    give_up_at = time.monotonic() + limit_s
    while True:
        try:
            start = agent.await_event("StasisStart")
            break
        except TimeoutError:
            if time.monotonic() > give_up_at:
                raise
    assert start["channel"]["id"] == call
    word, _did, result = start["args"]
    assert word == "back", start["args"]
    return str(result)


@dataclass(frozen=True, slots=True)
class Tidings:
    """What was told on the caller's channel, up to some event."""

    states: list[str]
    operators: list[str]
    last: dict[str, Any]

    @classmethod
    def of(cls, agent: Agent, call: str, *, until: str) -> Self:
        states: list[str] = []
        operators: list[str] = []
        while True:
            event = agent.next_event()
            if event["type"] == until:
                return cls(states, operators, event)
            if event.get("channel", {}).get("id") != call:
                continue
            if event["type"] == "ChannelUserevent" and event["eventname"] == "VoicebotTransfer":
                states.append(event["userevent"]["state"].strip())
            if event["type"] == "ChannelVarset" and event["variable"] == "VOICEBOT_OPERATOR":
                operators.append(event["value"])
