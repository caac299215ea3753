"""The real agent of a business, answering step by step without a loop or a worker.

What it waits for is told, and a test gives it: what was found, what the model said.
"""

from asyncio import CancelledError
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import CallFacts
from voicebot.calls.outbound_rules import Refused
from voicebot.dialogue.agent import Turn, VoiceAgent
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.routing import Conditions
from voicebot.errors import InferenceError, VoicebotError
from voicebot.queueing.callback_windows import LocalWindow


@dataclass(slots=True)
class _Need:
    """Something the agent waits for."""

    kind: str
    value: Any

    def __await__(self) -> Generator["_Need", Any, Any]:
        result = yield self
        return result


@dataclass(slots=True)
class PlayedTools:
    """Fulfils `dialogue.agent.Tools`."""

    messages: list[tuple[str, str, str]] = field(default_factory=list)
    callbacks: list[str] = field(default_factory=list)
    windows: list[LocalWindow | None] = field(default_factory=list)
    refused: Refused | None = None  # what callbacks come to
    posted: list[tuple[str, Mapping[str, JsonValue]]] = field(default_factory=list)
    # What the next of these comes to.
    failure: VoicebotError | None = None
    web_answer: JsonValue = None
    now: Conditions = field(default_factory=Conditions)
    # Which models were asked, and which replies are there for whom.
    pools: list[str] = field(default_factory=list)
    replies: dict[str, Sequence[str]] = field(default_factory=dict)

    async def facts(self, text: str) -> Sequence[Candidate]:
        found: Sequence[Candidate] = await _Need("facts", text)
        return found

    async def respond(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        grammar: str | None = None,
        pool: str = "",
    ) -> AsyncGenerator[str]:
        self.pools.append(pool)
        while True:
            phrase: str | None = await _Need("reply", (messages, grammar))
            if phrase is None:
                return
            yield phrase

    def conditions(self) -> Conditions:
        return self.now

    async def recall(self, text: str) -> Sequence[str]:
        return self.replies.get(text, ())

    async def keep_reply(self, text: str, phrases: Sequence[str]) -> None:
        self.replies[text] = tuple(phrases)

    async def caller_has_finished(self) -> None:
        return

    async def leave_message(self, name: str, callback_number: str, text: str) -> None:
        self._fail()
        self.messages.append((name, callback_number, text))

    async def request_callback(
        self, number: str, window: LocalWindow | None = None
    ) -> Refused | None:
        self._fail()
        if self.refused is None:
            self.callbacks.append(number)
            self.windows.append(window)
        return self.refused

    async def post(self, url: str, values: Mapping[str, JsonValue]) -> JsonValue:
        self._fail()
        self.posted.append((url, values))
        return self.web_answer

    def _fail(self) -> None:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure


class PlayedAgent:
    """One turn of an agent."""

    def __init__(
        self, agent: VoiceAgent, think: do.Think, facts: CallFacts, tools: PlayedTools
    ) -> None:
        self.reply_id = think.reply_id
        self._turn = Turn(
            call=facts,
            heard=think.heard,
            keys=think.keys,
            at=think.at,
            history=think.history,
            tools=tools,
            last=think.last,
            came_back=think.came_back,
            is_recording_paused=think.is_recording_paused,
            memory=dict(think.memory),
        )
        self._steps = agent.answer(self._turn)
        self._next: Any = None
        self._need: _Need | None = None

    @property
    def sought(self) -> str | None:
        """The words whose facts it waits for."""
        return self._need.value if self._need is not None and self._need.kind == "facts" else None

    @property
    def asked(self) -> Sequence[Mapping[str, str]] | None:
        """What it has asked the model."""
        is_asking = self._need is not None and self._need.kind == "reply"
        return self._need.value[0] if is_asking and self._need is not None else None

    def cancel(self) -> None:
        """The turn never happened."""
        with suppress(StopIteration, StopAsyncIteration, CancelledError):
            self._next.throw(CancelledError())

    def go_on(self, value: Any = None, error: InferenceError | None = None) -> list[on.CallEvent]:
        """Until it waits again, or is done."""
        events: list[on.CallEvent] = []
        self._need = None
        while True:
            if self._next is None:
                self._next = self._steps.__anext__()
            try:
                if error is not None:
                    thrown, error = error, None
                    self._need = self._next.throw(thrown)
                else:
                    self._need = self._next.send(value)
            except StopIteration as stopped:
                events.append(on.Stepped(self.reply_id, stopped.value))
                self._next, value = None, None
            except StopAsyncIteration:
                return [*events, on.ThinkingDone(self.reply_id, self._turn.memory)]
            except InferenceError as failed:
                return [*events, on.ThinkingFailed(self.reply_id, failed.code)]
            else:
                return events
