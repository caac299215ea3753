"""What becomes of callers while Redis does not answer."""

import asyncio
from datetime import timedelta

import pytest

from tests.unit.agents.waiting_place import Place, place
from voicebot.agents import judging
from voicebot.calls import events as on
from voicebot.calls.model import CallId
from voicebot.errors import SharedStateError, SharedStateLate

__all__ = ["place"]


async def test_redis_that_is_late_lets_nobody_in_before_their_turn(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.arrives("anna")
    with monkeypatch.context() as away:
        away.setattr(place.lines, "waiting", _is_late)
        assert await place.arrives("ben") == []
        await asyncio.sleep(judging.ASKED_FOR_S / 2)
    await asyncio.sleep(2 * judging.ASK_AGAIN_S)
    assert (place.told["ben"], place.slots.held) == ([], {"anna"})
    assert await place.lines.position(place.queue, CallId("ben")) == 1


async def test_redis_that_stays_away_keeps_nobody_from_talking(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.arrives("anna")
    monkeypatch.setattr(place.lines, "waiting", _is_late)
    await place.arrives("ben")
    await asyncio.sleep(judging.ASKED_FOR_S + 2 * judging.ASK_AGAIN_S)
    assert place.told["ben"] == [on.Admitted()]


async def test_redis_that_refuses_lets_in_at_once_whoever_has_not_waited(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.arrives("anna")
    monkeypatch.setattr(place.lines, "waiting", _refuses)
    since = place.outside.services().clock.at() - timedelta(seconds=60)
    assert await place.arrives("carl", since=since) == []
    assert await place.arrives("ben") == [on.Admitted()]
    await asyncio.sleep(judging.ASKED_FOR_S + 2 * judging.ASK_AGAIN_S)
    assert place.told["carl"] == [on.Admitted()]


async def _is_late(*_: object) -> int:
    raise SharedStateLate("no answer")


async def _refuses(*_: object) -> int:
    raise SharedStateError("refused")
