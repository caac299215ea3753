import json
import shlex
from configparser import RawConfigParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from supervisor.options import expand

from voicebot.settings import Settings
from voicebot.stack.paths import StackPaths
from voicebot.stack.programs import Program, Readiness, programs_of
from voicebot.stack.supervisor_config import environment_of, render_supervisor

PATHS = StackPaths(Path("/state"), Path("/root-directory"))


def sections(*programs: Program, is_root: bool = False) -> RawConfigParser:
    parser = RawConfigParser()
    parser.read_string(render_supervisor(programs, PATHS, is_root=is_root))
    return parser


def program(*command: str) -> Program:
    return Program("one", 0, command, Readiness.RUNNING, 10, 7)


def test_nothing_starts_by_itself_and_everything_is_restarted() -> None:
    all_programs = programs_of(Settings.model_validate({}), PATHS, is_root=False)
    parsed = sections(*all_programs)
    for each in all_programs:
        section = parsed[f"program:{each.name}"]
        assert section["autostart"] == "false"
        assert section["autorestart"] == "true"
        assert section["stopwaitsecs"] == str(each.stop_deadline_s)


def test_each_process_logs_to_its_own_file_which_is_rotated() -> None:
    section = sections(program("true"))["program:one"]
    assert section["stdout_logfile"] == "/state/log/one.log"
    assert section["redirect_stderr"] == "true"
    assert section["stdout_logfile_maxbytes"] != "0"


def test_only_the_owner_may_use_the_control_socket() -> None:
    assert sections()["unix_http_server"]["chmod"] == "0700"


def test_root_says_that_it_means_to_be_root() -> None:
    assert sections(is_root=True)["supervisord"]["user"] == "root"
    assert "user" not in sections(is_root=False)["supervisord"]


words = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=";#"))


@given(st.lists(words, min_size=1))
def test_a_command_arrives_at_the_process_as_it_was_written(command: list[str]) -> None:
    written = sections(program(*command))["program:one"]["command"]
    assert shlex.split(expand(written, {}, "command")) == command


def test_every_setting_reaches_the_processes() -> None:
    settings = Settings.model_validate(
        {"state_dir": Path("/elsewhere"), "sip_port": 15060, "ari_password": "s3cret"}
    )
    environment = environment_of(settings)
    assert environment["VOICEBOT_STATE_DIR"] == "/elsewhere"
    assert environment["VOICEBOT_SIP_PORT"] == "15060"
    assert environment["VOICEBOT_ARI_PASSWORD"] == "s3cret"
    assert len(environment) == len(Settings.model_fields)


@given(st.dictionaries(words, st.text(st.characters(codec="utf-8", exclude_characters="\0"))))
def test_the_trunks_passwords_arrive_as_they_were(passwords: dict[str, str]) -> None:
    there = Settings.model_validate({"trunk_passwords": passwords})
    text = environment_of(there)["VOICEBOT_TRUNK_PASSWORDS"]
    arrived = Settings.model_validate({"trunk_passwords": json.loads(text)}).trunk_passwords
    assert arrived == there.trunk_passwords


def test_passwords_are_not_written_into_the_configuration() -> None:
    settings = Settings.model_validate({"ari_password": "s3cret", "redis_password": "s3cret"})
    text = render_supervisor(programs_of(settings, PATHS, is_root=False), PATHS, is_root=False)
    assert "s3cret" not in text
