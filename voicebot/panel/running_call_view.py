"""What is one reader told of a call that goes on?

Pure. Words are left out and numbers masked here, before anything is sent.
"""

import json
from typing import Any

from voicebot.panel.catalogue import text
from voicebot.panel.masking import masked
from voicebot.panel.running_call import RunningCall, RunningTurn


def told(call: RunningCall, language: str, *, sees_private: bool) -> str:
    """As JSON."""
    seen = call.seen
    return json.dumps(
        {
            "caller": shown_number(seen.caller, language, sees_private=sees_private),
            "state": seen.state,
            "stateText": text(language, f"state.{seen.state}"),
            "speaker": seen.speaker,
            "speakerText": text(language, f"speaker.{seen.speaker}"),
            "agent": seen.agent,
            "latency": call.latency_ms,
            "turns": [_turn(turn, language, sees_private=sees_private) for turn in call.turns],
        }
    )


def shown_number(number: str, language: str, *, sees_private: bool) -> str:
    shown = number if sees_private else masked(number)
    return shown or text(language, "withheld")


def _turn(turn: RunningTurn, language: str, *, sees_private: bool) -> dict[str, Any]:
    words = {"heard": turn.heard, "said": turn.said, "toCome": turn.to_come} if sees_private else {}
    return words | {
        "number": turn.number,
        "isOver": turn.is_over,
        "wasCut": turn.was_cut,
        "latency": turn.latency_ms,
        "tierText": text(language, f"tier.{turn.tier}") if turn.tier else "",
    }
