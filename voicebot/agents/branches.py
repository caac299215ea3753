"""Prepares answers to what the caller will probably say next, while the caller still listens.

Each is a branch: the agent is asked as if the words had been said, and the first phrase of its
answer is made into speech. Nothing of a branch is heard or done before the words are. The one
that is needed answers the turn, the others are dropped. Work for a branch is paid from the
same budget as all that is prepared, so that it shrinks under load.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from voicebot.agents.desk import Desk
from voicebot.agents.services import CallServices
from voicebot.agents.tools import TurnTools
from voicebot.audio.frames import Encoding
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import CallFacts
from voicebot.dialogue.agent import Say, Step, Turn
from voicebot.dialogue.foresight import says_the_same
from voicebot.dialogue.phrases import split
from voicebot.errors import InferenceError
from voicebot.telemetry.logs import log_of
from voicebot.turns.speculation import Preparations

# Nobody waits for a branch yet; one that is not ready by then was none.
BRANCH_DEADLINE_S = 8.0
SPEECH_DEADLINE_S = 4.0

log = log_of(__name__)


class _NoRoom(Exception):
    """Others need the workers."""


@dataclass(slots=True)
class Branch:
    """One answer in the making."""

    foreseen: do.Think  # with the words that were foreseen
    steps: list[Step] = field(default_factory=list)
    memory: dict[str, JsonValue] = field(default_factory=dict)
    is_over: bool = False
    failure: Exception | None = None  # what is there of it is of no use
    was_paid: bool = False
    is_taken: bool = False
    audio: bytes = b""  # what the caller did say
    # Set once the caller has surely said it.
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    post: Callable[[on.CallEvent], None] | None = None
    task: asyncio.Task[None] | None = None

    def tell(self) -> None:
        told, self.changed = self.changed, asyncio.Event()
        told.set()

    def drop(self) -> None:
        if self.task is not None:
            self.task.cancel()

    async def replay(self) -> AsyncIterator[Step]:
        """All its steps, those to come included; raises what the agent raised."""
        taken = 0
        while True:
            while taken < len(self.steps):
                taken += 1
                yield self.steps[taken - 1]
            if self.failure is not None:
                raise self.failure
            if self.is_over:
                return
            await self.changed.wait()


@dataclass(frozen=True, slots=True)
class _BranchTools(TurnTools):
    """A turn's tools, for words that nobody has said yet."""

    pay: Callable[[], None]

    async def respond(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        grammar: str | None = None,
        pool: str = "",
    ) -> AsyncGenerator[str]:
        self.pay()
        reply = TurnTools.respond(
            self,
            messages,
            max_tokens=max_tokens,
            temperature=temperature,
            grammar=grammar,
            pool=pool,
        )
        async with aclosing(reply):
            async for phrase in reply:
                yield phrase


class Branches:
    """Those of one call; their tasks end with it."""

    def __init__(
        self,
        services: CallServices,
        desk: Desk,
        facts: CallFacts,
        encoding: Encoding,
        tasks: asyncio.TaskGroup,
        preparations: Preparations,
    ) -> None:
        self._services = services
        self._desk = desk
        self._facts = facts
        self._encoding = encoding
        self._tasks = tasks
        self._preparations = preparations
        self._open: list[Branch] = []

    def foresee(self, next_turn: do.Think) -> None:
        """Begins a branch for each thing that may be said after the present answer."""
        self.drop()
        if self._services.speculation.room <= 0.0:
            return
        for words in dict.fromkeys(self._likely_words(next_turn)):
            branch = Branch(replace(next_turn, heard=words))
            branch.task = self._tasks.create_task(self._prepare(branch), name="branch")
            self._open.append(branch)

    def take(self, command: do.Think, audio: bytes) -> Branch | None:
        """The branch that answers this turn, if one does; the others are dropped."""
        taken = next((branch for branch in self._open if _answers(branch, command)), None)
        self._close(branch for branch in self._open if branch is not taken)
        self._open = []
        if taken is None:
            return None
        taken.is_taken, taken.audio = True, audio
        if taken.was_paid:
            self._services.speculation.help(self._preparations)
        self._preparations.foreseen += 1
        return taken

    def drop(self) -> None:
        """Nobody will say it any more."""
        self._close(self._open)
        self._open = []

    def _close(self, branches: Iterable[Branch]) -> None:
        for branch in branches:
            branch.drop()
            if branch.was_paid:
                self._services.speculation.waste(self._preparations)

    def _likely_words(self, next_turn: do.Think) -> Iterable[str]:
        yield from self._desk.agent.foresees(next_turn.memory)
        fact_id = next_turn.last.fact_id if next_turn.last is not None else None
        likely = self._desk.next_questions.likely(fact_id) if fact_id is not None else None
        if likely is not None:
            yield self._desk.business.fact(likely).questions[0]

    def _pay(self, branch: Branch) -> None:
        if branch.was_paid or branch.is_taken:
            return
        if not self._services.speculation.begin():
            raise _NoRoom
        branch.was_paid = True

    async def _prepare(self, branch: Branch) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._follow(branch, tasks)
        except* Exception as errors:
            # The turn is answered as if nothing had been foreseen; what is the agent's own bug will
            # show there. If it was taken already, whoever follows it is told.
            branch.failure = first = errors.exceptions[0]
            log.info("turn.branch_failed", call_id=self._facts.call_id, reason=type(first).__name__)
        finally:
            branch.is_over = True
            branch.tell()

    async def _follow(self, branch: Branch, tasks: asyncio.TaskGroup) -> None:
        is_spoken = False
        async with asyncio.timeout(BRANCH_DEADLINE_S) as limit:
            async for step in self._steps_of(branch):
                if not isinstance(step, Say):
                    limit.reschedule(None)
                    await branch.confirmed.wait()
                elif not is_spoken:
                    is_spoken = True
                    tasks.create_task(self._make_speech(branch, step))
                branch.steps.append(step)
                branch.tell()
        branch.is_over = True
        branch.tell()

    def _steps_of(self, branch: Branch) -> AsyncIterator[Step]:
        foreseen = branch.foreseen
        branch.memory = dict(foreseen.memory)

        def post(event: on.CallEvent) -> None:
            if branch.post is not None:
                branch.post(event)

        turn = Turn(
            call=self._facts,
            heard=foreseen.heard,
            keys="",
            at=foreseen.at,
            history=foreseen.history,
            last=foreseen.last,
            is_recording_paused=foreseen.is_recording_paused,
            memory=branch.memory,
            tools=_BranchTools(
                self._services,
                self._desk,
                self._facts,
                foreseen.reply_id,
                lambda: branch.audio,
                self._encoding,
                post,
                branch.confirmed,
                lambda: self._pay(branch),
            ),
        )
        return self._desk.agent.answer(turn)

    async def _make_speech(self, branch: Branch, said: Say) -> None:
        """Of the first phrase; the others are made while that one is heard."""
        business, synthesizer = self._desk.business, self._services.synthesizer
        phrase = split(said.text)[0]
        # Without it the speech is made when it is needed.
        with suppress(InferenceError, _NoRoom):
            if await synthesizer.is_at_hand(
                phrase,
                encoding=self._encoding,
                language=business.language,
                voice=business.voice,
            ):
                return
            self._pay(branch)
            async for _ in synthesizer.synthesize(
                self._facts.call_id,
                phrase,
                encoding=self._encoding,
                language=business.language,
                voice=business.voice,
                deadline_s=SPEECH_DEADLINE_S,
            ):
                pass


def _answers(branch: Branch, command: do.Think) -> bool:
    foreseen = branch.foreseen
    return (
        branch.failure is None
        and not command.keys
        and command.came_back is None
        and command.history == foreseen.history
        and command.memory == foreseen.memory
        and command.is_recording_paused == foreseen.is_recording_paused
        and says_the_same(command.heard, foreseen.heard)
    )
