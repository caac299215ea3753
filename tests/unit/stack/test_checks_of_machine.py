from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.settings import PROJECT_DIR
from voicebot.stack import checks_of_machine as machine

ROOT = Path("/cache/asterisk-abc")


def test_an_old_python_is_a_fault() -> None:
    assert not machine.check_python((3, 10, 12)).is_ok
    assert machine.check_python((3, 11, 0)).is_ok


def test_the_projects_own_lock_is_understood() -> None:
    locked = machine.locked_versions((PROJECT_DIR / "requirements.lock").read_text())
    assert {"celery", "redis", "sqlalchemy"} <= locked.keys()


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.just("1.0"), min_size=1))
def test_packages_as_locked_are_healthy_and_each_missing_one_is_a_fault(
    locked: dict[str, str],
) -> None:
    assert machine.check_packages(locked, locked).is_ok
    for name in locked:
        rest = {other: version for other, version in locked.items() if other != name}
        finding = machine.check_packages(locked, rest)
        assert not finding.is_ok
        assert name in finding.detail
        assert "make setup" in finding.remedy


def test_another_version_than_the_locked_one_is_a_fault() -> None:
    finding = machine.check_packages({"redis": "8.1.0"}, {"redis": "7.0.0"})
    assert finding.detail == "redis 7.0.0 instead of 8.1.0"


def test_packages_are_found_under_any_spelling_of_their_name() -> None:
    assert machine.normalized("SQLAlchemy_Utils.Extra") == "sqlalchemy-utils-extra"


def test_a_missing_program_names_the_package_that_brings_it() -> None:
    finding = machine.check_programs(["redis-server"])
    assert "redis-tools" in finding.detail
    assert machine.check_programs([]).is_ok


@pytest.mark.parametrize(
    ("printed", "is_ok"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1", True),
        ("Asterisk 23.4.0", True),
        ("Asterisk 22.10.0", False),
        ("Asterisk 22.9.3", False),
        ("something else", False),
        (None, False),
    ],
)
def test_asterisk_must_be_new_enough(printed: str | None, is_ok: bool) -> None:
    finding = machine.check_asterisk(ROOT, printed)
    assert finding.is_ok == is_ok
    assert is_ok or "make setup" in finding.remedy


def test_a_missing_engine_is_named() -> None:
    assert "piper" in machine.check_engine("tts", ["piper"]).detail
    assert machine.check_engine("tts", []).is_ok


def test_a_model_server_that_does_not_answer_is_a_fault() -> None:
    finding = machine.check_model_server("http://192.0.2.1/v1", "ConnectTimeout")
    assert not finding.is_ok
    assert "VOICEBOT_LLM_URL" in (finding.remedy or "")
    assert machine.check_model_server("http://192.0.2.1/v1", None).is_ok


def test_a_full_disk_is_a_fault() -> None:
    assert not machine.check_disk(Path("/state"), 10**9).is_ok
    assert machine.check_disk(Path("/state"), 10**11).is_ok


@pytest.mark.parametrize(("mode", "is_ok"), [(0o600, True), (0o644, False), (None, False)])
def test_secrets_must_be_there_and_private(mode: int | None, is_ok: bool) -> None:
    finding = machine.check_secrets(Path("/state/secrets.env"), mode)
    assert finding.is_ok == is_ok
    assert is_ok or finding.remedy
