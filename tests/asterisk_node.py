"""A real Asterisk of a test's own, started as production starts it, gone with its process.

Its root directory is never changed: asterisk/enter_root binds the files of this one instance over
it in a private mount namespace. What it is configured with, and on which ports it listens, is for
the tests to say.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tests.polling import until
from tests.stack_fixture import need
from voicebot.settings import Settings
from voicebot.stack import asterisk_console
from voicebot.stack.asterisk_instance import prepare_instance
from voicebot.stack.paths import ENTER_ROOT, StackPaths, asterisk_root

START_LIMIT_S = 60.0
STOP_LIMIT_S = 20.0
ARI_ACCOUNT = ("tester", "open-sesame-17")
ARI_MODULES = """
app_echo app_senddtmf bridge_simple bridge_softmix chan_websocket codec_resample codec_ulaw
pbx_config res_ari res_ari_asterisk res_ari_channels res_ari_model res_http_websocket
res_sorcery_config res_sorcery_memory res_stasis res_stasis_answer res_stasis_playback
res_stasis_recording res_stasis_snoop res_timing_timerfd res_websocket_client
"""
_LOGGER = """
[logfiles]
; On its console it also tells when it is ready.
console => notice,warning,error
messages.log => notice,warning,error
"""


def needed_asterisk_root() -> Path:
    """VOICEBOT_ASTERISK_ROOT, or the root directory that set-up builds."""
    named = os.environ.get("VOICEBOT_ASTERISK_ROOT")
    root = Path(named) if named else asterisk_root(Settings.load().cache_dir)
    need("Asterisk's root directory", is_there=root.is_dir())
    return root


def sounds_dir(root: Path) -> Path:
    """Asterisk's recorded prompts, as WAV files."""
    return root / "usr/share/asterisk/sounds/en_US_f_Allison"


def ari_configuration(http_port: int) -> dict[str, str]:
    """The files of an Asterisk that serves ARI and media sockets to ARI_ACCOUNT."""
    username, password = ARI_ACCOUNT
    return {
        "http.conf": "[general]\nenabled = yes\nbindaddr = 127.0.0.1\n"
        f"bindport = {http_port}\nsessionlimit = 1000\n",
        "ari.conf": "[general]\nenabled = yes\nchannelvars = CHANNEL(audionativeformat)\n"
        f"[{username}]\ntype = user\npassword = {password}\n",
    }


class AsteriskNode:
    """One Asterisk; stopped or killed, it can be started again."""

    def __init__(self, root: Path, state_dir: Path) -> None:
        self.paths = StackPaths(state_dir, root)
        prepare_instance(self.paths)
        self._output = state_dir / "asterisk.out"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def etc(self) -> Path:
        return self.paths.asterisk_instance / "etc"

    @property
    def log(self) -> str:
        return (self.paths.asterisk_instance / "log" / "messages.log").read_text()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """Asterisk itself: enter_root keeps its process id all the way."""
        assert self._process is not None
        return self._process

    def console(self, command: str) -> str:
        """What Asterisk's console answers to a command."""
        return asterisk_console.ask(self.paths, command)

    def configure(self, modules: str, texts: Mapping[str, str]) -> None:
        """Writes its files. `texts` may replace those that every Asterisk gets."""
        files = {
            "asterisk.conf": "[options]\nnocolor = yes\n",
            "logger.conf": _LOGGER,
            "modules.conf": "[modules]\nautoload = no\n"
            + "".join(f"load = {module}.so\n" for module in modules.split()),
            **texts,
        }
        for name, text in files.items():
            (self.etc / name).write_text(text)

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Started inside the block, stopped after it."""
        try:
            self.launch()
            self.wait_until_ready()
            yield self
        finally:
            self.stop()

    def launch(self) -> None:
        """Starts it and does not wait. It ends with the thread that calls this."""
        instance = (self.paths.asterisk_root, self.paths.asterisk_instance)
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [*map(str, (ENTER_ROOT, *instance)), "asterisk", "-f"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        until(self._is_ready, lambda: f"Asterisk is ready:\n{self._said}", START_LIMIT_S)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT_S)
        finally:
            self.kill()

    def kill(self) -> None:
        """As a crash does: no goodbye to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_LIMIT_S)

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, f"Asterisk ended:\n{self._said}"
        return "Asterisk Ready" in self._said

    @property
    def _said(self) -> str:
        return self._output.read_text(errors="replace")
