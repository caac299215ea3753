"""How does a phrase sound? Asked of the TTS workers."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.inference.gateway import InferenceGateway, new_work_id
from voicebot.telemetry.inference_metrics import INFERENCE
from voicebot.telemetry.traces import TRACES
from workers.contract import ReplyKind, Stage, SynthesizeWork


class WorkerSynthesizer:
    """Fulfils the port `Synthesizer`."""

    def __init__(self, gateway: InferenceGateway) -> None:
        self._gateway = gateway

    async def synthesize(
        self,
        call_id: CallId,
        text: str,
        *,
        encoding: Encoding,
        language: str,
        voice: str,
        deadline_s: float,
    ) -> AsyncGenerator[bytes]:
        with TRACES.asking(call_id, Stage.TTS.value) as trace:
            work = SynthesizeWork(
                work_id=new_work_id(),
                call_id=call_id,
                reply_to=self._gateway.agent,
                deadline_at_s=self._gateway.deadline_at_s(deadline_s),
                text=text,
                language=language,
                voice=voice,
                encoding=encoding.value,
                trace=trace,
            )
            replies = self._gateway.replies(Stage.TTS, work, deadline_s=deadline_s)
            async with aclosing(INFERENCE.measured(Stage.TTS.value, "", replies)) as replies:
                async for reply in replies:
                    if reply.kind is ReplyKind.AUDIO:
                        yield reply.audio
