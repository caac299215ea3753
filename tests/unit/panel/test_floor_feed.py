from voicebot.calls.model import CallId
from voicebot.panel.floor import Changes, FloorCall
from voicebot.panel.floor_feed import FloorFeed, Totals

A = FloorCall(CallId("a"), "", "100", "talking", 1.0, "agent")


def test_a_slow_watcher_is_told_the_newest_of_each_call_once() -> None:
    feed = FloorFeed()
    watcher = feed.join(())
    for latency_ms in range(100):
        row = FloorCall(CallId("a"), "", "100", "talking", 1.0, "agent", latency_ms=latency_ms)
        feed.tell(Changes((row,)))
    assert [row.latency_ms for row in watcher.take().rows] == [99]
    assert not watcher.take()


def test_totals_are_told_when_they_change_or_are_no_longer_live() -> None:
    feed = FloorFeed()
    watcher = feed.join((A,))
    watcher.take()
    watcher.is_told_totals = True
    feed.tell_totals(Totals(3, 20), is_live=True)
    assert not watcher.is_told_totals
    watcher.is_told_totals = True
    feed.tell_totals(Totals(3, 20), is_live=True)
    assert watcher.is_told_totals
    feed.tell_totals(Totals(3, 20), is_live=False)
    assert not watcher.is_told_totals


def test_whoever_has_left_is_told_nothing() -> None:
    feed = FloorFeed()
    watcher = feed.join(())
    feed.leave(watcher)
    feed.tell(Changes((A,)))
    assert feed.watchers == 0
    assert not watcher.take()
