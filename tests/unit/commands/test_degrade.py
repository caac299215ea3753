"""`voicebot degrade` against a real Redis."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.integration.shared_state.redis_server import redis_server
from voicebot.capacity.circuit_breaker import BreakerState
from voicebot.capacity.degradation import Degradation, DegradationCause, DegradationChanged
from voicebot.cli import app
from voicebot.errors import DegradationStepUnknown
from voicebot.line_ports import AgentHealth
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.health_board import RedisHealthBoard

FELL = DegradationChanged(Degradation.FULL, Degradation.CACHED_ONLY, DegradationCause.MODELS_FAIL)
AT = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture(autouse=True)
def in_force(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))
    where = redis_url.removeprefix("redis://").partition("/")[0]
    monkeypatch.setenv("VOICEBOT_REDIS_ADDRESS", where)


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["degrade", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_a_step_is_forced_and_lifted() -> None:
    assert "Automatic." in said()
    assert "Forced: people-only." in said("people-only", "--for-s", "60")
    assert "Forced: small-models." in said("1")
    assert "Forced: small-models." in said()
    assert "Automatic." in said("auto")


def test_agents_their_breakers_and_what_changed_are_shown(redis_url: str) -> None:
    async def happens() -> None:
        connection = RedisConnection(redis_url)
        board = RedisHealthBoard(connection)
        cached = Degradation.CACHED_ONLY
        await board.exchange(AgentHealth("a1", cached, cached, {"llm": BreakerState.OPEN}))
        await board.record("a1", FELL, AT)
        await connection.close()

    asyncio.run(happens())
    shown = said()
    assert "a1: cached-only, llm open" in shown
    assert "2026-11-23T07:00:00+00:00 a1: full → cached-only (models-fail)" in shown


@pytest.mark.parametrize("garbage", ["garbage", "5", "-1", "FULL!", " "])
def test_what_is_no_step_is_refused_with_those_that_there_are(garbage: str) -> None:
    with pytest.raises(DegradationStepUnknown) as refusal:
        CliRunner().invoke(app, ["degrade", "--", garbage], catch_exceptions=False)
    for name in ("full", "small-models", "cached-only", "line-and-callbacks", "people-only"):
        assert name in str(refusal.value)
    assert "auto" in str(refusal.value)
    assert "Automatic." in said()


def test_a_time_that_has_no_meaning_is_refused() -> None:
    result = CliRunner().invoke(app, ["degrade", "full", "--for-s", "0"])
    assert result.exit_code == 2
