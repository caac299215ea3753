from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.model import StageTimings
from voicebot.panel.waterfall import WIDTH, longest_of, waterfall

MS = st.none() | st.integers(min_value=0, max_value=100_000)
TIMINGS = st.builds(StageTimings, MS, MS, MS, MS, MS, MS)


@given(st.lists(TIMINGS, min_size=1))
def test_no_turn_is_drawn_beyond_the_page(turns: list[StageTimings]) -> None:
    longest = longest_of(turns)
    for fall in (waterfall(one, longest) for one in turns):
        if fall is not None:
            assert fall.total_x <= WIDTH
            assert all(bar.x <= WIDTH and bar.x + bar.width <= WIDTH + 2 for bar in fall.bars)


@given(TIMINGS)
def test_what_was_waited_for_is_what_was_spent_less_what_was_saved(timings: StageTimings) -> None:
    fall = waterfall(timings, longest_of([timings]))
    if fall is not None:
        spent = sum(bar.took_ms for bar in fall.bars)
        assert fall.total_ms == spent - fall.saved_ms + fall.rest_ms


def test_working_ahead_saves_what_stages_have_in_common() -> None:
    fall = waterfall(StageTimings(400, 130, None, 160, 60, 470), 1_000)
    assert fall is not None
    assert fall.saved_ms == 280
    assert fall.rest_ms == 0
    assert [bar.stage for bar in fall.bars] == [
        "endpointing",
        "recognition",
        "first_phrase",
        "synthesis",
    ]


def test_a_turn_that_was_not_measured_is_not_drawn() -> None:
    assert waterfall(StageTimings(), 1_000) is None
