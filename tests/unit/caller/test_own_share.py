"""What of an answer's delay is neither silence waited for nor a model's run."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller.own_share import own_share_ms, waterfall
from voicebot.calls.model import StageTimings

STAGES = st.builds(
    StageTimings,
    endpointing_ms=st.integers(0, 2_000),
    recognition_ms=st.none() | st.integers(0, 2_000),
    first_phrase_ms=st.none() | st.integers(0, 2_000),
    synthesis_ms=st.none() | st.integers(0, 2_000),
)


def test_what_is_prepared_within_the_silence_costs_nothing() -> None:
    stages = StageTimings(endpointing_ms=480, recognition_ms=110, synthesis_ms=90)
    assert own_share_ms(530, stages, pause_ms=200) == 50


def test_a_model_that_takes_longer_than_the_silence_is_the_models_time() -> None:
    stages = StageTimings(
        endpointing_ms=480,
        recognition_ms=110,
        retrieval_ms=20,
        first_phrase_ms=300,
        synthesis_ms=90,
    )
    assert own_share_ms(760, stages, pause_ms=200) == 40


def test_of_a_turn_without_words_nothing_is_known() -> None:
    assert own_share_ms(500, StageTimings()) is None


@given(st.integers(0, 5_000), STAGES, st.integers(0, 400))
def test_our_share_is_never_more_than_all_of_it(
    voice_to_voice_ms: int, stages: StageTimings, pause_ms: int
) -> None:
    share = own_share_ms(voice_to_voice_ms, stages, pause_ms)
    assert share is not None
    assert share <= voice_to_voice_ms
    # Slower models make no share of ours larger.
    slower = StageTimings(stages.endpointing_ms, (stages.recognition_ms or 0) + 100)
    faster = StageTimings(stages.endpointing_ms, stages.recognition_ms or 0)
    slow_share = own_share_ms(voice_to_voice_ms, slower, pause_ms)
    fast_share = own_share_ms(voice_to_voice_ms, faster, pause_ms)
    assert slow_share is not None
    assert fast_share is not None
    assert slow_share <= fast_share


def test_a_waterfall_holds_the_means_of_what_ran() -> None:
    drawn = waterfall(
        [
            StageTimings(endpointing_ms=400, recognition_ms=100),
            StageTimings(endpointing_ms=600, recognition_ms=120, first_phrase_ms=250),
        ]
    )
    assert list(drawn) == ["silence waited for", "recognition", "model, to its first phrase"]
    assert isclose(drawn["silence waited for"], 500.0)
    assert isclose(drawn["model, to its first phrase"], 250.0)
