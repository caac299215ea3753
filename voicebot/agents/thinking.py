"""Has the workers understand and answer for one call."""

import asyncio
from collections.abc import Callable

from voicebot.agents.services import CallServices
from voicebot.audio.frames import Encoding
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import CallId, ReplyId, UtteranceId
from voicebot.dialogue.phrases import PhraseSplitter
from voicebot.errors import InferenceError
from voicebot.telemetry.logs import log_of

# A caller finds four seconds of silence long, and says so.
RECOGNITION_DEADLINE_S = 4.0
REPLY_DEADLINE_S = 4.0
RETRIEVAL_DEADLINE_S = 2.0

log = log_of(__name__)


class Thinking:
    """Starts work in the call's task group; results come back as events."""

    def __init__(
        self,
        services: CallServices,
        call_id: CallId,
        tasks: asyncio.TaskGroup,
        post: Callable[[on.CallEvent], None],
    ) -> None:
        self._services = services
        self._call_id = call_id
        self._tasks = tasks
        self._post = post
        self._replies: dict[ReplyId, asyncio.Task[None]] = {}

    def recognize(self, utterance_id: UtteranceId, audio: bytes, encoding: Encoding) -> None:
        self._tasks.create_task(self._recognize(utterance_id, audio, encoding))

    def retrieve(self, reply_id: ReplyId, text: str) -> None:
        self._start(reply_id, self._retrieve(reply_id, text))

    def reply(self, command: do.Reply) -> None:
        self._start(command.reply_id, self._reply(command))

    def cancel(self, reply_id: ReplyId) -> None:
        """Closing the iterator of a reply cancels its work at the worker."""
        task = self._replies.pop(reply_id, None)
        if task is not None:
            task.cancel()

    def _start(self, reply_id: ReplyId, work: "asyncio._CoroutineLike[None]") -> None:
        task = self._tasks.create_task(work)
        self._replies[reply_id] = task
        task.add_done_callback(lambda _: self._replies.pop(reply_id, None))

    async def _recognize(self, utterance_id: UtteranceId, audio: bytes, encoding: Encoding) -> None:
        business = self._services.business
        try:
            transcript = await self._services.recognizer.recognize(
                self._call_id,
                audio,
                encoding=encoding,
                language=business.language,
                hint=", ".join(business.words),
                deadline_s=RECOGNITION_DEADLINE_S,
            )
        except InferenceError as error:
            log.error("turn.recognition_failed", call_id=self._call_id, code=error.code)
            self._post(on.RecognitionFailed(utterance_id, error.code))
            return
        self._post(on.Transcribed(utterance_id, transcript.text))

    async def _retrieve(self, reply_id: ReplyId, text: str) -> None:
        try:
            async with asyncio.timeout(RETRIEVAL_DEADLINE_S):
                (vector,) = await self._services.meaning.encode([text])
        except (InferenceError, TimeoutError) as error:
            # Without the facts the model may still make conversation.
            log.error("turn.retrieval_failed", call_id=self._call_id, error=type(error).__name__)
            self._post(on.Retrieved(reply_id, ()))
            return
        self._post(on.Retrieved(reply_id, self._services.facts.nearest(vector, text)))

    async def _reply(self, command: do.Reply) -> None:
        splitter = PhraseSplitter()
        try:
            async for piece in self._services.responder.respond(
                self._call_id,
                command.messages,
                max_tokens=command.max_tokens,
                temperature=command.temperature,
                deadline_s=REPLY_DEADLINE_S,
            ):
                for phrase in splitter.receive(piece):
                    self._post(on.ReplyPhrase(command.reply_id, phrase))
        except InferenceError as error:
            log.error("turn.reply_failed", call_id=self._call_id, code=error.code)
            self._post(on.ReplyFailed(command.reply_id, error.code))
            return
        for phrase in splitter.finish():
            self._post(on.ReplyPhrase(command.reply_id, phrase))
        self._post(on.ReplyFinished(command.reply_id))
