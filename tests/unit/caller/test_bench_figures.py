import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller.bench_figures import (
    BenchCall,
    Distribution,
    as_document,
    figures_of,
    targets_of,
)
from voicebot.calls.model import StageTimings, Tier
from voicebot.turns.speculation import Preparations

ALL_HELPED = Preparations(helped=4, wasted=0)


def call(
    greeting_ms: int | None = 200,
    voice_to_voice_ms: tuple[int | None, ...] = (700,),
    media_up_ms: int | None = 20,
    stages: tuple[StageTimings, ...] = (),
    is_held: bool = True,
    preparations: Preparations = ALL_HELPED,
) -> BenchCall:
    return BenchCall(
        caller="bench-1",
        is_held=is_held,
        failure=None if is_held else "486 Busy Here",
        answered_ms=5,
        greeting_ms=greeting_ms,
        voice_to_voice_ms=voice_to_voice_ms,
        record_dir="",
        media_up_ms=media_up_ms,
        stages=stages,
        preparations=preparations,
    )


def test_percentiles_are_values_that_were_measured() -> None:
    assert Distribution.of(range(1, 101)) == Distribution(100, 50, 95, 99, 100)
    assert Distribution.of([7, None]) == Distribution(1, 7, 7, 7, 7)


def test_what_was_never_measured_has_no_distribution() -> None:
    assert Distribution.of([]) is None
    assert Distribution.of([None, None]) is None


@given(st.lists(st.integers(-1_000, 60_000), min_size=1))
def test_percentiles_are_in_order_and_among_the_values(values: list[int]) -> None:
    found = Distribution.of(values)
    assert found is not None
    assert min(values) <= found.p50 <= found.p95 <= found.p99 <= found.largest == max(values)
    assert {found.p50, found.p95, found.p99} <= set(values)
    assert sum(value <= found.p50 for value in values) * 2 >= len(values)


def test_a_call_is_lost_when_refused_ungreeted_or_unanswered() -> None:
    calls = [
        call(),
        call(is_held=False),
        call(greeting_ms=None),
        call(voice_to_voice_ms=(600, None)),
    ]
    assert [one.is_lost for one in calls] == [False, True, True, True]
    assert figures_of(calls).lost == 3


def test_stages_are_gathered_over_all_turns_of_all_calls() -> None:
    figures = figures_of(
        [
            call(stages=(StageTimings(recognition_ms=100), StageTimings(recognition_ms=300))),
            call(stages=(StageTimings(recognition_ms=200, total_ms=600),)),
        ]
    )
    assert figures.stages_ms["recognition_ms"] == Distribution(3, 200, 300, 300, 300)
    assert figures.stages_ms["total_ms"] == Distribution(1, 600, 600, 600, 600)
    assert figures.stages_ms["synthesis_ms"] is None


def answered(*turns: tuple[int, Tier, StageTimings]) -> BenchCall:
    heard, tiers, stages = zip(*turns, strict=True)
    return replace(call(voice_to_voice_ms=heard), tiers=tiers, stages=stages)


WAITED = StageTimings(endpointing_ms=360)


def test_voice_to_voice_is_parted_by_what_answered() -> None:
    paired = answered((600, Tier.FACT, WAITED), (900, Tier.SMALL, WAITED))
    # The agent answered once more than the caller spoke: which answer is which is not known.
    unpaired = replace(paired, voice_to_voice_ms=(700,))
    figures = figures_of([paired, unpaired])
    assert figures.by_tier_ms["fact"] == Distribution.of([600])
    assert figures.by_tier_ms["llm.small"] == Distribution.of([900])
    assert figures.by_tier_ms["script"] is None
    assert figures.own_share_ms == Distribution.of([240, 540])


def phases(**changes: list[BenchCall]) -> dict[str, list[BenchCall]]:
    turns = answered((400, Tier.FACT, StageTimings(endpointing_ms=340)))
    by_model = answered((600, Tier.SMALL, StageTimings(endpointing_ms=540)))
    return {"sequence": [turns, by_model], "rate": [call(media_up_ms=60)], "burst": [call()]} | (
        changes
    )


def missed(**changes: list[BenchCall]) -> list[str]:
    return [target.name for target in targets_of(phases(**changes)) if not target.is_met]


def test_targets_are_met_at_their_limit_and_missed_beyond() -> None:
    assert missed() == []
    slow = [
        answered((401, Tier.RETRIEVED, StageTimings(endpointing_ms=340))),
        replace(answered((901, Tier.LARGE, StageTimings(endpointing_ms=841))), greeting_ms=301),
    ]
    assert len(missed(sequence=slow)) == 5
    assert missed(rate=[call(media_up_ms=61)]) == [
        "StasisStart to media flowing at the call rate, p95 ms"
    ]
    assert missed(burst=[call(is_held=False)]) == ["calls lost of those at once"]


def test_of_preparations_those_in_vain_are_counted_over_all_calls() -> None:
    calls = [call(preparations=Preparations(3, 1)), call(preparations=Preparations(1, 1))]
    assert figures_of(calls).preparations == Preparations(4, 2)
    wasted = targets_of({"sequence": calls, "rate": [], "burst": []})[6]
    assert (wasted.measured, wasted.is_met) == (33, False)
    none = targets_of({"sequence": [], "rate": [], "burst": []})[6]
    assert none.measured is None


def test_the_document_holds_figures_targets_and_every_call() -> None:
    phases = {"sequence": [call(), call()], "rate": [], "burst": [call(is_held=False)]}
    document = json.loads(json.dumps(as_document(phases, targets_of(phases))))
    assert document["figures"]["sequence"]["greeting_ms"]["p95"] == 200
    assert document["figures"]["rate"]["greeting_ms"] is None
    assert document["targets"][7]["is_met"] is False
    assert len(document["calls"]["sequence"]) == 2


def test_turns_are_helped_by_what_was_prepared_in_pauses() -> None:
    two_turns = (StageTimings(), StageTimings())
    calls = [
        call(stages=two_turns, preparations=Preparations(helped=2, wasted=3)),
        call(stages=two_turns, preparations=Preparations(helped=1)),
    ]
    assert figures_of(calls).helped_percent == 75
    assert figures_of([call()]).helped_percent is None
