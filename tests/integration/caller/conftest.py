"""The real Asterisk that the caller's tests call."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk_node import needed_asterisk_root
from tests.integration.caller.far_end import FarEnd

CALL_LIMIT_S = 60.0


@pytest.fixture(scope="session")
def far_end(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarEnd]:
    state_dir = tmp_path_factory.mktemp("asterisk")
    with FarEnd(needed_asterisk_root(), state_dir, pause_s=2.5).running() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Finished:
    """A call placed by the command line: how it exited, what it printed, what it recorded."""

    exit_code: int
    printed: str
    complained: str
    record_dir: Path

    @property
    def report(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.printed)
        return document


Call = Callable[..., Finished]


@pytest.fixture(scope="module")
def call(far_end: FarEnd, tmp_path_factory: pytest.TempPathFactory) -> Call:
    """Places a call by the command line, in a process of its own as pjsua wants it."""

    def place(*arguments: str, as_json: bool = True) -> Finished:
        state_dir = tmp_path_factory.mktemp("call")
        record_dir = state_dir / "recordings"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "voicebot", "call", *arguments),
                *("--server", far_end.server, "--record-dir", str(record_dir)),
                *(["--json"] if as_json else []),
            ],
            capture_output=True,
            text=True,
            timeout=CALL_LIMIT_S,
            check=False,
            env={**os.environ, "VOICEBOT_STATE_DIR": str(state_dir)},
        )
        return Finished(done.returncode, done.stdout, done.stderr, record_dir)

    return place
