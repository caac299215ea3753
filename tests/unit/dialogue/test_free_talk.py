"""What is said to words that no fact answers."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import pytest

from tests.fakes.played_agent import PlayedTools
from tests.fakes.sample_business import a_business
from tests.fakes.sample_calls import NOON
from voicebot.calls.model import AnswerSource, CallFacts, CallId, ChannelId, Route, Tier
from voicebot.capacity.degradation import Degradation
from voicebot.dialogue.actions import actions_of
from voicebot.dialogue.agent import Say, Turn
from voicebot.dialogue.free_talk import FreeTalk
from voicebot.dialogue.routing import LARGE_POOL, Conditions, Why
from voicebot.errors import InferenceError, InferenceRefused

BUSINESS = a_business()
HEARD = "I had a lovely day at the lake."
LOVELY, PRICE = "That sounds lovely!", "It costs ten dollars."
WITH_LARGE = Conditions(pools=(LARGE_POOL,))


class Models(PlayedTools):
    """Each pool has its replies."""

    def __init__(self, now: Conditions, **replies: Sequence[str] | InferenceError) -> None:
        super().__init__(now=now)
        self._scripts = {f"llm.{size}": reply for size, reply in replies.items()}

    async def respond(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        grammar: str | None = None,
        pool: str = "",
    ) -> AsyncGenerator[str]:
        self.pools.append(pool)
        reply = self._scripts[pool]
        if isinstance(reply, InferenceError):
            raise reply
        for phrase in reply:
            yield phrase


async def said(tools: Models, heard: str = HEARD, talk: FreeTalk | None = None) -> list[Say]:
    talk = FreeTalk(BUSINESS, actions_of(BUSINESS)) if talk is None else talk
    facts = CallFacts(CallId("1.1"), ChannelId("1.1"), "", "1000", "ulaw")
    turn: Any = Turn(call=facts, heard=heard, keys="", at=NOON, history=(), tools=tools)
    return [step async for step in talk.answer(turn, "offered")]


async def test_the_small_model_is_asked_and_its_reply_kept() -> None:
    tools = Models(WITH_LARGE, small=[LOVELY])
    route = Route(Tier.SMALL, Why.SIMPLE)
    assert await said(tools) == [Say(LOVELY, AnswerSource.MODEL, route=route)]
    assert tools.replies == {HEARD: (LOVELY,)}


async def test_a_reply_that_was_kept_needs_no_model() -> None:
    tools = Models(WITH_LARGE)
    tools.replies[HEARD] = (LOVELY,)
    (step,) = await said(tools)
    assert (step.text, step.source) == (LOVELY, AnswerSource.RETRIEVED)
    assert step.route == Route(Tier.RETRIEVED, Why.SAME_MEANING)
    assert tools.pools == []


async def test_what_was_kept_is_reviewed_again() -> None:
    tools = Models(Conditions(), small=[LOVELY])
    tools.replies[HEARD] = (PRICE,)
    assert [step.text for step in await said(tools)] == [LOVELY]


async def test_what_may_not_be_said_is_asked_of_the_large_model() -> None:
    tools = Models(WITH_LARGE, small=[PRICE], large=[LOVELY])
    route = Route(Tier.LARGE, Why.WITHHELD)
    assert await said(tools) == [Say(LOVELY, AnswerSource.MODEL, route=route)]
    assert tools.pools == ["llm.small", "llm.large"]


@pytest.mark.parametrize("reply", [[PRICE], []])
async def test_if_nobody_has_words_the_business_owns_up(reply: list[str]) -> None:
    (step,) = await said(Models(Conditions(), small=reply))
    assert step == Say(BUSINESS.phrases.unknown, route=Route(Tier.SCRIPT, Why.WITHHELD))


async def test_nobody_is_glad_of_a_misfortune_and_the_business_feels_with_the_caller() -> None:
    (step,) = await said(Models(Conditions(), small=[LOVELY]), "I fell off my bike.")
    assert step.text == BUSINESS.phrases.sympathy


async def test_a_model_that_fails_leaves_the_turn_to_the_other() -> None:
    tools = Models(WITH_LARGE, small=InferenceRefused("llm", "no-worker"), large=[LOVELY])
    assert [step.text for step in await said(tools)] == [LOVELY]


async def test_a_failure_of_all_is_told() -> None:
    with pytest.raises(InferenceError):
        await said(Models(Conditions(), small=InferenceRefused("llm", "no-worker")))


async def test_after_many_replies_in_vain_the_small_model_is_not_asked() -> None:
    tools, talk = Models(Conditions(), small=[PRICE]), FreeTalk(BUSINESS, ())
    for _ in range(8):
        await said(tools, talk=talk)
    (step,) = await said(tools, talk=talk)
    assert step.route == Route(Tier.SCRIPT, Why.SELDOM_PASSES)
    assert len(tools.pools) == 8


async def test_where_models_are_spared_nobody_is_asked() -> None:
    now = Conditions(degradation=Degradation.CACHED_ONLY)
    (step,) = await said(Models(now))
    assert step.route == Route(Tier.SCRIPT, Why.DEGRADED)


async def test_what_names_somebody_is_kept_for_nobody() -> None:
    tools = Models(Conditions(), small=[LOVELY])
    await said(tools, "I had a lovely day with Peter.")
    assert tools.replies == {}
