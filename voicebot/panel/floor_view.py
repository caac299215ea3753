"""What is one reader told of the floor?

Pure. Rows of other queues are left out, and numbers are masked, here, before anything is sent.
"""

import json
from functools import lru_cache
from typing import Any

from voicebot.capacity.degradation import Degradation, name_of
from voicebot.panel.access import Account, Action, may
from voicebot.panel.catalogue import text
from voicebot.panel.floor import Changes, FloorCall
from voicebot.panel.floor_feed import DueCallback, Totals
from voicebot.panel.masking import masked
from voicebot.panel.service_health import ServiceHealth


def message(
    account: Account, language: str, changes: Changes, totals: Totals | None, *, is_live: bool
) -> str:
    """As JSON. `totals` None: nothing new of the floor as a whole."""
    rows = [
        _row(call, language, sees_private=may(account, Action.SEE_PRIVATE, call.scope))
        for call in changes.rows
        if may(account, Action.SEE_FLOOR, call.scope)
    ]
    parts = [f'"rows":[{",".join(rows)}]']
    if changes.gone:
        parts.append(f'"gone":{json.dumps(changes.gone)}')
    if totals is not None:
        parts.append(f'"totals":{json.dumps(_totals(account, language, totals))}')
        parts.append(f'"live":{json.dumps(is_live)}')
    return "{" + ",".join(parts) + "}"


@lru_cache(maxsize=8_192)
def _row(call: FloorCall, language: str, *, sees_private: bool) -> str:
    """The same for all readers alike: fifty of them cost one."""
    return json.dumps(
        {
            "id": call.call_id,
            "caller": _number(call.caller, language, sees_private=sees_private),
            "did": call.did,
            "state": call.state,
            "stateText": text(language, f"state.{call.state}"),
            "since": call.since_s,
            "agent": call.agent,
            "queue": call.queue.partition("@")[0],
            "position": call.position,
            "waits": call.waits_since_s,
            "told": _announced(call, language),
            "toldUntil": None if call.told_s is None else call.told_s[1],
            "speaker": call.speaker,
            "speakerText": text(language, f"speaker.{call.speaker}"),
            "tier": call.tier,
            "latency": call.latency_ms,
        }
    )


def _announced(call: FloorCall, language: str) -> str:
    """In minutes, as it was said."""
    if call.told_s is None:
        return ""
    low, high = call.told_s[0] // 60, -(-call.told_s[1] // 60)
    return text(language, "floor.told" if low else "floor.told_up_to", low=low, high=high)


def _totals(account: Account, language: str, totals: Totals) -> dict[str, Any]:
    health = totals.health
    return {
        "health": None if health is None else _health(language, health),
        "queues": [
            {"queue": queue, "name": queue.partition("@")[0], "paused": is_paused}
            for queue, is_paused in totals.queues
            if may(account, Action.SEE_FLOOR, queue)
        ],
        "held": totals.held,
        "capacity": totals.capacity,
        "callbacks": [
            _callback(one, language, may(account, Action.SEE_PRIVATE, one.scope))
            for one in totals.callbacks
            if may(account, Action.SEE_FLOOR, one.scope)
        ],
    }


def _health(language: str, health: ServiceHealth) -> dict[str, Any]:
    return {
        "step": text(language, f"step.{health.step}"),
        "isFull": health.step == name_of(Degradation.FULL),
        "forced": bool(health.forced),
        "agents": [
            {
                "agent": one.agent,
                "draining": one.is_draining,
                "step": text(language, f"step.{one.step}"),
                "cause": text(language, f"cause.{one.cause}") if one.cause else "",
                "failing": ", ".join(one.failing),
            }
            for one in health.agents
        ],
    }


def _callback(one: DueCallback, language: str, sees_private: bool) -> dict[str, Any]:
    return {
        "id": one.callback_id,
        "number": _number(one.number, language, sees_private=sees_private),
        "did": one.did,
        "due": one.due_s,
        "attempts": one.attempts,
    }


def _number(number: str, language: str, *, sees_private: bool) -> str:
    if not number:
        return text(language, "withheld")
    return number if sees_private else masked(number)
