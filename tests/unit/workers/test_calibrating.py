"""A worker finds out at its start how many conversations it bears."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from workers.audio import Samples
from workers.calibrating import ROUNDS, conversations_of, try_out
from workers.calibration import Demand
from workers.contract import FailureReason, Stage
from workers.errors import WorkFailed
from workers.languages import ByLanguage
from workers.machine_turn import MachineTurn
from workers.settings import WorkerSettings

DEMAND = Demand(budget_s=0.4, deadline_s=4.0, interval_s=4.0)


class Voice:
    """Speaks at once, and counts how often."""

    name, model, rate_hz, languages = "voice", "joe", 8_000, ("en",)
    version = "1"

    def __init__(self) -> None:
        self.spoken = 0
        self.fails = False
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Is warm."""

    def has_voice(self, voice: str) -> bool:
        return voice == ""

    def synthesize(self, text: str, check_wanted: object = None) -> Iterator[Samples]:
        if self.fails:
            raise WorkFailed(FailureReason.ENGINE_FAILED)
        with self._lock:
            self.spoken += 1
        yield np.zeros(8, np.float32)


@pytest.fixture
def voice() -> Voice:
    return Voice()


def count(voice: Voice, directory: Path, **changes: object) -> int:
    settings = WorkerSettings(state_dir=directory, **changes)  # type: ignore[arg-type]
    turn = MachineTurn(directory / "turn.lock")
    return conversations_of(Stage.TTS, ByLanguage({"en": voice}), settings, 4, turn)


def test_what_is_set_is_told_without_trying(voice: Voice, tmp_path: Path) -> None:
    assert count(voice, tmp_path, tts_conversations=7) == 7
    assert voice.spoken == 0


def test_what_was_found_out_is_known_at_the_next_start_unless_told_to_measure_anew(
    voice: Voice, tmp_path: Path
) -> None:
    with capture_logs() as logs:
        found = count(voice, tmp_path)
    assert found > 4
    assert [line["at_once"] for line in logs if line["event"] == "calibration.trial"] == [1, 2, 4]
    assert voice.spoken == 7 * ROUNDS
    assert count(voice, tmp_path) == found
    assert voice.spoken == 7 * ROUNDS
    count(voice, tmp_path, calibrates_anew=True)
    assert voice.spoken == 14 * ROUNDS


def test_other_settings_of_the_stage_are_another_subject_and_those_of_others_are_not(
    voice: Voice, tmp_path: Path
) -> None:
    count(voice, tmp_path)
    count(voice, tmp_path, stt_threads=3)
    assert voice.spoken == 7 * ROUNDS
    count(voice, tmp_path, tts_threads=1)
    assert voice.spoken == 14 * ROUNDS


def test_an_engine_that_fails_is_as_good_as_it_has_slots_and_nothing_is_kept(
    voice: Voice, tmp_path: Path
) -> None:
    voice.fails = True
    assert count(voice, tmp_path) == 4
    voice.fails = False
    count(voice, tmp_path)
    assert voice.spoken > 0


def test_no_more_is_tried_when_time_is_up_but_one_work_always_is() -> None:
    times = iter(range(100))
    trials = try_out(lambda _: (0.1, 0.1), DEMAND, 64, for_s=0.5, clock=lambda: next(times))
    assert [one.at_once for one in trials] == [1]


def test_a_trial_is_as_slow_as_its_slowest_work_and_one_disturbed_round_does_not_count() -> None:
    took = iter([9.0, 0.1])

    def doing(number: int) -> tuple[float, float]:
        took_s = next(took)
        return took_s, took_s

    (trial,) = try_out(doing, DEMAND, 1, for_s=60.0)
    assert trial.first_s == 0.1
    lengths = try_out(lambda number: (0.1 * number, 0.2 * number), DEMAND, 4, for_s=60.0)
    assert [(one.first_s, one.whole_s) for one in lengths] == [
        (0.0, 0.0),
        (0.1, 0.2),
        (0.1 * 3, 0.2 * 3),
    ]
