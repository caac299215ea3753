"""One agent's watch over the slots, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from tests.fakes.call_services import STARTED_AT, Outside
from tests.fakes.virtual_time import settle
from tests.fakes.waiting_lines import FakeSlots
from voicebot.agents.capacity_watch import BELIEVED_FOR_S, LOOK_EVERY_S, CapacityWatch
from voicebot.calls.model import AnswerSource, CallId, StageTimings, TurnRecord
from voicebot.errors import SharedStateError
from voicebot.line_ports import CapacityView


@dataclass
class FakeCensus:
    found: Mapping[str, Sequence[int]]
    fails: bool = False

    async def conversations(self) -> Mapping[str, Sequence[int]]:
        if self.fails:
            raise SharedStateError("away")
        return self.found


@dataclass
class FakeBoard:
    """`others`: what they told; None: one of them reckons."""

    others: Sequence[CapacityView] | None = ()
    told: list[float | None] = field(default_factory=list)

    async def report(self, view: CapacityView) -> Sequence[CapacityView] | None:
        self.told.append(view.correction)
        return None if self.others is None else [*self.others, view]


class Watched:
    def __init__(self) -> None:
        self.census = FakeCensus({"stt": [4, 4], "llm": [10], "tts": [20]})
        self.board, self.slots = FakeBoard(), FakeSlots(0)
        clock = Outside().services().clock
        self.watch = CapacityWatch(self.census, self.slots, self.board, clock, max_talking=50)
        self.running = asyncio.create_task(self.watch.run())

    def turn(self, total_ms: int | None, heard: str = "hello") -> None:
        timings = StageTimings(total_ms=total_ms)
        source = AnswerSource.SCRIPT
        turn = TurnRecord(1, heard, "hi", "hi", False, source, STARTED_AT, timings)
        self.watch.turn_over(turn)

    async def look(self) -> None:
        await asyncio.sleep(LOOK_EVERY_S)
        await settle()


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    made = Watched()
    await settle()
    yield made
    made.running.cancel()
    with suppress(asyncio.CancelledError):
        await made.running


async def test_there_are_as_many_slots_as_the_weakest_stage_bears(watched: Watched) -> None:
    assert watched.slots.count == 8
    watched.census.found = {"stt": [4], "llm": [10], "tts": [20]}
    await watched.look()
    assert watched.slots.count == 4


async def test_there_are_no_more_slots_than_the_agents_drive_calls(watched: Watched) -> None:
    watched.census.found = {"stt": [4_000], "llm": [4_000], "tts": [4_000]}
    await watched.look()
    assert watched.slots.count == 50
    watched.board.others = (CapacityView(30, None),)
    await watched.look()
    assert watched.slots.count == 80


async def test_an_agent_that_does_not_reckon_sets_nothing(watched: Watched) -> None:
    watched.board.others, watched.slots.count = None, 3
    await watched.look()
    assert watched.slots.count == 3


async def test_late_answers_make_slots_fewer(watched: Watched) -> None:
    for _ in range(30):
        watched.turn(3_000)
    await watched.look()
    assert watched.slots.count < 8
    assert watched.board.told[-1] is not None
    assert watched.board.told[-1] < 1


async def test_answers_to_nobody_and_without_sound_say_nothing(watched: Watched) -> None:
    for _ in range(30):
        watched.turn(3_000, heard="")
        watched.turn(None)
    await watched.look()
    assert watched.slots.count == 8
    assert watched.board.told == [None] * len(watched.board.told)


async def test_one_slow_agent_of_three_moves_nobody(watched: Watched) -> None:
    watched.board.others = (CapacityView(50, 1.0), CapacityView(50, 1.0))
    for _ in range(30):
        watched.turn(9_000)
    await watched.look()
    assert watched.slots.count == 8


async def test_more_than_was_calibrated_is_tried_only_while_all_are_used(watched: Watched) -> None:
    for look in range(400):
        watched.turn(300)
        if look == 200:
            assert watched.slots.count == 8
            for held in range(8):
                watched.slots.hold(CallId(str(held)))
        await watched.look()
    assert watched.slots.count > 8


async def test_what_cannot_be_counted_for_a_while_is_counted_again(watched: Watched) -> None:
    watched.census.fails, watched.slots.count = True, 0
    for _ in range(round(BELIEVED_FOR_S / LOOK_EVERY_S)):
        await watched.look()
    assert watched.slots.count == 0
    watched.census.fails = False
    await watched.look()
    assert watched.slots.count == 8
