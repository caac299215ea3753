import json

from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.calls.model import CallId
from voicebot.panel.access import Account, Role
from voicebot.panel.floor import Floor, FloorCall, InLine, Speaker
from voicebot.panel.floor_feed import FloorFeed, Totals
from voicebot.panel.floor_view import message

IDS = [CallId(one) for one in "abc"]


def call(call_id: CallId, state: str = "talking") -> FloorCall:
    return FloorCall(call_id, "+436601234567", "100", state, 10.0, "node1-1")


ids = st.sampled_from(IDS)
steps = st.one_of(
    st.tuples(
        st.just("event"),
        ids,
        st.sampled_from(
            ["call.media_up", "caller.speaking", "turn.over", "wait.told", "call.ended", "x"]
        ),
    ),
    st.tuples(st.just("call"), ids, st.sampled_from(["talking", "waiting", "ended", "none"])),
    st.tuples(st.just("line"), st.lists(ids, unique=True), st.sampled_from(["s@1", "t@2"])),
    st.tuples(st.just("changes"), ids, st.just("")),
)


def play(floor: Floor, step: tuple[str, object, str]) -> None:
    match step:
        case ("event", str(call_id), name):
            told = {"route": {"tier": "small"}, "timings": {"total_ms": 500}}
            told |= {"low_s": 60, "high_s": 200}
            floor.see_event(CallId(call_id), name, told)
        case ("call", str(call_id), state):
            seen = None if state == "none" else call(CallId(call_id), state)
            floor.see_call(seen, CallId(call_id))
        case ("line", list(line), queue):
            floor.see_line(queue, [InLine(one, n, 5.0) for n, one in enumerate(line, 1)])
        case _:
            pass


@settings(max_examples=200)
@given(st.lists(steps, max_size=30), st.integers(0, 30))
def test_whoever_joins_at_any_moment_ends_up_with_what_is_on_the_floor(
    played: list[tuple[str, object, str]], joins_at: int
) -> None:
    floor, feed = Floor(), FloorFeed()
    shown: dict[CallId, FloorCall] = {}
    watcher = None
    for number, step in enumerate([*played, ("changes", "a", "")]):
        if number == min(joins_at, len(played)):
            watcher = feed.join(floor.told)
        play(floor, step)
        if step[0] == "changes":
            feed.tell(floor.changes())
            if watcher is not None and number % 2:
                taken = watcher.take()
                shown |= {row.call_id: row for row in taken.rows}
                shown = {key: row for key, row in shown.items() if key not in taken.gone}
    assert watcher is not None
    taken = watcher.take()
    shown |= {row.call_id: row for row in taken.rows}
    shown = {key: row for key, row in shown.items() if key not in taken.gone}
    assert shown == {one.call_id: one for one in floor.calls}


@given(st.lists(steps, max_size=20))
def test_a_call_that_has_ended_stays_away_whatever_is_seen_of_it_late(
    late: list[tuple[str, object, str]],
) -> None:
    floor = Floor()
    floor.see_call(call(IDS[0]), IDS[0])
    floor.see_event(IDS[0], "call.ended", {})
    for step in late:
        if step[2] != "call.media_up":  # it came back from the dialplan
            play(floor, step)
    assert not floor.knows(IDS[0])


def test_a_turn_tells_its_latency_and_who_answered() -> None:
    floor = Floor()
    floor.see_call(call(IDS[0]), IDS[0])
    floor.see_event(IDS[0], "caller.speaking", {})
    assert floor.calls[0].speaker is Speaker.CALLER
    told = {"route": {"tier": "large"}, "timings": {"total_ms": 712}, "heard": "private"}
    floor.see_event(IDS[0], "turn.over", told)
    assert (floor.calls[0].tier, floor.calls[0].latency_ms) == ("large", 712)
    assert "private" not in repr(floor.calls)


def test_who_waits_has_a_place_and_keeps_the_queue_when_let_in() -> None:
    floor = Floor()
    floor.see_call(call(IDS[0], "waiting"), IDS[0])
    floor.see_line("s@1", [InLine(IDS[1], 1, 4.0), InLine(IDS[0], 2, 5.0)])
    assert (floor.calls[0].position, floor.calls[0].queue) == (2, "s@1")
    floor.see_line("s@1", [])
    floor.see_call(call(IDS[0]), IDS[0])
    assert (floor.calls[0].position, floor.calls[0].scope) == (None, "s@1")


def test_what_was_announced_stays_with_the_caller_until_the_call_is_over() -> None:
    floor = Floor()
    floor.see_event(IDS[0], "wait.told", {"low_s": 30, "high_s": 200})
    floor.see_call(call(IDS[0], "waiting"), IDS[0])
    reader = Account("s", Role.SUPERVISOR)
    [row] = json.loads(message(reader, "en", floor.changes(), None, is_live=True))["rows"]
    assert (row["told"], row["toldUntil"]) == ("up to 4 min", 200)
    floor.see_event(IDS[0], "wait.told", {"low_s": 60, "high_s": 180})
    [row] = json.loads(message(reader, "de", floor.changes(), None, is_live=True))["rows"]
    assert row["told"].split("\N{EN DASH}") == ["1", "3 min"]
    floor.see_event(IDS[0], "call.ended", {})
    floor.see_event(IDS[0], "call.media_up", {})
    floor.see_call(call(IDS[0], "waiting"), IDS[0])
    assert floor.calls[0].told_s is None


def told_to(account: Account, *calls: FloorCall) -> list[dict[str, object]]:
    floor, feed = Floor(), FloorFeed()
    for one in calls:
        floor.see_call(one, one.call_id)
    watcher = feed.join(())
    feed.tell(floor.changes())
    told = message(account, "en", watcher.take(), Totals(), is_live=True)
    rows: list[dict[str, object]] = json.loads(told)["rows"]
    return rows


def test_a_viewer_is_told_no_numbers() -> None:
    [row] = told_to(Account("v", Role.VIEWER), call(IDS[0]))
    assert row["caller"] == "••••••67"
    [row] = told_to(Account("s", Role.SUPERVISOR), call(IDS[0]))
    assert row["caller"] == "+436601234567"


def test_calls_of_other_queues_are_not_told_at_all() -> None:
    assert told_to(Account("s", Role.SUPERVISOR, frozenset({"200"})), call(IDS[0])) == []
