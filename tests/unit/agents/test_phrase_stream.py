from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from hypothesis import given
from hypothesis import strategies as st

from voicebot.agents.phrase_stream import phrases_of

REPLY = "That sounds lovely! I am glad to hear it. Is there anything else that I can do?"


async def written(pieces: Sequence[str], closed: list[bool]) -> AsyncGenerator[str]:
    try:
        for piece in pieces:
            yield piece
    finally:
        closed.append(True)


@given(st.sets(st.integers(1, len(REPLY) - 1)))
async def test_phrases_hold_all_words_however_the_reply_is_cut(cuts: set[int]) -> None:
    ends = [*sorted(cuts), len(REPLY)]
    pieces = [REPLY[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    phrases = [phrase async for phrase in phrases_of(written(pieces, []))]
    assert " ".join(phrases).split() == REPLY.split()


async def test_who_asks_for_no_more_phrases_ends_the_reply() -> None:
    closed: list[bool] = []
    async with aclosing(phrases_of(written([REPLY, " And more."], closed))) as phrases:
        assert await anext(phrases)
    assert closed == [True]
