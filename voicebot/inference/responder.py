"""What does the language model say next? Asked of the LLM workers."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from voicebot.calls.model import CallId
from voicebot.inference.gateway import InferenceGateway, new_work_id
from voicebot.telemetry.inference_metrics import INFERENCE
from voicebot.telemetry.traces import TRACES
from workers.contract import WARM_ONLY, ReplyKind, RespondWork, Stage

NO_CALL = CallId("")


class WorkerResponder:
    """Fulfils the port `Responder`."""

    def __init__(self, gateway: InferenceGateway) -> None:
        self._gateway = gateway

    async def respond(
        self,
        call_id: CallId,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        deadline_s: float,
        grammar: str | None = None,
        pool: str = "",
    ) -> AsyncGenerator[str]:
        assert max_tokens > WARM_ONLY
        work = self._work(call_id, messages, max_tokens, temperature, deadline_s, grammar)
        with TRACES.asking(call_id, Stage.LLM.value) as trace:
            work = replace(work, trace=trace)
            replies = self._gateway.replies(Stage.LLM, work, deadline_s=deadline_s, pool=pool)
            async with aclosing(INFERENCE.measured(Stage.LLM.value, pool, replies)) as replies:
                async for reply in replies:
                    if reply.kind is ReplyKind.TOKEN:
                        yield reply.text

    def pools(self) -> Collection[str]:
        return self._gateway.pools_of(Stage.LLM)

    async def warm(self, messages: Sequence[Mapping[str, str]], *, deadline_s: float) -> None:
        """Has what all prompts begin with computed ahead; raises InferenceError.

        Give exactly the messages that the prompts will begin with: the system message.
        """
        await self._warm(NO_CALL, messages, deadline_s)

    async def read_ahead(
        self, call_id: CallId, messages: Sequence[Mapping[str, str]], *, deadline_s: float
    ) -> None:
        await self._warm(call_id, messages, deadline_s)

    async def _warm(
        self, call_id: CallId, messages: Sequence[Mapping[str, str]], deadline_s: float
    ) -> None:
        work = self._work(call_id, messages, WARM_ONLY, 0.0, deadline_s)
        replies = self._gateway.replies(Stage.LLM, work, deadline_s=deadline_s)
        async with aclosing(replies):
            async for _ in replies:
                pass

    def _work(
        self,
        call_id: CallId,
        messages: Sequence[Mapping[str, str]],
        max_tokens: int,
        temperature: float,
        deadline_s: float,
        grammar: str | None = None,
    ) -> RespondWork:
        return RespondWork(
            work_id=new_work_id(),
            call_id=call_id,
            reply_to=self._gateway.agent,
            deadline_at_s=self._gateway.deadline_at_s(deadline_s),
            messages=[dict(message) for message in messages],
            max_tokens=max_tokens,
            temperature=temperature,
            grammar=grammar,
        )
