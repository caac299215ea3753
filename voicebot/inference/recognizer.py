"""What did the caller say? Asked of the STT workers."""

from contextlib import aclosing

from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.inference.gateway import InferenceGateway, new_work_id
from voicebot.ports import Transcript
from voicebot.telemetry.inference_metrics import INFERENCE
from voicebot.telemetry.traces import TRACES
from workers.contract import RecognizeWork, ReplyKind, Stage


class WorkerRecognizer:
    """Fulfils the port `Recognizer`."""

    def __init__(self, gateway: InferenceGateway) -> None:
        self._gateway = gateway

    async def recognize(
        self,
        call_id: CallId,
        audio: bytes,
        *,
        encoding: Encoding,
        language: str,
        hint: str,
        deadline_s: float,
        accurate: bool = False,
        pool: str = "",
    ) -> Transcript:
        with TRACES.asking(call_id, Stage.STT.value) as trace:
            work = RecognizeWork(
                work_id=new_work_id(),
                call_id=call_id,
                reply_to=self._gateway.agent,
                deadline_at_s=self._gateway.deadline_at_s(deadline_s),
                encoding=encoding.value,
                language=language,
                hint=hint,
                accurate=accurate,
                trace=trace,
            )
            replies = self._gateway.replies(
                Stage.STT, work, deadline_s=deadline_s, audio=audio, pool=pool
            )
            async with aclosing(INFERENCE.measured(Stage.STT.value, pool, replies)) as replies:
                async for reply in replies:
                    if reply.kind is ReplyKind.TRANSCRIPT:
                        return Transcript(
                            reply.text, reply.confidence, reply.queued_ms, reply.engine_ms
                        )
        raise AssertionError("the replies of a work end with its last, or an error")
