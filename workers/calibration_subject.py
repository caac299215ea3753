"""What does the number of conversations that a worker bears depend on?

Everything named here: where all of it is as before, it need not be measured again.
"""

import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from workers.calibration import DEMANDS, QUANTILE
from workers.contract import Stage
from workers.languages import NamedEngine
from workers.settings import WorkerSettings

# To be raised when the work that is tried, or how it is timed, changes.
METHOD: Final = 1
ENGINE_PACKAGES: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.STT: ("faster-whisper", "ctranslate2"),
    Stage.LLM: ("xllamacpp", "llama-cpp-python"),
    Stage.TTS: ("piper-tts", "onnxruntime", "hibari-tts"),
}
# Neither makes an engine faster, and one is secret.
NO_MATTER: Final = ("api_key", "conversations", "languages", "after_call", "alignment")


def subject_of(
    stage: Stage, engine: NamedEngine, settings: WorkerSettings, slots: int
) -> Mapping[str, Any]:
    """As JSON has it."""
    own: dict[str, Any] = {
        name: value
        for name, value in settings.model_dump(mode="json").items()
        if name.startswith(f"{stage.value}_") and not name.endswith(NO_MATTER)
    }
    return {
        "method": METHOD,
        "quantile": QUANTILE,
        "demand": asdict(DEMANDS[stage]),
        "stage": stage.value,
        "engine": engine.name,
        "model": engine.model,
        "packages": {name: _version(name) for name in ENGINE_PACKAGES[stage]},
        "settings": own,
        "slots": slots,
        "files": {str(path): _signature(path) for path in sorted(_files(own))},
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "devices": sorted(_devices()),
        "devices_visible": os.environ.get("CUDA_VISIBLE_DEVICES", ""),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _files(settings: Mapping[str, Any]) -> Iterator[Path]:
    """The weights that settings name; packaged ones change with their package alone."""
    for value in settings.values():
        for one in value.values() if isinstance(value, dict) else (value,):
            if isinstance(one, str) and one.startswith(("/", ".")):
                path = Path(one)
                yield path
                if path.is_dir():
                    yield from (file for file in path.iterdir() if file.is_file())


def _signature(path: Path) -> list[int]:
    """Changes with its content; reading gigabytes would take longer than calibrating."""
    try:
        facts = path.stat()
    except OSError:
        return []
    return [facts.st_size, facts.st_mtime_ns]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


def _devices() -> Iterator[str]:
    """The GPUs' models, as NVIDIA's driver tells them."""
    for file in Path("/proc/driver/nvidia/gpus").glob("*/information"):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("Model:"):
                yield line.partition(":")[2].strip()
