"""Has the workers understand, and the agent answer, for one call."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress

from pydantic import JsonValue

from voicebot.agents.branches import Branch, Branches
from voicebot.agents.desk import Desk
from voicebot.agents.services import CallServices
from voicebot.agents.tools import TurnTools
from voicebot.audio.frames import Encoding
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.hearing import NOTHING_KNOWN, RECOGNIZERS, Hearing, Judgement
from voicebot.calls.model import CallFacts, ReplyId, UtteranceId
from voicebot.dialogue.agent import Say, Step, Turn
from voicebot.dialogue.history import Exchange
from voicebot.errors import InferenceError
from voicebot.telemetry.logs import log_of
from voicebot.turns.speculation import Preparations

# A caller finds four seconds of silence long, and says so.
RECOGNITION_DEADLINE_S = 4.0
# What was not read ahead by then is of no use any more.
READING_DEADLINE_S = 2.0
# The longest answer an agent may take to be made, whatever it waits for.
ANSWER_DEADLINE_S = 12.0

log = log_of(__name__)


class Thinking:
    """Starts work in the call's task group; results come back as events."""

    def __init__(
        self,
        services: CallServices,
        desk: Desk,
        facts: CallFacts,
        encoding: Encoding,
        tasks: asyncio.TaskGroup,
        post: Callable[[on.CallEvent], None],
        preparations: Preparations,
    ) -> None:
        self._services = services
        self._desk = desk
        self._facts = facts
        self._encoding = encoding
        self._tasks = tasks
        self._post = post
        self._hearing = NOTHING_KNOWN
        self._recognitions: dict[UtteranceId, asyncio.Task[None]] = {}
        self._read: Sequence[Mapping[str, str]] = ()  # by a model, ahead of what it is asked
        self._replies: dict[ReplyId, asyncio.Task[None]] = {}
        # Set once the caller has surely finished: then what the agent wants done is done.
        self._confirmed: dict[ReplyId, asyncio.Event] = {}
        self._branches = Branches(services, desk, facts, encoding, tasks, preparations)
        self._foreseen_after: int | None = None  # the turn

    def recognize(
        self, utterance_id: UtteranceId, audio: bytes, hearing: Judgement = NOTHING_KNOWN
    ) -> None:
        """`hearing`: how hard the caller is to understand."""
        if hearing != self._hearing:
            self._hearing = hearing
            log.info(
                "call.hearing_judged",
                call_id=self._facts.call_id,
                hearing=hearing.hearing.value,
                reason=hearing.reason.value,
            )
        task = self._tasks.create_task(self._recognize(utterance_id, audio, hearing.hearing))
        self._recognitions[utterance_id] = task
        task.add_done_callback(lambda _: self._recognitions.pop(utterance_id, None))

    def cancel_recognition(self, utterance_id: UtteranceId) -> None:
        task = self._recognitions.pop(utterance_id, None)
        if task is not None:
            task.cancel()

    def read_ahead(self, history: Sequence[Exchange]) -> None:
        """The caller speaks: whatever a model will be shown before these words is read now."""
        messages = self._desk.agent.prompt_so_far(history)
        if messages and messages != self._read and self._services.speculation.room > 0:
            self._read = messages
            self._tasks.create_task(self._read_ahead(messages))

    def think(self, command: do.Think, audio: bytes) -> None:
        """Has the agent answer a turn; `audio` is what the caller said in it."""
        reply_id = command.reply_id
        branch = self._branches.take(command, audio)
        confirmed = asyncio.Event() if branch is None else branch.confirmed
        self._confirmed[reply_id] = confirmed
        if not command.is_provisional:
            confirmed.set()
        answer = (
            self._answer(command, audio, confirmed)
            if branch is None
            else self._answer_by(branch, reply_id)
        )
        task = self._tasks.create_task(answer)
        self._replies[reply_id] = task
        task.add_done_callback(lambda _: self._forget(reply_id))

    def foresee(self, next_turn: do.Think | None) -> None:
        """The answer is known whole: what comes of the likely replies to it is prepared, once."""
        if next_turn is None or next_turn.last is None:
            return
        if next_turn.last.number != self._foreseen_after:
            self._foreseen_after = next_turn.last.number
            self._branches.foresee(next_turn)

    def close(self) -> None:
        """The call is over."""
        self._branches.drop()

    def confirm(self) -> None:
        """The caller has finished."""
        for confirmed in self._confirmed.values():
            confirmed.set()

    def cancel(self, reply_id: ReplyId) -> None:
        """Whatever the agent waits for is cancelled at the workers, too."""
        task = self._replies.get(reply_id)
        self._forget(reply_id)
        if task is not None:
            task.cancel()

    def _forget(self, reply_id: ReplyId) -> None:
        self._replies.pop(reply_id, None)
        self._confirmed.pop(reply_id, None)

    async def _recognize(self, utterance_id: UtteranceId, audio: bytes, hearing: Hearing) -> None:
        business = self._desk.business
        try:
            transcript = await self._services.recognizer.recognize(
                self._facts.call_id,
                audio,
                encoding=self._encoding,
                language=business.language,
                hint=", ".join(business.words),
                deadline_s=RECOGNITION_DEADLINE_S,
                pool=business.pools.stt or RECOGNIZERS[hearing],
            )
        except InferenceError as error:
            log.error("turn.recognition_failed", call_id=self._facts.call_id, code=error.code)
            self._post(on.RecognitionFailed(utterance_id, error.code))
            return
        self._services.speculation.queued(transcript.queued_ms)
        self._post(on.Transcribed(utterance_id, transcript.text, transcript.confidence))

    async def _read_ahead(self, messages: Sequence[Mapping[str, str]]) -> None:
        # Nobody waits for it: if it fails, the model reads all of it when it is asked.
        with suppress(InferenceError):
            await self._services.responder.read_ahead(
                self._facts.call_id, messages, deadline_s=READING_DEADLINE_S
            )

    async def _answer(self, command: do.Think, audio: bytes, confirmed: asyncio.Event) -> None:
        reply_id = command.reply_id
        turn = Turn(
            call=self._facts,
            heard=command.heard,
            keys=command.keys,
            at=command.at,
            history=command.history,
            last=command.last,
            came_back=command.came_back,
            is_recording_paused=command.is_recording_paused,
            memory=dict(command.memory),
            tools=TurnTools(
                self._services,
                self._desk,
                self._facts,
                reply_id,
                lambda: audio,
                self._encoding,
                self._post,
                confirmed,
            ),
        )
        await self._tell(reply_id, self._desk.agent.answer(turn), turn.memory, confirmed)

    async def _answer_by(self, branch: Branch, reply_id: ReplyId) -> None:
        """What was prepared for these words, before they were said."""
        branch.post = self._post
        self._post(on.Retrieved(reply_id))
        try:
            await self._tell(reply_id, branch.replay(), branch.memory, branch.confirmed)
        finally:
            branch.drop()

    async def _tell(
        self,
        reply_id: ReplyId,
        steps: AsyncIterator[Step],
        memory: dict[str, JsonValue],
        confirmed: asyncio.Event,
    ) -> None:
        """`memory`: the agent's notes, once it has answered."""
        call_id = self._facts.call_id
        try:
            async with asyncio.timeout(ANSWER_DEADLINE_S):
                async for step in steps:
                    if not isinstance(step, Say):
                        await confirmed.wait()
                    self._post(on.Stepped(reply_id, step))
        except (InferenceError, TimeoutError) as error:
            code = error.code if isinstance(error, InferenceError) else "agent-timeout"
            log.error("turn.reply_failed", call_id=call_id, code=code)
            self._post(on.ThinkingFailed(reply_id, code))
            return
        except Exception:
            # An agent's own bug costs one answer, not the call.
            log.exception(
                "turn.agent_failed", call_id=call_id, agent=type(self._desk.agent).__name__
            )
            self._post(on.ThinkingFailed(reply_id, "agent-failed"))
            return
        self._post(on.ThinkingDone(reply_id, memory))
