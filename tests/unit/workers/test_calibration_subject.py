"""What the number of conversations depends on."""

import json
from dataclasses import dataclass
from pathlib import Path

from workers.calibration_subject import subject_of
from workers.contract import Stage
from workers.settings import WorkerSettings


@dataclass
class Engine:
    name: str = "faster-whisper"
    model: str = "tiny"

    def warm_up(self) -> None:
        """Is warm."""


def subject(tmp_path: Path, slots: int = 8, **changes: object) -> str:
    settings = WorkerSettings(state_dir=tmp_path, **changes)  # type: ignore[arg-type]
    return json.dumps(subject_of(Stage.STT, Engine(), settings, slots), sort_keys=True)


def test_engine_machine_slots_and_the_stage_s_settings_make_it(tmp_path: Path) -> None:
    standard = subject(tmp_path)
    assert standard == subject(tmp_path, tts_threads=7, stt_conversations=3)
    assert standard != subject(tmp_path, stt_runs=5)
    assert standard != subject(tmp_path, slots=4)


def test_weights_that_were_exchanged_make_another(tmp_path: Path) -> None:
    weights = tmp_path / "whisper"
    weights.mkdir()
    (weights / "model.bin").write_bytes(b"one")
    before = subject(tmp_path, stt_models={"de": str(weights)})
    assert before == subject(tmp_path, stt_models={"de": str(weights)})
    (weights / "model.bin").write_bytes(b"another")
    assert before != subject(tmp_path, stt_models={"de": str(weights)})


def test_it_holds_no_secret(tmp_path: Path) -> None:
    settings = WorkerSettings.model_validate({"state_dir": tmp_path, "llm_api_key": "hidden"})
    told = json.dumps(subject_of(Stage.LLM, Engine(), settings, 4))
    assert "hidden" not in told
    assert "api_key" not in told
