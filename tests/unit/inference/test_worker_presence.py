"""Is there anybody who could do this work?"""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.inference.worker_presence import (
    LOOK_DEADLINE_S,
    LOOK_EVERY_S,
    NO_WORKER,
    REDIS_PATIENCE_S,
    REDIS_UNREACHABLE,
    WorkerPresence,
)
from workers.contract import POOLS, STAGE_LEASE_MS, Stage, queues_of

stages = st.frozensets(st.sampled_from(Stage))


def test_before_the_first_look_everybody_is_there() -> None:
    presence = WorkerPresence(0.0)
    assert {presence.absence_of(stage) for stage in Stage} == {None}


@given(st.lists(stages, min_size=1))
def test_the_last_look_counts(looks: list[frozenset[Stage]]) -> None:
    presence = WorkerPresence(0.0)
    for number, present in enumerate(looks):
        presence.saw(present, float(number), float(number))
    for stage in Stage:
        expected = None if stage in looks[-1] else NO_WORKER
        assert presence.absence_of(stage) == expected


def test_one_look_in_vain_proves_nothing_and_redis_is_away_after_a_few() -> None:
    presence = WorkerPresence(0.0)
    presence.saw(tuple(Stage), 10.0, 10.0)
    presence.saw_nothing(10.0 + LOOK_EVERY_S + LOOK_DEADLINE_S)
    assert presence.absence_of(Stage.STT) is None
    presence.saw_nothing(10.0 + REDIS_PATIENCE_S + 0.1)
    assert presence.absence_of(Stage.STT) == REDIS_UNREACHABLE
    presence.saw(tuple(Stage), 20.0, 20.0)
    assert presence.absence_of(Stage.STT) is None


@given(st.floats(0, 1e6), stages)
def test_a_look_that_succeeds_ends_every_outage(outage_s: float, present: frozenset[Stage]) -> None:
    presence = WorkerPresence(0.0)
    presence.saw_nothing(outage_s)
    presence.saw(present, outage_s, 0.0)
    assert all(presence.absence_of(stage) is None for stage in present)


@given(st.floats(-1e8, 1e8).filter(lambda jump_s: abs(jump_s) > 2), stages, stages)
def test_while_the_clock_of_redis_was_just_set_a_lease_that_ended_proves_nothing(
    jump_s: float, before: frozenset[Stage], after: frozenset[Stage]
) -> None:
    presence = WorkerPresence(0.0)
    presence.saw(before, 10.0, 1_000.0)
    presence.saw(after, 10.5, 1_000.5 + jump_s)
    assert all(presence.absence_of(stage) is None for stage in before | after)
    later = STAGE_LEASE_MS / 1000
    presence.saw(after, 10.5 + later, 1_000.5 + jump_s + later)
    for stage in Stage:
        assert presence.absence_of(stage) == (None if stage in after else NO_WORKER)


queues = st.frozensets(st.sampled_from([queue for stage in Stage for queue in queues_of(stage)]))


@given(queues, st.sampled_from(Stage), st.sampled_from(["", "llm.large", "stt.fast"]))
def test_work_goes_to_the_wanted_pool_or_to_whoever_is_there(
    present: frozenset[str], stage: Stage, pool: str
) -> None:
    presence = WorkerPresence(0.0)
    presence.saw(present, 1.0, 1.0)
    queue = presence.queues_for(stage, pool if pool in queues_of(stage) else "")[0]
    if presence.absence_of(stage) is None:
        assert presence.absence_from(queue) is None
    if pool in present and pool in queues_of(stage):
        assert queue == pool
    assert set(presence.pools_of(stage)) == present & set(POOLS[stage])


def test_a_pool_is_not_taken_for_granted_before_the_first_look() -> None:
    presence = WorkerPresence(0.0)
    assert presence.queues_for(Stage.LLM, "llm.large") == ["llm"]
    assert not presence.pools_of(Stage.LLM)


def test_without_redis_no_queue_is_served() -> None:
    presence = WorkerPresence(0.0)
    presence.saw_nothing(REDIS_PATIENCE_S + 0.1)
    assert presence.absence_from("llm") == REDIS_UNREACHABLE
