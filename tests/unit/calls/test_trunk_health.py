from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.trunk_health import Health, HealthChange, HealthReport, Part, TrunkHealth

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NODE = "node1"


def trunk(health: Health, name: str = "trunk-carrier", detail: str = "") -> HealthReport:
    return HealthReport(Part.ENDPOINT, name, health, detail or health.value)


reports = st.lists(
    st.builds(
        HealthReport,
        st.sampled_from([Part.ENDPOINT, Part.REGISTRATION]),
        st.sampled_from("abc"),
        st.sampled_from([Health.UP, Health.DOWN, Health.UNKNOWN]),
        st.sampled_from(["", "rejected"]),
    ),
    unique_by=lambda each: (each.part, each.name),
)
looks = st.lists(st.none() | reports, max_size=12)


def test_the_first_look_tells_everything_and_the_node_too() -> None:
    health = TrunkHealth(NODE)
    changes = health.seen([trunk(Health.UP)], NOON)
    assert {(each.part, each.name, each.health) for each in changes} == {
        (Part.NODE, NODE, Health.UP),
        (Part.ENDPOINT, "trunk-carrier", Health.UP),
    }


def test_a_look_that_finds_all_as_it_was_changes_nothing() -> None:
    health = TrunkHealth(NODE)
    health.seen([trunk(Health.UP)], NOON)
    assert health.seen([trunk(Health.UP)], NOON + timedelta(minutes=1)) == []


def test_what_was_known_before_the_watch_began_is_no_news() -> None:
    known = HealthChange(Part.ENDPOINT, "trunk-carrier", Health.UP, "up", NOON)
    node = HealthChange(Part.NODE, NODE, Health.UP, "answers", NOON)
    assert TrunkHealth(NODE, [known, node]).seen([trunk(Health.UP)], NOON) == []


def test_a_trunk_that_is_no_longer_configured_is_gone_and_shown_no_more() -> None:
    health = TrunkHealth(NODE)
    health.seen([trunk(Health.UP)], NOON)
    [change] = health.seen([], NOON)
    assert (change.name, change.health) == ("trunk-carrier", Health.GONE)
    assert [each.part for each in health.states()] == [Part.NODE]
    assert health.seen([], NOON) == []


def test_one_outage_of_the_node_is_one_change_whatever_reasons_follow() -> None:
    health = TrunkHealth(NODE)
    health.seen([trunk(Health.UP)], NOON)
    [down] = health.lost("ami-timeout", NOON)
    assert (down.part, down.health) == (Part.NODE, Health.DOWN)
    assert health.lost("ami-disconnected", NOON) == []
    # Of the trunk the last thing known stays.
    assert health.states()[0].health is Health.UP
    [up] = health.seen([trunk(Health.UP)], NOON)
    assert (up.part, up.health) == (Part.NODE, Health.UP)


def test_how_quickly_a_contact_answered_is_told_when_it_comes_up() -> None:
    health = TrunkHealth(NODE)
    health.answered("trunk-carrier", 12.5)
    changes = {each.part: each for each in health.seen([trunk(Health.UP)], NOON)}
    assert changes[Part.ENDPOINT].round_trip_ms == 12.5
    [down] = health.seen([trunk(Health.DOWN)], NOON)
    assert down.round_trip_ms is None


@given(looks)
def test_what_changed_is_what_the_state_is_made_of(steps: list[list[HealthReport] | None]) -> None:
    health = TrunkHealth(NODE)
    replayed: dict[tuple[Part, str], HealthChange] = {}
    for number, found in enumerate(steps):
        at = NOON + timedelta(seconds=number)
        changes = health.lost("away", at) if found is None else health.seen(found, at)
        for change in changes:
            last = replayed.get((change.part, change.name))
            assert last is None or (last.health, last.detail) != (change.health, change.detail)
            replayed[change.part, change.name] = change
    present = [each for each in replayed.values() if each.health is not Health.GONE]
    assert set(health.states()) == set(present)


@given(looks, reports)
def test_after_a_look_the_state_is_what_it_found(
    steps: list[list[HealthReport] | None], last: list[HealthReport]
) -> None:
    health = TrunkHealth(NODE)
    for found in steps:
        if found is None:
            health.lost("away", NOON)
        else:
            health.seen(found, NOON)
    health.seen(last, NOON)
    now = {(each.part, each.name): each.health for each in health.states()}
    assert now.pop((Part.NODE, NODE)) is Health.UP
    assert now == {(each.part, each.name): each.health for each in last}
