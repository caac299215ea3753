"""An agent's part in a transfer, played by the tests."""

from typing import Any

from tests.telephony.fallback.agent import Agent


def handed_over(agent: Agent, target: str) -> str:
    """Claims the next call, answers it and has it transferred; returns the caller's channel id."""
    channel_id: str = agent.claim()["channel"]["id"]
    agent.ask("POST", f"channels/{channel_id}/answer")
    hand_over(agent, channel_id, target)
    return channel_id


def hand_over(agent: Agent, channel_id: str, target: str) -> None:
    agent.ask("POST", f"applications/{agent.app}/subscription", eventSource=f"channel:{channel_id}")
    agent.ask("POST", f"channels/{channel_id}/variable", variable="VOICEBOT_AGENT", value=agent.app)
    agent.ask(
        "POST", f"channels/{channel_id}/continue", context="voicebot-transfer", extension=target
    )


def the_brief(agent: Agent) -> dict[str, Any]:
    """The StasisStart of an operator's leg."""
    return agent.await_event("StasisStart")


def answer_brief(agent: Agent, leg: dict[str, Any], verdict: str) -> None:
    """The operator's decision, as the agent passes it on."""
    leg_id = leg["channel"]["id"]
    agent.ask("POST", f"channels/{leg_id}/variable", variable="VOICEBOT_BRIEF", value=verdict)
    agent.ask("POST", f"channels/{leg_id}/continue")
