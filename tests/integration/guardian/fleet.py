"""Agents and guardians as processes of their own, and calls for them, on one Asterisk."""

import contextlib
import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.asterisk_node import ARI_ACCOUNT, ari_configuration
from tests.integration.ari.asterisk_server import CONFIGURATION, MODULES, AsteriskServer
from tests.polling import until
from voicebot.settings import PROJECT_DIR

START_LIMIT_S = 30.0
EXTENSIONS = """
[callers]
exten => speak,1,Answer()
 same => n,Echo()
[agents]
exten => call,1,StasisBroadcast(2000,^voicebot-,1000,yes)
 same => n,Hangup()
exten => wait,1,Stasis(voicebot-fleet-1,wait,1000)
 same => n,Hangup()
exten => operator,1,Stasis(voicebot-fleet-1,brief,the-caller)
 same => n,Goto(recorded-brief,s,1)
[recorded-brief]
exten => s,1,Wait(60)
[in-the-dialplan]
exten => s,1,Wait(60)
exten => back,1,Stasis(voicebot-fleet-1,back,1000)
[voicebot-fallback]
exten => s,1,Answer()
 same => n,Echo()
"""
_channel_numbers = itertools.count(1)


class GuardedAsterisk(AsteriskServer):
    """An Asterisk, and what can be asked of it."""

    def __init__(self, root: Path, state_dir: Path) -> None:
        super().__init__(root, state_dir)
        self.configure(
            f"{MODULES} app_exec format_wav res_ari_playbacks",
            ari_configuration(self.port) | CONFIGURATION | {"extensions.conf": EXTENSIONS},
        )

    def ask(self, method: str, path: str, **query: str) -> Any:
        answer = httpx.request(
            method, f"{self.url}/ari/{path}", params=query, auth=ARI_ACCOUNT, timeout=10
        )
        return answer.raise_for_status().json() if answer.content else None

    def rings(self, extension: str = "call") -> str:
        """A caller (or an operator's leg) arrives; returns the channel that agents see."""
        number = next(_channel_numbers)
        self.ask(
            "POST",
            "channels",
            endpoint=f"Local/{extension}@agents",
            context="callers",
            extension="speak",
            priority="1",
            channelId=f"far-{number}",
            otherChannelId=f"caller-{number}",
        )
        return f"caller-{number}"

    def context_of(self, channel_id: str) -> str:
        context: str = self.ask("GET", f"channels/{channel_id}")["dialplan"]["context"]
        return context

    def there_is(self, kind: str) -> set[str]:
        """The ids of all channels or bridges."""
        return {one["id"] for one in self.ask("GET", kind)}


class ProcessUnderTest:
    """One of ours, to be frozen and killed."""

    def __init__(self, *command: str, environment: Mapping[str, str]) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, *command],
            cwd=PROJECT_DIR,
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said: queue.Queue[dict[str, Any] | list[str]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def awaits(self, *words: str) -> None:
        """Until it has said a line with these words; those before are passed over."""
        while True:
            line = self._said.get(timeout=START_LIMIT_S)
            values = list(line.values()) if isinstance(line, dict) else line
            if set(words) <= set(values):
                return

    def stays_silent(self, for_s: float) -> None:
        """Lets time pass in which nothing is heard of it."""
        with contextlib.suppress(queue.Empty):
            line = self._said.get(timeout=for_s)
            raise AssertionError(f"it said {line}")

    def tell(self, value: str) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(json.dumps(value) + "\n")
        self.popen.stdin.flush()

    def freeze(self) -> None:
        self.popen.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.popen.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        self.popen.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()
        self._reader.join()
        for pipe in (self.popen.stdin, self.popen.stdout):
            assert pipe is not None
            pipe.close()

    def _read(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            self._said.put(json.loads(line))


def running_guardian(
    asterisk: GuardedAsterisk,
) -> AbstractContextManager[ProcessUnderTest]:
    """`voicebot guardian` beside this Asterisk."""
    username, password = ARI_ACCOUNT
    return guardian_with(
        {
            "VOICEBOT_HTTP_PORT": str(asterisk.port),
            "VOICEBOT_ARI_USERNAME": username,
            "VOICEBOT_ARI_PASSWORD": password,
            "VOICEBOT_STATE_DIR": str(asterisk.paths.state_dir),
        }
    )


@contextmanager
def guardian_with(environment: Mapping[str, str]) -> Iterator[ProcessUnderTest]:
    """`voicebot guardian`, as production runs it."""
    process = ProcessUnderTest("-m", "voicebot", "guardian", environment=environment)
    try:
        process.awaits("guardian.watches")
        yield process
    finally:
        process.kill()


@contextmanager
def running_agent(asterisk: GuardedAsterisk, number: int = 1) -> Iterator[ProcessUnderTest]:
    process = ProcessUnderTest(
        *("-m", "tests.integration.guardian.agent_process", asterisk.url, *ARI_ACCOUNT),
        f"voicebot-fleet-{number}",
        environment={},
    )
    try:
        process.awaits("ready")
        yield process
    finally:
        process.kill()


def is_in(asterisk: GuardedAsterisk, channel_id: str, context: str) -> None:
    until(lambda: asterisk.context_of(channel_id) == context, f"{channel_id} is in {context}", 8.0)
