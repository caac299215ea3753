"""What may be made of an account, and that nobody shuts themselves out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.panel.access import Role
from voicebot.panel.account_rules import (
    NotChanged,
    first,
    name_fault,
    own_fault,
    queues_of,
    role_of,
    shown_queues,
)

QUEUES = st.frozensets(
    st.text(
        st.characters(codec="ascii", categories=["L", "N"], include_characters="@+"), min_size=1
    ),
    min_size=1,
    max_size=20,
)


@given(st.none() | QUEUES)
def test_queues_are_read_as_they_are_shown(queues: frozenset[str] | None) -> None:
    assert queues_of(shown_queues(queues)) == queues


@given(QUEUES, st.lists(st.sampled_from([",", "\n", " ", "\r\n", ", "]), min_size=21, max_size=21))
def test_queues_are_read_however_they_are_set_apart(
    queues: frozenset[str], between: list[str]
) -> None:
    text = "".join(f"{gap}\n{one}" for gap, one in zip(between, queues, strict=False))
    assert queues_of(text) == queues


@pytest.mark.parametrize("text", ["a b", "x" * 129, "\n".join(map(str, range(101)))])
def test_what_is_no_queue_is_refused(text: str) -> None:
    assert queues_of(text) is NotChanged.QUEUES


@pytest.mark.parametrize("name", ["", " anna", "a\nb", "x" * 65, "a\u202eb"])
def test_a_name_that_cannot_be_read_is_refused(name: str) -> None:
    assert name_fault(name) is NotChanged.NAME


def test_a_role_is_one_of_three() -> None:
    assert {role_of(one) for one in ("viewer", "supervisor", "administrator")} == set(Role)
    assert role_of("root") is NotChanged.ROLE


@given(st.text(), st.text())
def test_only_others_are_changed(own: str, other: str) -> None:
    assert (own_fault(own, other) is None) == (own != other)


def test_the_first_fault_is_told() -> None:
    assert first(None, Role.VIEWER, NotChanged.QUEUES, NotChanged.NAME) is NotChanged.QUEUES
    assert first(None, frozenset({"q"})) is None
