"""What does an event of a streaming chat completion tell of tokens?"""

from collections.abc import Mapping
from typing import Any

from workers.llm.engine import Tokens


def tokens_of(event: Mapping[str, Any]) -> Tokens | None:
    """As OpenAI's servers tell it (`usage`), or as llama.cpp's does (`timings`)."""
    if usage := event.get("usage"):
        return Tokens(int(usage["prompt_tokens"]), int(usage["completion_tokens"]))
    if timings := event.get("timings"):
        return Tokens(
            int(timings["prompt_n"]) + int(timings.get("cache_n", 0)), int(timings["predicted_n"])
        )
    return None
