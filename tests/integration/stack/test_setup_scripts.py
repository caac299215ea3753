"""The scripts of the set-up: what they read off a machine, and how they fail."""

import os
import subprocess
from pathlib import Path

import pytest

from voicebot.settings import PROJECT_DIR

ARCHIVE = "http://archive.example.org/debian"


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=PROJECT_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def code_name() -> str:
    lines = Path("/etc/os-release").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    return values["VERSION_CODENAME"].strip('"')


def sources(name: str, text: str, tmp_path: Path) -> str:
    """Makes apt read these sources only; returns the path of its configuration."""
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (parts / name).write_text(text.replace("CODENAME", code_name()))
    config = tmp_path / "apt.conf"
    config.write_text(
        f'Dir::Etc::sourcelist "{tmp_path}/none";\nDir::Etc::sourceparts "{parts}";\n'
    )
    return str(config)


ONE_LINE = f"""\
deb http://security.example.org/debian-security CODENAME-security main
deb http://other.example.org/tools CODENAME main
deb {ARCHIVE} CODENAME main contrib
"""
DEB822 = f"""\
Types: deb
URIs: http://security.example.org/debian-security
Suites: CODENAME-security
Components: main

Types: deb
URIs: {ARCHIVE}/
Suites: CODENAME CODENAME-updates
Components: main
"""


@pytest.mark.parametrize(("name", "text"), [("debian.list", ONE_LINE), ("debian.sources", DEB822)])
def test_the_archive_is_read_off_apts_own_sources(name: str, text: str, tmp_path: Path) -> None:
    found = run("asterisk/debian_mirror", APT_CONFIG=sources(name, text, tmp_path))
    assert found.stdout.strip() == ARCHIVE


def test_an_archive_named_through_a_list_of_mirrors_is_found(tmp_path: Path) -> None:
    mirrors = tmp_path / "mirrors.list"
    mirrors.write_text(f"# the nearest first\n{ARCHIVE}/\n")
    config = sources("debian.list", f"deb mirror+file:{mirrors} CODENAME main\n", tmp_path)
    assert run("asterisk/debian_mirror", APT_CONFIG=config).stdout.strip() == ARCHIVE


def test_an_operators_choice_of_archive_is_taken() -> None:
    chosen = "http://mirror.example.org/debian"
    found = run("asterisk/debian_mirror", VOICEBOT_DEBIAN_MIRROR=chosen)
    assert found.stdout.strip() == chosen


def test_without_an_archive_the_remedy_is_told(tmp_path: Path) -> None:
    config = sources("other.list", "deb http://other.example.org/tools stable main\n", tmp_path)
    found = run("asterisk/debian_mirror", APT_CONFIG=config)
    assert found.returncode == 1
    assert "VOICEBOT_DEBIAN_MIRROR=" in found.stderr


def step(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    return run(
        "bash",
        "-euo",
        "pipefail",
        "-c",
        f". setup/steps.sh; step 'The step' {script}; echo after",
        VOICEBOT_STATE_DIR=str(tmp_path),
    )


def test_a_step_that_succeeds_shows_its_last_line(tmp_path: Path) -> None:
    done = step("printf 'working\\nunchanged\\n'", tmp_path)
    assert done.stdout.splitlines()[-1] == "after"
    assert "unchanged" in done.stdout
    assert "working" not in done.stdout


def test_a_step_that_fails_ends_the_set_up_and_shows_why(tmp_path: Path) -> None:
    done = step("bash -c 'echo the disk is full; exit 7'", tmp_path)
    assert done.returncode == 7
    assert "the disk is full" in done.stdout
    assert "run the same command again" in done.stdout
    assert "after" not in done.stdout


def test_the_scripts_explain_themselves() -> None:
    for script in ("asterisk/build_root", "asterisk/enter_root"):
        done = run(script)
        assert done.returncode == 2
        assert script in done.stdout
