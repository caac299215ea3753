"""A month of calls that cost something, with budgets that have come some way."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.fakes.sample_calls import a_record, a_turn
from tests.panel.panel_server import DID, Panel, run
from voicebot.calls.model import AnswerSource, CallRecord, Outcome, Route, Tier
from voicebot.costs.budgets import AlertKey, BudgetAlert, Per
from voicebot.costs.usage import WorkUsage
from voicebot.store.budget_alerts import SqlBudgetAlerts
from voicebot.store.call_usage import SqlCallUsage
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database

_PRICES = f"""currency: EUR
lists:
  - valid_from: 2026-01-01
    trunk_minute_inbound: 0.008
    speech_minute: 0.004
    spoken_1000_characters: 0.012
    million_prompt_tokens: 2.5
    million_reply_tokens: 10
    worker_hour: {{stt: 0.06, llm: 0.35, tts: 0.06}}
budgets:
  - {{name: all-calls, valid_from: 2026-01-01, per: month, amount: 8}}
  - {{name: service-today, valid_from: 2026-01-01, per: day, amount: 0.6, queue: "service@{DID}"}}
  - {{name: today, valid_from: 2026-01-01, per: day, amount: 0.15}}
"""
_SOURCES = {Tier.FACT: AnswerSource.FACT, Tier.SCRIPT: AnswerSource.SCRIPT}
_REASONS = {Tier.SCRIPT: "short-form"}
_TIERS = (Tier.FACT, Tier.SMALL, Tier.LARGE, Tier.RETRIEVED, Tier.SCRIPT)
_OUTCOMES = (
    Outcome.RESOLVED,
    Outcome.RESOLVED,
    Outcome.TRANSFERRED,
    Outcome.RESOLVED,
    Outcome.MESSAGE_TAKEN,
    Outcome.RESOLVED,
    Outcome.CALLBACK_BOOKED,
    Outcome.ABANDONED,
)


def keep_costly_days(panel: Panel, days: int = 30, a_day: int = 8) -> None:
    (panel.folder / "prices.yaml").write_text(_PRICES)
    at = datetime.now(UTC)
    made = [
        _call(f"cost-{day}-{number}", at - timedelta(days=day, minutes=7 * number), day + number)
        for day in range(days)
        for number in range(a_day - day % 3)
    ]

    async def keeping() -> None:
        database = Database.open(panel.database_url)
        for record, _ in made:
            await SqlCallRecords(database).write(record)
        await SqlCallUsage(database).keep({record.facts.call_id: works for record, works in made})
        today, tomorrow = at.date(), at.date() + timedelta(days=1)
        reached = [_alert("today", today, tomorrow, percent) for percent in (80, 100)]
        await SqlBudgetAlerts(database).reached(reached, at - timedelta(minutes=40))
        await database.close()

    run(keeping())


def _call(call_id: str, at: datetime, number: int) -> tuple[CallRecord, dict[str, WorkUsage]]:
    record = a_record(
        call_id,
        started_at=at,
        ended_at=at + timedelta(seconds=40 + number * 37 % 200),
        outcome=_OUTCOMES[number % len(_OUTCOMES)],
    )
    tier = _TIERS[number % len(_TIERS)]
    tiers = (tier, Tier.FACT if number % 2 else tier)
    turns = tuple(
        replace(
            a_turn(one),
            source=_SOURCES.get(each, AnswerSource.MODEL),
            route=Route(each, _REASONS.get(each, "sure")),
        )
        for one, each in enumerate((Tier.SCRIPT, *tiers))
    )
    works = {
        "stt": WorkUsage(3, 900, audio_ms=9_000 + number * 531 % 9_000),
        "tts": WorkUsage(
            4, 1_200, characters=80 + number * 53 % 300, cpu_ms=900, kept_characters=210
        ),
    }
    asked = [one for one in tiers if one in (Tier.SMALL, Tier.LARGE)]
    if asked:
        dear = 6 if asked[0] is Tier.LARGE else 1
        tokens = 500 + number * 97 % 300
        works[asked[0].value] = WorkUsage(
            len(asked),
            900 * dear * len(asked),
            prompt_tokens=tokens * dear * len(asked),
            reply_tokens=60 * len(asked),
        )
    facts = replace(record.facts, called_number=DID)
    return replace(record, facts=facts, turns=turns), works


def _alert(name: str, first: date, end: date, percent: int) -> BudgetAlert:
    amount = Decimal("0.15")
    spent = amount * (percent + 1) / 100
    return BudgetAlert(AlertKey(name, first, percent), Per.DAY, end, None, amount, spent, "EUR")
