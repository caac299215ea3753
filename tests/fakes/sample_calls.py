"""Calls to put on record, for tests: one plain call, and all that can be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from voicebot.calls.model import (
    AnsweredBy,
    AnswerSource,
    CallFacts,
    CallId,
    CallRecord,
    ChannelId,
    Direction,
    HandledBy,
    Outcome,
    Route,
    StageTimings,
    Tier,
    TransferMode,
    TransferRecord,
    TransferResult,
    TurnRecord,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def a_turn(number: int = 0) -> TurnRecord:
    return TurnRecord(
        number=number,
        heard="what are your hours",
        said="We are open until six. Can I help you further?",
        said_heard="We are open until six.",
        was_interrupted=True,
        source=AnswerSource.FACT,
        started_at=NOON + timedelta(seconds=number),
        timings=StageTimings(200, 130, 5, None, 90, 430),
        fact_id="hours",
    )


def a_transfer(number: int = 0) -> TransferRecord:
    return TransferRecord(
        number=number,
        target="workshop",
        mode=TransferMode.WARM,
        result=TransferResult.CONNECTED,
        operator="anna",
        summary="Her bike squeaks.",
        started_at=NOON + timedelta(seconds=20),
        connected_at=NOON + timedelta(seconds=30),
        ended_at=NOON + timedelta(seconds=60),
    )


def a_record(
    call_id: str = "node1-1.1",
    *,
    turns: int = 2,
    transfers: int = 0,
    caller_number: str = "+15550100",
    direction: Direction = Direction.INBOUND,
    started_at: datetime = NOON,
    ended_at: datetime | None = None,
    agent: str = "agent-1",
    handled_by: HandledBy = HandledBy.AGENT,
    outcome: Outcome = Outcome.RESOLVED,
    recording_caller: str | None = None,
    voicemail: str | None = None,
) -> CallRecord:
    return CallRecord(
        facts=CallFacts(
            CallId(call_id), ChannelId(call_id), caller_number, "100", "ulaw", direction
        ),
        business="lakeside_bikes",
        agent=agent,
        handled_by=handled_by,
        started_at=started_at,
        answered_at=started_at + timedelta(seconds=1),
        ended_at=started_at + timedelta(minutes=1) if ended_at is None else ended_at,
        outcome=outcome,
        hangup_cause=16,
        turns=tuple(a_turn(number) for number in range(turns)),
        transfers=tuple(a_transfer(number) for number in range(transfers)),
        recording_caller=recording_caller,
        voicemail=voicemail,
    )


_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=_ZONES,
)
# PostgreSQL takes no NUL in a text, and none of them takes half a surrogate pair.
_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
_maybe_ms = st.none() | st.integers(0, 100_000)
_timings = st.builds(StageTimings, *[_maybe_ms] * 6)
_facts = st.builds(
    CallFacts,
    st.text("abcdef0123456789-.", min_size=1, max_size=150).map(CallId),
    _texts.map(ChannelId),
    _texts,
    _texts,
    _texts,
    st.sampled_from(Direction),
)
_transfers = st.builds(
    TransferRecord,
    number=st.just(0),
    target=_texts,
    mode=st.sampled_from(TransferMode),
    result=st.sampled_from(TransferResult),
    operator=_texts,
    summary=_texts,
    started_at=times,
    connected_at=st.none() | times,
    ended_at=st.none() | times,
)


def _is_of_its_route(turn: TurnRecord) -> bool:
    was_kept = turn.route is not None and turn.route.tier is Tier.RETRIEVED
    return was_kept == (turn.source is AnswerSource.RETRIEVED)


@st.composite
def records(draw: st.DrawFn) -> CallRecord:
    """Any record an agent could write."""
    turns = draw(
        st.lists(
            st.builds(
                TurnRecord,
                number=st.just(0),
                heard=_texts,
                said=_texts,
                said_heard=_texts,
                was_interrupted=st.booleans(),
                source=st.sampled_from(AnswerSource),
                started_at=times,
                timings=_timings,
                fact_id=st.none() | _texts,
                route=st.none() | st.builds(Route, st.sampled_from(Tier), _texts),
            ).filter(_is_of_its_route),
            max_size=3,
        )
    )
    transfers = draw(st.lists(_transfers, max_size=2))
    return draw(
        st.builds(
            CallRecord,
            facts=_facts,
            business=_texts,
            agent=_texts,
            handled_by=st.sampled_from(HandledBy),
            started_at=times,
            answered_at=st.none() | times,
            ended_at=times,
            outcome=st.sampled_from(Outcome),
            hangup_cause=st.integers(0, 127),
            turns=st.just(tuple(replace(turn, number=n) for n, turn in enumerate(turns))),
            recording_caller=st.none() | _texts,
            recording_agent=st.none() | _texts,
            voicemail=st.none() | _texts,
            transfers=st.just(tuple(replace(one, number=n) for n, one in enumerate(transfers))),
            quality=st.none(),
            answered_by=st.none() | st.sampled_from(AnsweredBy),
        )
    )
