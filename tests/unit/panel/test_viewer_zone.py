from hypothesis import given
from hypothesis import strategies as st

from voicebot.panel.viewer_zone import UTC, zone_of


def test_times_are_shown_where_the_browser_is() -> None:
    assert zone_of("Europe/Vienna").key == "Europe/Vienna"


@given(st.none() | st.text() | st.sampled_from(["../../etc/passwd", "/etc/localtime", "localtime"]))
def test_whoever_says_no_zone_reads_utc(said: str | None) -> None:
    assert zone_of(said) is UTC or (said is not None and zone_of(said).key == said)


def test_a_path_is_no_zone() -> None:
    assert zone_of("../Europe/Vienna") is UTC
