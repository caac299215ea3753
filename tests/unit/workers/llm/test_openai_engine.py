"""What a stream of server-sent events says. (The engine itself: tests/contract/engines.)"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.errors import EngineMissing
from workers.llm.openai_engine import OpenAiEngine, pieces


def event(text: str | None) -> str:
    return "data: " + json.dumps({"choices": [{"delta": {"content": text}}]})


@given(st.lists(st.text(min_size=1), max_size=10))
def test_every_piece_comes_in_order(texts: list[str]) -> None:
    lines = [event(text) for text in texts]
    assert list(pieces(iter([*lines, "data: [DONE]"]))) == texts


def test_what_is_no_text_is_passed_over() -> None:
    lines = [": ping", "", event(None), event("Hello"), 'data: {"choices": [], "usage": {}}']
    assert list(pieces(iter(lines))) == ["Hello"]


def test_nothing_is_read_after_the_end() -> None:
    assert list(pieces(iter(["data: [DONE]", event("late")]))) == []


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(EngineMissing, match=r"http://127\.0\.0\.1:9/v1.*VOICEBOT_LLM_URL"):
        OpenAiEngine("http://127.0.0.1:9/v1", "", "", 1)
