import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.asterisk_names import bridge_of, media_channel_of
from voicebot.calls.heartbeat import BEAT_EVERY_S, Beat
from voicebot.calls.model import BridgeId, ChannelId
from voicebot.calls.undriven import (
    LONGEST_STEP_S,
    PATIENCE_S,
    PATIENCE_WITHOUT_MEDIA_S,
    Free,
    Place,
    Remedy,
    Watch,
    place_of,
)

CALLER, OPERATOR = ChannelId("c1"), ChannelId("o1")
MEDIA = media_channel_of(CALLER)
LOOK_S = 0.25


class Watched:
    """A watch, and an Asterisk that is looked at every LOOK_S."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.watch = Watch(self.now)
        self.places = {CALLER: Place.CONVERSATION, MEDIA: Place.MEDIA}

    def beats(self, *channel_ids: ChannelId) -> None:
        self.watch.receive(Beat.of("voicebot-1", channel_ids), self.now)

    def looks(self) -> tuple[Free, ...]:
        held = self.places.keys()
        asked = self.watch.questionable(held, self.now)
        return self.watch.look(held, {one: self.places[one] for one in asked}, self.now)

    def pass_time(self, for_s: float, *driven: ChannelId) -> tuple[Free, ...]:
        """Looks and beats as they come; returns who is freed in the end, and nobody before."""
        steps = round(for_s / LOOK_S)
        freed: tuple[Free, ...] = ()
        for step in range(steps):
            assert not freed, f"already after {step * LOOK_S} s"
            self.now += LOOK_S
            if driven and step % round(BEAT_EVERY_S / LOOK_S) == 0:
                self.beats(*driven)
            freed = self.looks()
        return freed


def freed_of(frees: tuple[Free, ...]) -> dict[ChannelId, Remedy]:
    return {free.channel_id: free.remedy for free in frees}


@pytest.fixture
def watched() -> Watched:
    one = Watched()
    one.looks()
    return one


def test_a_caller_whom_heartbeats_name_stays(watched: Watched) -> None:
    assert watched.pass_time(60, CALLER) == ()


def test_a_caller_whom_nobody_names_any_more_goes_to_the_fallback(watched: Watched) -> None:
    watched.pass_time(10, CALLER)
    watched.beats(CALLER)
    assert freed_of(watched.pass_time(PATIENCE_S)) == {
        CALLER: Remedy.FALLBACK,
        MEDIA: Remedy.HANG_UP,
    }


def test_a_call_missing_among_those_of_a_living_agent_is_undriven(watched: Watched) -> None:
    watched.pass_time(10, CALLER)
    watched.beats(CALLER)
    assert freed_of(watched.pass_time(PATIENCE_S, OPERATOR))[CALLER] is Remedy.FALLBACK


def test_a_caller_whose_media_went_with_the_heartbeats_is_freed_sooner(watched: Watched) -> None:
    watched.pass_time(10, CALLER)
    watched.beats(CALLER)
    del watched.places[MEDIA]
    assert freed_of(watched.pass_time(PATIENCE_WITHOUT_MEDIA_S)) == {CALLER: Remedy.FALLBACK}


def test_a_caller_who_never_had_media_gets_the_full_patience() -> None:
    watched = Watched()
    del watched.places[MEDIA]
    watched.looks()
    assert freed_of(watched.pass_time(PATIENCE_S)) == {CALLER: Remedy.FALLBACK}


def test_an_operator_who_is_briefed_goes_on_in_the_dialplan(watched: Watched) -> None:
    watched.places = {OPERATOR: Place.BRIEFING}
    watched.looks()
    assert freed_of(watched.pass_time(PATIENCE_S)) == {OPERATOR: Remedy.GO_ON}


def test_whoever_is_in_the_dialplan_is_left_alone(watched: Watched) -> None:
    watched.places = {CALLER: Place.DIALPLAN}
    assert watched.pass_time(60) == ()


def test_a_caller_who_comes_back_from_the_dialplan_has_the_full_patience(watched: Watched) -> None:
    watched.places = {CALLER: Place.DIALPLAN}
    watched.pass_time(60)
    watched.places = {CALLER: Place.CONVERSATION}
    watched.now += LOOK_S
    watched.looks()
    assert freed_of(watched.pass_time(PATIENCE_S)) == {CALLER: Remedy.FALLBACK}


def test_whoever_takes_a_freed_caller_over_has_the_full_patience() -> None:
    """The caller left one application for another between two looks."""
    watched = Watched()
    watched.places = {CALLER: Place.CONVERSATION}
    watched.looks()
    watched.pass_time(PATIENCE_S)
    watched.watch.freed(CALLER)
    watched.now += LOOK_S
    assert CALLER not in freed_of(watched.looks())
    assert CALLER in freed_of(watched.pass_time(PATIENCE_S))


def test_who_is_not_freed_at_once_is_freed_at_the_next_look(watched: Watched) -> None:
    first = watched.pass_time(PATIENCE_S)
    watched.now += LOOK_S
    assert freed_of(watched.looks()) == freed_of(first)


@given(st.floats(min_value=1, max_value=100_000))
def test_no_standstill_alone_makes_anybody_undriven(standstill_s: float) -> None:
    watched = Watched()
    watched.pass_time(10, CALLER)
    watched.now += standstill_s
    assert watched.looks() == ()
    assert watched.pass_time(10, CALLER) == ()


@given(st.lists(st.floats(min_value=0, max_value=5), max_size=60))
def test_nobody_is_freed_who_was_named_within_patience(steps: list[float]) -> None:
    """Whatever the pace of looks: one beat before each."""
    watched = Watched()
    for step_s in steps:
        watched.now += step_s
        watched.beats(CALLER)
        assert watched.looks() == ()


@given(st.lists(st.floats(min_value=0.01, max_value=30), min_size=1, max_size=400))
def test_an_undriven_caller_is_freed_as_soon_as_enough_was_watched(steps: list[float]) -> None:
    watched = Watched()
    watched.looks()
    seen_s = 0.0
    for step_s in steps:
        watched.now += step_s
        # The clock is read from sums: hairs are split otherwise.
        seen_s += min(step_s, LONGEST_STEP_S)
        freed = freed_of(watched.looks())
        if seen_s > PATIENCE_S + 1e-6:
            assert freed[CALLER] is Remedy.FALLBACK
        elif seen_s < PATIENCE_S - 1e-6:
            assert freed == {}


@given(st.lists(st.sampled_from([-1.0, -0.2, 0.1]), max_size=50))
def test_a_clock_that_goes_back_frees_nobody(steps: list[float]) -> None:
    watched = Watched()
    watched.looks()
    for step_s in steps:
        watched.now += step_s
        watched.beats(CALLER)
        assert watched.looks() == ()


def test_only_those_not_named_lately_are_asked_about(watched: Watched) -> None:
    other = ChannelId("c2")
    watched.places[other] = Place.CONVERSATION
    watched.pass_time(1, CALLER)
    watched.beats(CALLER)
    assert watched.watch.questionable(watched.places.keys(), watched.now) == {other}


def test_an_empty_bridge_of_a_driven_call_stays_and_that_of_a_lost_one_goes() -> None:
    watched = Watched()
    mine, lost = bridge_of(CALLER), bridge_of(OPERATOR)
    gone: tuple[BridgeId, ...] = ()
    for _ in range(round(PATIENCE_S / LOOK_S) + 1):
        assert gone == ()
        watched.now += LOOK_S
        watched.beats(CALLER)
        gone = watched.watch.abandoned([mine, lost], watched.now)
    assert gone == (lost,)


def test_a_bridge_that_was_filled_meanwhile_is_waited_for_anew() -> None:
    watched = Watched()
    bridge = bridge_of(CALLER)
    watched.watch.abandoned([bridge], watched.now)
    for _ in range(20):
        watched.now += LOOK_S
        watched.watch.abandoned([], watched.now)
    assert watched.watch.abandoned([bridge], watched.now) == ()


@pytest.mark.parametrize(
    ("name", "application", "data", "place"),
    [
        ("PJSIP/trunk-1", "StasisBroadcast", "500,^voicebot-,1000,yes", Place.CONVERSATION),
        ("PJSIP/trunk-1", "Stasis", "voicebot-a,back,1000,busy", Place.CONVERSATION),
        ("PJSIP/trunk-1", "Stasis", "voicebot-a", Place.CONVERSATION),
        ("PJSIP/anna-1", "Stasis", "voicebot-a,brief,node1-1.4", Place.BRIEFING),
        ("Local/anna@voicebot-operator-1;2", "Stasis", "voicebot-a,brief,x", Place.BRIEFING),
        ("PJSIP/joan-1", "Stasis", "voicebot-a,supervisor,supervisor-x", Place.SUPERVISING),
        ("PJSIP/trunk-1", "Queue", "sales", Place.DIALPLAN),
        ("PJSIP/trunk-1", "AppDial2", "(Outgoing Line)", Place.DIALPLAN),
        ("PJSIP/trunk-1", "", "", Place.DIALPLAN),
        ("WebSocket/INCOMING/0x7f", "Stasis", "voicebot-a", Place.MEDIA),
        # Not connected yet.
        ("WebSocket/INCOMING/0x7f", "AppDial2", "(Outgoing Line)", Place.MEDIA),
        ("Snoop/node1-1.4-1", "Stasis", "voicebot-a", Place.MEDIA),
    ],
)
def test_a_channel_is_where_its_application_says(
    name: str, application: str, data: str, place: Place
) -> None:
    assert place_of(name, application, data) is place
