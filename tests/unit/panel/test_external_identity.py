"""Ways to an OpenID provider end only in the browser in which they began, and groups give roles."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.panel.access import Role
from voicebot.panel.external_identity import (
    WITHIN,
    ClaimRules,
    Purpose,
    begin,
    name_of,
    resume,
    role_of,
)

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
RULES = ClaimRules(
    "preferred_username",
    "realm_access.roles",
    {"boss": Role.ADMINISTRATOR, "floor": Role.SUPERVISOR, "wall": Role.VIEWER},
)
SECRETS = st.text("abcdef0123456789", min_size=8, max_size=40)
TIMES = st.timedeltas(timedelta(0), WITHIN - timedelta(seconds=2))


@given(SECRETS, SECRETS, st.sampled_from(list(Purpose)), TIMES)
def test_who_began_a_way_comes_back_from_it(
    secret: str, chance: str, purpose: Purpose, later: timedelta
) -> None:
    flow = begin(secret, purpose, chance, AT)
    assert resume(secret, flow.state, AT + later) == flow
    # RFC 7636, section 4.1: 43 to 128 characters.
    assert 43 <= len(flow.verifier) <= 128


@given(SECRETS, SECRETS, SECRETS)
def test_a_way_that_another_browser_began_is_none(one: str, other: str, chance: str) -> None:
    flow = begin(one, Purpose.SIGN_IN, chance, AT)
    assert (resume(other, flow.state, AT) is None) == (one != other)


@given(SECRETS, st.integers(min_value=0), st.characters(codec="utf-8"))
def test_a_state_that_was_changed_is_none(secret: str, place: int, other: str) -> None:
    state = begin(secret, Purpose.LINK, "c0ffee", AT).state
    at = place % len(state)
    changed = state[:at] + other + state[at + 1 :]
    assert (resume(secret, changed, AT) is None) == (changed != state)


@given(st.text(max_size=200))
def test_what_strangers_send_is_none(state: str) -> None:
    assert resume("a-secret", state, AT) is None


def test_a_way_is_over_after_a_while() -> None:
    flow = begin("a-secret", Purpose.SIGN_IN, "c0ffee", AT)
    assert resume("a-secret", flow.state, AT + WITHIN) is None


def test_nothing_of_one_way_serves_another() -> None:
    flows = [begin("a-secret", purpose, chance, AT) for purpose in Purpose for chance in "ab"]
    words = [word for flow in flows for word in (flow.state, flow.nonce, flow.verifier)]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"realm_access": {"roles": ["wall", "floor", "else"]}}, Role.SUPERVISOR),
        ({"realm_access": {"roles": "boss"}}, Role.ADMINISTRATOR),
        ({"realm_access": {"roles": ["administrator"]}}, None),
        ({"realm_access": {"roles": [1, None, {"boss": 1}]}}, None),
        ({"realm_access": ["boss"]}, None),
        ({"realm_access": {"roles": {"boss": True}}}, None),
        ({}, None),
    ],
)
def test_groups_give_the_strongest_of_their_roles(
    claims: dict[str, Any], role: Role | None
) -> None:
    assert role_of(claims, RULES) == role


def test_without_a_claim_for_roles_nobody_has_one() -> None:
    rules = ClaimRules("preferred_username", "", {"": Role.ADMINISTRATOR})
    assert role_of({"": "", "groups": ["boss"]}, rules) is None


@pytest.mark.parametrize(
    ("given_name", "name"),
    [(" anna ", "anna"), ("", None), ("a\nb", None), (7, None), ("x" * 65, None), (None, None)],
)
def test_a_name_is_one_that_can_be_read(given_name: object, name: str | None) -> None:
    assert name_of({"preferred_username": given_name}, RULES) == name
