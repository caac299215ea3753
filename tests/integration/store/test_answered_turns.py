"""Who answered, and what models took, from real records."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.sample_calls import NOON, a_record, a_turn
from voicebot.calls.model import AnswerSource, CallId, Route, Tier
from voicebot.costs.savings import Answerer, MeasuredCall
from voicebot.costs.usage import WorkUsage
from voicebot.store import answered_turns
from voicebot.store.answered_turns import SqlAnsweredTurns
from voicebot.store.call_usage import SqlCallUsage
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database

DAY = NOON.replace(hour=0)
TOMORROW = DAY + timedelta(days=1)
SMALL, LARGE = WorkUsage(1, 10, prompt_tokens=5), WorkUsage(2, 90, prompt_tokens=50)
SPEECH = WorkUsage(3, 30, characters=40, kept_characters=60)


async def talks(
    database: Database, number: int, *answers: tuple[Tier | None, str, AnswerSource]
) -> CallId:
    greeting = replace(a_turn(0), source=AnswerSource.MODEL, route=Route(Tier.LARGE, "complex"))
    turns = [greeting]
    for place, (tier, why, source) in enumerate(answers, start=1):
        route = None if tier is None else Route(tier, why)
        turns.append(replace(a_turn(place), source=source, route=route))
    record = a_record(f"node1-1.{number}", started_at=NOON + timedelta(seconds=number))
    await SqlCallRecords(database).write(replace(record, turns=tuple(turns)))
    return record.facts.call_id


async def test_turns_are_counted_by_who_answered_them(database: Database) -> None:
    await talks(
        database,
        1,
        (Tier.SCRIPT, "short-form", AnswerSource.SCRIPT),
        (Tier.SCRIPT, "withheld", AnswerSource.SCRIPT),
        (Tier.FACT, "sure", AnswerSource.FACT),
        (None, "", AnswerSource.FACT),
        (Tier.RETRIEVED, "same-meaning", AnswerSource.RETRIEVED),
        (Tier.SMALL, "simple", AnswerSource.MODEL),
        (None, "", AnswerSource.MODEL),
        (Tier.LARGE, "complex", AnswerSource.MODEL),
        (None, "", AnswerSource.SCRIPT),
    )
    turns = SqlAnsweredTurns(database)
    assert await turns.answerers(DAY, TOMORROW) == {
        Answerer.FIXED: 1,
        Answerer.FACT: 2,
        Answerer.KEPT: 1,
        Answerer.SMALL: 2,
        Answerer.LARGE: 1,
    }
    assert await turns.answerers(DAY - timedelta(days=1), DAY) == {}


async def test_calls_that_workers_did_anything_for_are_measured(database: Database) -> None:
    one = await talks(
        database,
        1,
        (Tier.SMALL, "simple", AnswerSource.MODEL),
        (Tier.LARGE, "withheld", AnswerSource.MODEL),
        (Tier.LARGE, "complex", AnswerSource.MODEL),
    )
    other = await talks(database, 2, (Tier.FACT, "sure", AnswerSource.FACT))
    await talks(database, 3, (Tier.SMALL, "simple", AnswerSource.MODEL))
    await SqlCallUsage(database).keep(
        {one: {"llm.small": SMALL, "llm.large": LARGE}, other: {"tts": SPEECH}}
    )
    measured = await SqlAnsweredTurns(database).measured(DAY, TOMORROW)
    assert sorted(measured, key=lambda call: call.small) == [
        MeasuredCall({"tts": SPEECH}),
        MeasuredCall({"llm.small": SMALL, "llm.large": LARGE}, small=1, large=2),
    ]


async def test_of_many_calls_the_newest_are_measured(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answered_turns, "SAMPLED", 1)
    for number in (1, 2):
        call_id = await talks(database, number)
        await SqlCallUsage(database).keep({call_id: {"tts": WorkUsage(number)}})
    measured = await SqlAnsweredTurns(database).measured(DAY, TOMORROW)
    assert measured == [MeasuredCall({"tts": WorkUsage(2)})]
