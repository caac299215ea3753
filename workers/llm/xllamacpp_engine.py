"""How does the embedded llama.cpp server generate replies of several calls at once?

It has slots, each with a memory of its own, and decodes them in one batch. A
prompt that begins like what its slot remembers costs only its rest: 40 ms
instead of 750 (2026-11, two cores, 240 tokens). So the prompts' common beginning
is made warm in every slot, and a call goes back to its slot when that is idle.
"""

import os
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from workers.contract import FailureReason
from workers.errors import EngineMissing, WorkFailed
from workers.llm.engine import Emit, Tokens
from workers.llm.gguf import REMEDY_WEIGHTS, TOKENS_PER_SLOT, gguf_file
from workers.llm.slotted_engine import SlottedEngine
from workers.llm.tokens_told import tokens_of

REMEDY: Final = "Install the engine with: pip install 'voicebot[llm]'"
# How long llama.cpp's threads spin for each other before they sleep. With libgomp's own 300,000
# two threads on two overloaded cores wait for one another's time slices: 20 tokens of 3 calls
# took 9 to 16 s instead of 2.6 to 5; on idle cores this costs a few ms (2026-11).
SPINCOUNT: Final = "2000"

log = structlog.get_logger("workers")


class XllamacppEngine(SlottedEngine):
    """llama.cpp's server inside this process."""

    name = "xllamacpp"

    def __init__(self, threads: int, slots: int, weights: str = "") -> None:
        """Loads the weights; raises EngineMissing."""
        path = gguf_file(weights)
        # Read by libgomp when it is loaded, which the next import does.
        os.environ.setdefault("GOMP_SPINCOUNT", SPINCOUNT)
        try:
            import xllamacpp
        except ImportError as error:
            raise EngineMissing("the package xllamacpp is not installed", REMEDY) from error
        parameters: Any = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.n_parallel = slots
        parameters.n_ctx = slots * TOKENS_PER_SLOT
        parameters.cpuparams.n_threads = threads
        parameters.cpuparams_batch.n_threads = threads
        # The server opens a port on loopback whether one wants it or not: nobody has its key.
        parameters.api_keys = [secrets.token_hex(16)]
        parameters.ui = False
        parameters.endpoint_slots = False
        # We choose the slots; llama.cpp's own memory of prompts would only copy them about.
        parameters.cache_ram_mib = 0
        parameters.fit_params = False
        parameters.verbosity = 0
        try:
            self._server: Any = xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise EngineMissing(f"llama.cpp cannot load {path}", REMEDY_WEIGHTS) from error
        super().__init__(path.stem, slots)

    def _stream(
        self,
        slot: int,
        messages: Sequence[Mapping[str, str]],
        max_tokens: int,
        temperature: float,
        emit: Emit,
        grammar: str | None,
    ) -> Tokens:
        failures: list[Exception] = []
        took = Tokens()

        def receive(event: Mapping[str, Any]) -> bool:
            """Returns whether to stop. An exception in here would be swallowed by llama.cpp."""
            nonlocal took
            try:
                if "error" in event:
                    log.error("llm.refused", type=event["error"].get("type"))
                    raise WorkFailed(FailureReason.BAD_REQUEST)
                took = tokens_of(event) or took
                text = event["choices"][0]["delta"].get("content")
                return bool(text) and not emit(text)
            except Exception as error:
                failures.append(error)
                return True

        request: dict[str, Any] = {
            "messages": [dict(message) for message in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "stream": True,
            "cache_prompt": True,
            "id_slot": slot,
            # With every piece, so that a reply that is stopped is counted too.
            "timings_per_token": True,
        }
        if grammar is not None:
            request["grammar"] = grammar
        try:
            self._server.handle_chat_completions(request, receive)
        except ValueError as error:
            raise WorkFailed(FailureReason.BAD_REQUEST) from error
        if failures:
            raise failures[0]
        return took
