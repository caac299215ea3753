import re

from hypothesis import given
from hypothesis import strategies as st

from voicebot.panel.plots import HEIGHT, WIDTH, Plot, Series, Unit, area, line, runs, text, top_of

values = st.lists(st.none() | st.floats(0, 1e6), max_size=40)


@given(st.lists(st.floats(1e-3, 1e9), min_size=1))
def test_the_axis_is_above_all_of_it_and_not_far(numbers: list[float]) -> None:
    top = top_of(numbers)
    assert max(numbers) <= top * (1 + 1e-9)
    assert top <= max(numbers) * 2.6


@given(values)
def test_a_drawing_stays_inside_and_breaks_where_nothing_is_known(
    drawn: list[float | None],
) -> None:
    for path in (line(drawn, 1e6), area(drawn, 1e6)):
        assert path.count("M") == len(list(runs(drawn)))
        for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path):
            assert 0 <= float(x) <= WIDTH
            assert 0 <= float(y) <= HEIGHT


@given(values)
def test_runs_are_all_that_is_known(drawn: list[float | None]) -> None:
    known = [number for number, value in enumerate(drawn) if value is not None]
    assert [number for run in runs(drawn) for number in run] == known


def test_parts_of_a_whole_fill_it() -> None:
    plot = Plot("routes", Unit.SHARE, [Series("a", [0.25]), Series("b", [0.75])], is_stacked=True)
    (_, _, lower), (_, _, upper) = plot.drawn()
    assert lower == "M500.0 225.0L500.0 300.0Z"
    assert upper == "M500.0 0.0L500.0 225.0Z"
    assert plot.ticks == ["100 %", "50 %", "0 %"]


def test_numbers_are_told_with_their_unit() -> None:
    assert text(None, Unit.COUNT) == "\N{EN DASH}"
    assert text(0.834, Unit.SHARE) == "83 %"
    assert (text(4.21, Unit.SECONDS), text(42.1, Unit.SECONDS)) == ("4.2 s", "42 s")
    assert (text(3.0, Unit.COUNT), text(3.25, Unit.ERLANG)) == ("3", "3.2")


def test_without_anything_known_there_is_nothing_to_draw() -> None:
    assert Plot("wait", Unit.SECONDS, [Series("wait", [None, None])], [None, None]).is_empty
    assert not Plot("wait", Unit.SECONDS, [Series("wait", [None, 0.0])]).is_empty
