from datetime import UTC, datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from voicebot.panel.access import Account, Role
from voicebot.panel.call_question import FIELDS, asked, dids_of
from voicebot.store.call_question import CallPlace

HERE = ZoneInfo("UTC")
VIENNA = ZoneInfo("Europe/Vienna")
ALL = Account("anna", Role.SUPERVISOR)
WRITTEN = st.dictionaries(
    st.sampled_from([*FIELDS, "after"]),
    st.text(max_size=30)
    | st.sampled_from(["2026-11-23", "9999-12-31", "failed", "900", "2026-11-23T09:00:00+00:00~a"]),
)


@given(WRITTEN)
def test_a_link_asks_the_same_whatever_was_written(written: dict[str, str]) -> None:
    first = asked(ALL, written, HERE)
    again = asked(ALL, dict(parse_qsl(first.query(first.after), keep_blank_values=True)), HERE)
    assert again == first


@given(WRITTEN)
def test_who_sees_no_numbers_and_words_cannot_search_by_them(written: dict[str, str]) -> None:
    question = asked(Account("vera", Role.VIEWER), written, HERE).question
    assert question.digits is None
    assert question.words is None


def test_the_last_day_belongs_to_the_question() -> None:
    question = asked(ALL, {"from": "2026-11-22", "to": "2026-11-23"}, HERE).question
    assert question.since == datetime(2026, 11, 22, tzinfo=UTC)
    assert question.until == datetime(2026, 11, 24, tzinfo=UTC)


def test_a_day_is_as_long_as_it_is_where_the_reader_is() -> None:
    question = asked(ALL, {"from": "2026-10-25", "to": "2026-10-25"}, VIENNA).question
    assert question.since is not None
    assert question.until is not None
    assert question.since.astimezone(UTC) == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert question.until.astimezone(UTC) == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_a_number_is_its_digits() -> None:
    assert asked(ALL, {"number": "+43 (660) 12"}, HERE).question.digits == "4366012"


def test_what_cannot_be_understood_is_left_out() -> None:
    written = {"outcome": "x", "from": "soon", "slower": "-1", "number": "x", "after": "~"}
    found = asked(ALL, written, HERE)
    assert not found.fields
    assert found.after is None


def test_words_of_two_letters_ask_for_nothing() -> None:
    assert not asked(ALL, {"words": "ja %"}, HERE).fields
    assert asked(ALL, {"words": "Öl alt"}, HERE).question.words == "Öl alt"


def test_a_page_is_continued_behind_its_last_call() -> None:
    place = CallPlace(datetime(2026, 11, 23, 9, tzinfo=UTC), "node1-1.2")
    link = asked(ALL, {"outcome": "failed"}, HERE).query(place)
    assert asked(ALL, dict(parse_qsl(link)), HERE).after == place


def test_a_queue_is_no_leave_to_see_all_calls_of_its_did() -> None:
    narrowed = Account("sven", Role.SUPERVISOR, frozenset({"sales@+431", "+432", "@+433"}))
    assert dids_of(narrowed) == frozenset({"+432", "+433"})
    assert dids_of(ALL) is None
