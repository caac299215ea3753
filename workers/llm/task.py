"""What does the LLM stage answer to one conversation?"""

import json
from collections.abc import Mapping, Sequence
from typing import Final, cast

from redis import Redis

from workers.assignment import Closing
from workers.contract import WARM_ONLY, FailureReason, Reply, ReplyKind, RespondWork, Unit
from workers.errors import WorkFailed
from workers.llm.engine import LanguageEngine
from workers.streams import WorkChannel

# What prompts began with last, for workers that start later. It holds the business's words only.
PREFIX_KEY: Final = "llm:prefix"
PREFIX_LIFETIME_S: Final = 7 * 24 * 3600


def respond(engine: LanguageEngine, work: RespondWork, channel: WorkChannel) -> Closing:
    """The reply, token by token; none more once nobody wants them."""
    if not work.messages or work.max_tokens < WARM_ONLY:
        raise WorkFailed(FailureReason.BAD_REQUEST)
    if work.max_tokens == WARM_ONLY and work.call_id:
        engine.read_ahead(work.call_id, work.messages)
        return Closing()
    if work.max_tokens == WARM_ONLY:
        engine.warm_prefix(work.messages)
        channel.redis.set(PREFIX_KEY, json.dumps(work.messages), ex=PREFIX_LIFETIME_S)
        return Closing()
    unwanted: FailureReason | None = None

    def emit(text: str) -> bool:
        nonlocal unwanted
        unwanted = channel.why_unwanted()
        if unwanted is not None:
            return False
        channel.send(Reply(work.work_id, ReplyKind.TOKEN, text=text))
        return True

    took = engine.generate(
        work.call_id,
        work.messages,
        max_tokens=work.max_tokens,
        temperature=work.temperature,
        emit=emit,
        grammar=work.grammar,
    )
    if took is not None:
        channel.spend(Unit.PROMPT_TOKENS, took.prompt)
        channel.spend(Unit.REPLY_TOKENS, took.reply)
    if unwanted is not None:
        raise WorkFailed(unwanted)
    return Closing()


def warm_last_prefix(engine: LanguageEngine, redis: Redis) -> None:
    """Makes warm what prompts began with before this worker started."""
    stored = cast("bytes | None", redis.get(PREFIX_KEY))
    if stored is not None:
        messages: Sequence[Mapping[str, str]] = json.loads(stored)
        engine.warm_prefix(messages)
