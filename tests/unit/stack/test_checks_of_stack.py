from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.inference.languages import language_missing
from voicebot.stack import checks_of_stack as checks
from voicebot.stack.stack import ProgramStatus
from voicebot.stack.supervisor_control import ProcessState
from workers.contract import Stage

FILE = Path("/config/business.yaml")

statuses = st.builds(
    ProgramStatus,
    name=st.sampled_from(["redis", "asterisk", "agent-1"]),
    state=st.sampled_from(ProcessState),
    pid=st.none(),
    uptime_s=st.just(0.0),
    is_ready=st.booleans(),
)


def status(name: str, state: ProcessState, *, is_ready: bool = False) -> ProgramStatus:
    return ProgramStatus(name, state, None, 0.0, is_ready)


def test_every_problem_of_the_business_file_is_told() -> None:
    finding = checks.check_business(FILE, ("greeting: missing", "dids: empty"), "")
    assert finding.detail == "greeting: missing; dids: empty"
    assert finding.remedy == f"edit {FILE}"
    assert checks.check_business(FILE, (), "Lakeside Bikes").is_ok


def test_files_that_differ_from_the_settings_are_named() -> None:
    wanted = {"ari.conf": "new", "http.conf": "same"}
    found = {"ari.conf": "old", "http.conf": "same", "left-over.conf": ""}
    finding = checks.check_settings_applied(wanted, found, "")
    assert "ari.conf, left-over.conf" in finding.detail
    assert not finding.is_ok
    assert checks.check_settings_applied(wanted, wanted, "").is_ok


def test_files_never_written_and_impossible_settings_are_faults() -> None:
    assert "make setup" in checks.check_settings_applied({"a": ""}, {}, "").remedy
    assert checks.check_settings_applied({}, {}, "no such port").detail == "no such port"


def test_a_schema_of_another_release_is_a_fault() -> None:
    assert checks.check_database(["0002"], ["0002"], "").is_ok
    assert not checks.check_database(["0002"], ["0001"], "").is_ok
    assert not checks.check_database(["0002"], [], "").is_ok
    assert checks.check_database(["0002"], [], "no answer").detail == "no answer"


@pytest.mark.parametrize(
    ("is_free", "is_ours", "is_ok"),
    [(True, False, True), (False, True, True), (False, False, False)],
)
def test_a_port_is_free_or_ours(is_free: bool, is_ours: bool, is_ok: bool) -> None:
    finding = checks.check_port("VOICEBOT_SIP_PORT", 5060, is_free=is_free, is_ours=is_ours)
    assert finding.is_ok == is_ok
    assert is_ok or "VOICEBOT_SIP_PORT" in finding.remedy


def test_redis_must_answer_us_refuse_strangers_and_remember() -> None:
    def found(
        *, answers: bool = True, appends: str = "yes", lets_strangers_in: bool = False
    ) -> bool:
        return checks.check_redis(
            is_running=True,
            answers=answers,
            appends=appends,
            lets_strangers_in=lets_strangers_in,
        ).is_ok

    assert found()
    assert not found(answers=False)
    assert not found(appends="no")
    assert not found(lets_strangers_in=True)


def test_a_redis_that_is_down_is_no_fault_but_is_told() -> None:
    finding = checks.check_redis(
        is_running=False, answers=False, appends=None, lets_strangers_in=False
    )
    assert finding.is_ok
    assert "voicebot up" in finding.remedy


def test_a_stack_that_is_down_is_one_finding_and_no_fault() -> None:
    stopped = [status(name, ProcessState.STOPPED) for name in ("redis", "asterisk")]
    (finding,) = checks.check_processes(stopped)
    assert finding.is_ok


def test_a_part_that_is_down_while_others_run_is_a_fault() -> None:
    findings = checks.check_processes(
        [
            status("redis", ProcessState.RUNNING, is_ready=True),
            status("agent-1", ProcessState.STOPPED),
        ]
    )
    assert [finding.is_ok for finding in findings] == [True, False]


@given(st.lists(statuses, min_size=1))
def test_every_fault_says_what_to_do(found: list[ProgramStatus]) -> None:
    for finding in checks.check_processes(found):
        assert finding.is_ok or finding.remedy


def test_a_language_that_a_stage_does_not_serve_is_a_fault_that_names_what_to_install() -> None:
    missing = [language_missing(stage, "de") for stage in (Stage.STT, Stage.TTS)]
    finding = checks.check_languages("de", missing)
    assert not finding.is_ok
    assert finding.detail == "not served by: stt, tts"
    assert "VOICEBOT_STT_MODELS" in finding.remedy
    assert "VOICEBOT_TTS_VOICES" in finding.remedy
    assert checks.check_languages("en", []).is_ok


def test_a_pool_that_is_wanted_has_a_worker() -> None:
    wanted = {"llm.large": {"VOICEBOT_POOLS"}, "stt.fast": {"Harbor Dental"}}
    finding = checks.check_pools(wanted, {"llm.large"})
    assert finding is not None
    assert not finding.is_ok
    assert finding.detail == "no worker is ready for: stt.fast (Harbor Dental)"
    found = checks.check_pools(wanted, {"llm.large", "stt.fast"})
    assert found is not None
    assert found.is_ok


def test_where_no_pool_is_wanted_none_is_looked_for() -> None:
    assert checks.check_pools({}, ()) is None


def test_as_many_conversations_are_borne_as_the_weakest_stage_bears() -> None:
    found = checks.check_conversations({"stt": [8, 9], "llm": [4, 2], "tts": [30]})
    assert found.is_ok
    assert found.detail.startswith("6 (stt 17, llm 6, tts 30)")


def test_a_stage_that_bears_no_conversation_is_named() -> None:
    found = checks.check_conversations({"stt": [8], "llm": [], "tts": [30]})
    assert not found.is_ok
    assert "llm bears none" in found.detail
