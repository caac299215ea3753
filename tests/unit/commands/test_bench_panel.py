"""When was a change seen, of a floor that tells how calls stand and not all they went through?"""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.commands.bench_panel import Changed, delays
from voicebot.commands.bench_panel_watching import Shown


def changed(mark: int, at_s: float, call_id: str = "a") -> Changed:
    return Changed(call_id, mark, at_s, told_s=0.001)


def test_a_change_is_seen_with_itself_or_with_one_behind_it() -> None:
    changes = (changed(1, 10.0), changed(2, 10.1), changed(3, 10.2, "b"))
    shown = (Shown("a", 2, 10.5), Shown("b", 1, 10.6), Shown("b", 3, 10.75))
    found, missing = delays(changes, shown)
    assert [round(one, 3) for one in found] == [0.5, 0.4, 0.55]
    assert missing == 0


def test_what_is_never_seen_is_counted_and_not_timed() -> None:
    found, missing = delays(
        (changed(1, 10.0), changed(5, 11.0)), (Shown("a", 1, 10.2), Shown("a", 4, 12.0))
    )
    assert len(found) == 1
    assert missing == 1


@given(st.lists(st.integers(0, 5), min_size=1), st.integers(1, 6), st.floats(0.01, 2.0))
def test_a_reader_who_is_told_every_nth_state_misses_only_what_came_behind_the_last(
    waits: list[int], every: int, late_s: float
) -> None:
    at_s, changes = 100.0, []
    for mark, wait in enumerate(waits, start=1):
        at_s += wait
        changes.append(changed(mark, at_s))
    shown = [Shown("a", one.mark, one.at_s + late_s) for one in changes[every - 1 :: every]]
    found, missing = delays(changes, shown)
    assert missing == len(changes) % every
    assert all(one >= late_s - 1e-6 for one in found)
