"""One agent's step of service, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from tests.fakes.call_services import Outside
from tests.fakes.virtual_time import settle
from tests.fakes.waiting_lines import FakeSlots
from voicebot.agents.degrading import LOOK_EVERY_S, DegradationWatch
from voicebot.calls.model import CallId
from voicebot.capacity.circuit_breaker import BreakerState
from voicebot.capacity.degradation import Degradation, DegradationCause, DegradationChanged
from voicebot.errors import SharedStateError
from voicebot.line_ports import Abilities, AgentHealth, SharedHealth

WELL = Abilities(hears=True, thinks=True, thinks_large=True, speaks=True)
FULL, CACHED = Degradation.FULL, Degradation.CACHED_ONLY


@dataclass
class FakeWorkers:
    can: Abilities = WELL
    states: Mapping[str, BreakerState] = field(default_factory=dict)
    to_try: list[str] = field(default_factory=list)

    def abilities(self) -> Abilities:
        return self.can

    def breakers(self) -> Mapping[str, BreakerState]:
        return self.states

    def queues_to_try(self) -> list[str]:
        return self.to_try


@dataclass
class FakeBoard:
    others: tuple[AgentHealth, ...] = ()
    forced: Degradation | None = None
    is_away: bool = False
    told: list[AgentHealth] = field(default_factory=list)
    recorded: list[DegradationChanged] = field(default_factory=list)

    async def exchange(self, health: AgentHealth) -> SharedHealth:
        if self.is_away:
            raise SharedStateError("away")
        self.told.append(health)
        return SharedHealth((health, *self.others), self.forced)

    async def record(self, agent: str, changed: DegradationChanged, at: datetime) -> None:
        if self.is_away:
            raise SharedStateError("away")
        self.recorded.append(changed)


class Watched:
    def __init__(self) -> None:
        self.workers, self.board, self.slots = FakeWorkers(), FakeBoard(), FakeSlots(10)
        self.tried: list[str] = []
        self.watch = DegradationWatch(
            self.workers,
            self.slots,
            self.board,
            Outside().services().clock,
            agent="a1",
            attempt=self.attempt,
        )
        self.running = asyncio.create_task(self.watch.run())

    async def attempt(self, queue: str) -> None:
        self.tried.append(queue)
        await asyncio.sleep(3 * LOOK_EVERY_S)

    async def passes(self, seconds: float) -> Degradation:
        await asyncio.sleep(seconds)
        await settle()
        return self.watch.step()


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    watched = Watched()
    await settle()
    yield watched
    watched.running.cancel()
    with suppress(asyncio.CancelledError):
        await watched.running


async def test_models_that_fail_are_told_with_their_breaker_and_recovered_from(
    watched: Watched,
) -> None:
    watched.workers.can = replace(WELL, thinks=False)
    watched.workers.states = {"llm": BreakerState.OPEN, "tts": BreakerState.CLOSED}
    assert await watched.passes(3.0) is CACHED
    told = watched.board.told[-1]
    assert (told.agent, told.own, told.step) == ("a1", CACHED, CACHED)
    assert told.breakers == {"llm": BreakerState.OPEN}
    watched.workers.can = WELL
    assert await watched.passes(40.0) is FULL
    assert [(each.now, each.cause) for each in watched.board.recorded] == [
        (CACHED, DegradationCause.MODELS_FAIL),
        (Degradation.SMALL_MODELS, DegradationCause.RECOVERED),
        (FULL, DegradationCause.RECOVERED),
    ]


async def test_workers_that_come_and_go_for_a_moment_change_nothing(watched: Watched) -> None:
    for _ in range(30):
        watched.workers.can = replace(WELL, hears=False)
        await watched.passes(LOOK_EVERY_S)
        watched.workers.can = WELL
        await watched.passes(LOOK_EVERY_S)
    assert watched.board.recorded == []


async def test_without_shared_state_people_alone_serve_and_it_is_recorded_afterwards(
    watched: Watched,
) -> None:
    watched.board.is_away = True
    assert await watched.passes(3.0) is Degradation.PEOPLE_ONLY
    assert watched.board.recorded == []
    watched.board.is_away = False
    assert await watched.passes(3.0) is Degradation.LINE_AND_CALLBACKS
    assert watched.board.recorded[0].cause is DegradationCause.SHARED_STATE_LOST


async def test_before_capacity_was_ever_known_its_lack_says_nothing(watched: Watched) -> None:
    watched.running.cancel()
    started = Watched()
    started.slots.count = 0
    assert await started.passes(10.0) is FULL
    started.slots.count = 4
    await started.passes(1.0)
    started.slots.count = 0
    assert await started.passes(3.0) is Degradation.LINE_AND_CALLBACKS
    started.running.cancel()


async def test_more_calls_than_capacity_for_a_while_have_models_spared(watched: Watched) -> None:
    for number in range(14):
        watched.slots.hold(CallId(str(number)))
    assert await watched.passes(10.0) is CACHED


async def test_most_agents_drag_the_others_down_and_a_forced_step_all(watched: Watched) -> None:
    bad = AgentHealth("a2", CACHED, CACHED, {})
    watched.board.others = (bad,)
    assert await watched.passes(2.0) is FULL
    watched.board.others = (bad, replace(bad, agent="a3"))
    assert await watched.passes(2.0) is CACHED
    watched.board.forced = Degradation.PEOPLE_ONLY
    assert await watched.passes(1.0) is Degradation.PEOPLE_ONLY
    watched.board.forced, watched.board.others = None, ()
    assert await watched.passes(1.0) is FULL


async def test_a_queue_is_tried_one_work_at_a_time(watched: Watched) -> None:
    watched.workers.to_try = ["llm", "stt"]
    await watched.passes(2.5 * LOOK_EVERY_S)
    assert sorted(watched.tried) == ["llm", "stt"]
    await watched.passes(3 * LOOK_EVERY_S)
    assert sorted(watched.tried) == ["llm", "llm", "stt", "stt"]
