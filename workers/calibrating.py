"""How does a worker find out, at its start, how many conversations it bears?

It is told (a setting), has found it out before (kept by all that the figure depends on), or tries
it now, alone on its machine: while another worker loads its model or tries, it waits. Decisions
are those of `calibration`.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, Final

import structlog
from redis.exceptions import RedisError

from workers.calibration import DEMANDS, Demand, Trial, conversations, next_trial
from workers.calibration_memory import Calibrations
from workers.calibration_subject import subject_of
from workers.contract import Stage
from workers.errors import WorkFailed
from workers.machine_turn import MachineTurn
from workers.settings import WorkerSettings
from workers.typical_work import Doing, typical_work

ROUNDS: Final = 2
# A start is not to be held up for longer; then what was tried has to do.
TRIES_FOR_S: Final = 2.5
# All workers of a machine start at once, and each tries for TRIES_FOR_S.
WAITS_FOR_TURN_S: Final = 30.0

log = structlog.get_logger("workers")


def conversations_of(
    stage: Stage, engine: Any, settings: WorkerSettings, slots: int, turn: MachineTurn
) -> int:
    """What this worker is to tell about itself."""
    if fixed := settings.conversations(stage):
        return fixed
    kept = Calibrations(settings.state_dir / "calibration")
    subject = subject_of(stage, engine, settings, slots)
    if not settings.calibrates_anew and (known := kept.get(subject)) is not None:
        log.info("calibration.known", stage=stage.value, conversations=known)
        return known
    demand = DEMANDS[stage]
    with turn.alone(WAITS_FOR_TURN_S) as is_alone:
        begun_s = time.monotonic()
        try:
            doing = typical_work(stage, engine)
            made_ready_s = time.monotonic() - begun_s
            trials = try_out(doing, demand, slots, for_s=TRIES_FOR_S - made_ready_s)
        except (WorkFailed, RedisError, OSError) as error:
            # A server of models that is not up yet: the worker is as good as it will be.
            log.error("calibration.failed", stage=stage.value, error=type(error).__name__)
            return slots
        took_s = time.monotonic() - begun_s
    count = conversations(trials, demand)
    for one in trials:
        log.info(
            "calibration.trial",
            stage=stage.value,
            at_once=one.at_once,
            first_ms=round(one.first_s * 1000),
            whole_ms=round(one.whole_s * 1000),
        )
    log.info(
        "calibration.done",
        stage=stage.value,
        conversations=count,
        took_ms=round(took_s * 1000),
        budget_ms=round(demand.budget_s * 1000),
        is_alone=is_alone,
    )
    # What was disturbed is not believed for longer than this worker lives.
    if is_alone:
        kept.keep(subject, count, [asdict(one) for one in trials])
    return count


def try_out(
    doing: Doing,
    demand: Demand,
    most: int,
    *,
    for_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> Sequence[Trial]:
    """Times more and more works at once, for no longer than about so long."""
    until_s = clock() + for_s
    trials: list[Trial] = []
    with ThreadPoolExecutor(max_workers=most, thread_name_prefix="calibration") as threads:
        while (at_once := next_trial(trials, demand, most)) is not None:
            rounds: list[tuple[float, float]] = []
            while len(rounds) < ROUNDS and (clock() < until_s or not (trials or rounds)):
                took = list(threads.map(doing, range(at_once)))
                rounds.append((max(first for first, _ in took), max(whole for _, whole in took)))
            if not rounds:
                break
            # The slowest of each round; what else goes on at the machine only makes rounds slower.
            trials.append(Trial(at_once, *map(min, zip(*rounds, strict=True))))
    return trials
