"""How does llama-cpp-python generate replies of several calls at once?

It generates one reply at a time per context, so each slot is a context of its
own over the same mapped weights. They share the processor without a batch: with
one call as quick as the embedded server, with eight three times slower (2026-11).
A context keeps what it read last, so a call goes back to its slot when that is idle.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from workers.contract import FailureReason
from workers.errors import EngineMissing, WorkFailed
from workers.llm.engine import Emit, check_messages
from workers.llm.gguf import REMEDY_WEIGHTS, TOKENS_PER_SLOT, gguf_file
from workers.llm.slotted_engine import SlottedEngine

REMEDY: Final = (
    "It is built from source into an environment of its own: run setup/engine llama-cpp, and "
    "name the interpreter that it prints in VOICEBOT_LLM_PYTHON."
)


class LlamaCppEngine(SlottedEngine):
    """llama.cpp through llama-cpp-python, a context per slot."""

    name = "llama-cpp-python"

    def __init__(self, threads: int, slots: int, weights: str = "") -> None:
        """Loads the weights; raises EngineMissing."""
        path = gguf_file(weights)
        try:
            import llama_cpp
        except ImportError as error:
            raise EngineMissing("the package llama-cpp-python is not installed", REMEDY) from error
        self._library: Any = llama_cpp
        try:
            self._contexts: list[Any] = [
                llama_cpp.Llama(
                    str(path),
                    n_ctx=TOKENS_PER_SLOT,
                    n_threads=threads,
                    n_threads_batch=threads,
                    verbose=False,
                )
                for _ in range(slots)
            ]
        except ValueError as error:
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
    ) -> None:
        check_messages(messages)
        context = self._contexts[slot]
        constraint = None
        if grammar is not None:
            self._check_grammar(context, grammar)
            constraint = self._library.LlamaGrammar.from_string(grammar, verbose=False)
        try:
            chunks = context.create_chat_completion(
                [dict(message) for message in messages],
                max_tokens=max_tokens,
                temperature=temperature,
                stream=True,
                grammar=constraint,
            )
        except ValueError as error:
            raise WorkFailed(FailureReason.BAD_REQUEST) from error
        with closing(chunks):
            while (text := _next_text(chunks)) is not None:
                if text and not emit(text):
                    return

    def _check_grammar(self, context: Any, grammar: str) -> None:
        """Raises WorkFailed; the library itself would crash on a grammar that is none (0.3.36)."""
        vocabulary = self._library.llama_model_get_vocab(context.model)
        sampler = self._library.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
        if not sampler:
            raise WorkFailed(FailureReason.BAD_REQUEST)
        self._library.llama_sampler_free(sampler)


def _next_text(chunks: Any) -> str | None:
    """The next piece of text, None after the last."""
    try:
        chunk = next(chunks)
    except StopIteration:
        return None
    except ValueError as error:
        # The prompt is longer than the context.
        raise WorkFailed(FailureReason.BAD_REQUEST) from error
    return str(chunk["choices"][0]["delta"].get("content") or "")
