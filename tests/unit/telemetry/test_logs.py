"""What a process writes about itself, and what it never writes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voicebot.telemetry.logs import PRIVATE_PREFIX, configure_logs, log_of

log = log_of("voicebot.somewhere")


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_is_an_event_with_its_fields_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", process="voicebot-a-1")
    log.info("call.started", call_id="node1-1.1", position=4)
    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "call.started",
        "call_id": "node1-1.1",
        "position": 4,
        "level": "info",
        "process": "voicebot-a-1",
        "module": "voicebot.somewhere",
    }


@pytest.mark.parametrize("place", ["line", "bound", "context"])
def test_private_fields_never_reach_the_log(capsys: pytest.CaptureFixture[str], place: str) -> None:
    configure_logs("DEBUG", process="p")
    private = {f"{PRIVATE_PREFIX}caller": "+12025550123"}
    if place == "line":
        log.info("call.started", call_id="1", **private)
    elif place == "bound":
        log.bind(**private).info("call.started", call_id="1")
    else:
        structlog.contextvars.bind_contextvars(**private)
        log.info("call.started", call_id="1")
    output = capsys.readouterr().out
    assert "call.started" in output
    assert "2025550123" not in output
    assert PRIVATE_PREFIX not in output


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.from_regex(r"private_[a-z_]{0,10}", fullmatch=True), st.just("SECRET")))
def test_no_private_field_whatever_its_name_reaches_the_log(
    capsys: pytest.CaptureFixture[str], fields: dict[str, str]
) -> None:
    configure_logs("DEBUG", process="p")
    log.error("call.failed", **fields)
    assert "SECRET" not in capsys.readouterr().out


def test_private_fields_are_there_for_somebody_who_asks_for_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("INFO", process="p", with_private=True)
    log.info("call.started", private_caller="+12025550123")
    assert lines(capsys)[0]["private_caller"] == "+12025550123"


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("WARNING", process="p")
    log.info("unimportant")
    log.warning("important")
    assert [line["event"] for line in lines(capsys)] == ["important"]


def test_an_exception_comes_with_its_trace_and_without_the_values_in_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("INFO", process="p")
    said = "my name is Zebedee"
    try:
        raise RuntimeError("a bug") if said else AssertionError
    except RuntimeError:
        log.exception("call.crashed", call_id="1")
    (line,) = lines(capsys)
    assert "a bug" in line["exception"]
    assert "Zebedee" not in json.dumps(line)
