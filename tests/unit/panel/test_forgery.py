from hypothesis import given
from hypothesis import strategies as st

from voicebot.panel.forgery import is_ours, origin_of, token_of

OWN = "https://calls.example"


def test_a_form_of_ours_with_its_cookie_is_ours() -> None:
    assert is_ours("secret", token_of("secret"), "https://CALLS.example", OWN)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_no_other_token_will_do(secret: str, token: str) -> None:
    assert is_ours(secret, token, OWN, OWN) == (token == token_of(secret))


def test_another_origin_or_none_is_not_ours_whatever_the_token() -> None:
    token = token_of("secret")
    for origin in (None, "null", "https://calls.example.evil", "http://calls.example", "evil"):
        assert not is_ours("secret", token, origin, OWN)
    assert not is_ours(None, token, OWN, OWN)


def test_an_origin_is_scheme_and_host_with_its_port() -> None:
    assert origin_of("https://Calls.example:8443/panel?x=1") == "https://calls.example:8443"
