from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import ConfigurationError
from voicebot.settings import Settings
from voicebot.stack.redis_config import render_redis

DIRECTORY = Path("/state/redis")


def lines(**changes: object) -> dict[str, str]:
    settings = Settings.model_validate({"redis_password": "s3cret", **changes})
    return dict(line.split(" ", 1) for line in render_redis(settings, DIRECTORY).splitlines())


def test_redis_listens_on_the_bind_address_and_its_own_port() -> None:
    assert lines(redis_port=16390)["port"] == "16390"
    assert lines()["bind"] == "127.0.0.1"


def test_what_was_acknowledged_survives_a_crash_but_for_a_second() -> None:
    assert (lines()["appendonly"], lines()["appendfsync"]) == ("yes", "everysec")


def test_no_key_is_dropped_to_make_room() -> None:
    assert lines()["maxmemory-policy"] == "noeviction"


def test_a_redis_without_a_password_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="make setup"):
        lines(redis_password="")


def test_a_password_cannot_smuggle_in_a_line() -> None:
    with pytest.raises(ConfigurationError):
        lines(redis_password='x"\nprotected-mode no')


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_any_printable_password_is_one_quoted_word(password: str) -> None:
    quoted = lines(redis_password=password)["requirepass"]
    assert quoted[0] == quoted[-1] == '"'
    inner = quoted[1:-1].replace("\\\\", "\0").replace('\\"', '"').replace("\0", "\\")
    assert inner == password
