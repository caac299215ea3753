"""How does any OpenAI-compatible server generate replies?

vLLM, llama-server or a hosted model, reached by `VOICEBOT_LLM_URL`: streaming
chat completions over one pool of connections. Closing the response is what
cancels a generation there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, Self

import httpx
import structlog

from workers.contract import FailureReason
from workers.errors import EngineMissing, WorkFailed
from workers.llm.engine import Emit, Tokens
from workers.llm.grammar_dialects import (
    DIALECTS,
    PROBE_GRAMMAR,
    PROBE_TOKENS,
    Dialect,
    is_obeyed,
)
from workers.llm.tokens_told import tokens_of

REMEDY: Final = "VOICEBOT_LLM_URL must be the base URL of an OpenAI-compatible server (…/v1)."
CONNECT_S: Final = 3.0
# Between two pieces of a reply; the work's own deadline is checked with each piece.
SILENCE_S: Final = 30.0

log = structlog.get_logger("workers")


class OpenAiEngine:
    """A language model on another server."""

    name = "openai"

    def __init__(self, url: str, model: str, api_key: str, slots: int) -> None:
        """Asks the server for its models; raises EngineMissing when it does not answer."""
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/",
            headers=headers,
            timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=slots, max_keepalive_connections=slots),
        )
        self.slots = slots
        try:
            answer = self._client.get("models")
            answer.raise_for_status()
            served = [str(entry["id"]) for entry in answer.json()["data"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            self._client.close()
            raise EngineMissing(f"no language model answers at {url}", REMEDY) from error
        if not model and not served:
            raise EngineMissing(f"{url} serves no model", "Name one in VOICEBOT_LLM_MODEL.")
        self.model = model or served[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def warm_up(self) -> None:
        self.warm_prefix([])
        log.info("llm.grammar", dialect=self.dialect.server if self.dialect else "none")

    @cached_property
    def dialect(self) -> Dialect | None:
        """How this server takes a grammar; None when it does not."""
        for dialect in DIALECTS:
            said: list[str] = []

            def hear(text: str, said: list[str] = said) -> bool:
                said.append(text)
                return True

            request = self._request(
                [{"role": "user", "content": "Say hello."}], PROBE_TOKENS, temperature=0.0
            )
            try:
                self._stream(request | dialect.fields(PROBE_GRAMMAR), hear)
            except WorkFailed:
                # It knows its own names and refuses others.
                continue
            if is_obeyed("".join(said)):
                return dialect
        return None

    def warm_prefix(self, messages: Sequence[Mapping[str, str]]) -> None:
        def enough(_: str) -> bool:
            return False

        prompt = [*messages, {"role": "user", "content": "Hello"}]
        self.generate("", prompt, max_tokens=1, temperature=0.0, emit=enough)

    def read_ahead(self, call_id: str, messages: Sequence[Mapping[str, str]]) -> None:
        """Does nothing: servers keep prefixes by themselves, and bill what they read twice."""

    def generate(
        self,
        call_id: str,  # unused: where warm memory lies is that server's own affair
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        emit: Emit,
        grammar: str | None = None,
    ) -> Tokens:
        request = self._request(messages, max_tokens, temperature)
        if grammar is not None:
            if self.dialect is None:
                raise WorkFailed(FailureReason.GRAMMAR_UNSUPPORTED)
            request |= self.dialect.fields(grammar)
        return self._stream(request, emit)

    def _request(
        self, messages: Sequence[Mapping[str, str]], max_tokens: int, temperature: float
    ) -> dict[str, Any]:
        return {
            "model": self.model,
            "messages": [dict(message) for message in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    def _stream(self, request: Mapping[str, Any], emit: Emit) -> Tokens:
        """What it took is told at the end: of a reply that is stopped, its pieces are counted."""
        took = Tokens()
        with self._client.stream("POST", "chat/completions", json=request) as response:
            if response.is_client_error:
                log.error("llm.refused", status=response.status_code)
                raise WorkFailed(FailureReason.BAD_REQUEST)
            response.raise_for_status()
            for event in events(response.iter_lines()):
                if (told := tokens_of(event)) is not None:
                    took = told
                for text in texts(event):
                    if told is None:
                        took = replace(took, reply=took.reply + 1)
                    if not emit(text):
                        return took
        return took


def events(lines: Iterator[str]) -> Iterator[Mapping[str, Any]]:
    """A stream of server-sent events, up to its [DONE]."""
    for line in lines:
        if not line.startswith("data:"):
            continue
        payload = line.removeprefix("data:").strip()
        if payload == "[DONE]":
            return
        yield json.loads(payload)


def texts(event: Mapping[str, Any]) -> Iterator[str]:
    """The pieces of the reply that one event brings."""
    for choice in event.get("choices", ()):
        text = choice.get("delta", {}).get("content")
        if text:
            yield text
