"""A real Asterisk with a minimal configuration of its own, for the ARI tests.

It runs from a built root directory that is bound read-only into a private mount
namespace; all it writes lands in one folder of the test. The namespace, and with it
every bind, vanishes with the process.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from voicebot.settings import Settings

USERNAME = "tester"
PASSWORD = "open-sesame-17"
START_LIMIT_S = 60.0

MODULES = (
    "app_echo",
    "app_senddtmf",
    "app_stasis",
    "app_stasis_broadcast",
    "app_verbose",
    "bridge_holding",
    "bridge_simple",
    "bridge_softmix",
    "chan_websocket",
    "codec_resample",
    "codec_ulaw",
    "func_channel",
    "pbx_config",
    "res_ari",
    "res_ari_applications",
    "res_ari_asterisk",
    "res_ari_bridges",
    "res_ari_channels",
    "res_ari_events",
    "res_ari_model",
    "res_http_websocket",
    "res_sorcery_config",
    "res_sorcery_memory",
    "res_stasis",
    "res_stasis_answer",
    "res_stasis_broadcast",
    "res_stasis_playback",
    "res_stasis_recording",
    "res_stasis_snoop",
    "res_timing_timerfd",
    "res_websocket_client",
)

CONFIGURATION = {
    "asterisk.conf": """
[directories]
astetcdir => /mnt/etc
astmoddir => {modules_dir}
astvarlibdir => /var/lib/asterisk
astdbdir => /mnt/var
astkeydir => /mnt/var
astdatadir => /usr/share/asterisk
astagidir => /usr/share/asterisk/agi-bin
astspooldir => /mnt/var
astcachedir => /mnt/var
astrundir => /mnt/var
astlogdir => /mnt/var
[options]
systemname = test
""",
    "modules.conf": "[modules]\nautoload = no\n{loads}\n",
    "logger.conf": "[logfiles]\nmessages = notice,warning,error\n",
    "http.conf": "[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = {port}\n",
    "ari.conf": """
[general]
enabled = yes
channelvars = CHANNEL(audionativeformat)
[{username}]
type = user
password = {password}
""",
    # A Local channel has two ends: the tests hold the one, these extensions keep the other.
    "extensions.conf": """
[far-end]
exten => echo,1,Answer()
 same => n,Echo()
exten => broadcast,1,StasisBroadcast(2000,^claimer-,first:second,yes)
 same => n,Hangup()
exten => keys,1,Answer()
 same => n,SendDTMF(7)
 same => n,Echo()
[out-of-stasis]
exten => s,1,Answer()
 same => n,Echo()
""",
    "websocket_client.conf": "",
    "chan_websocket.conf": "",
    "stasis.conf": "",
    "indications.conf": "[general]\ncountry = us\n",
}


def find_root() -> Path | None:
    named = os.environ.get("VOICEBOT_ASTERISK_ROOT")
    if named:
        return Path(named)
    roots = Settings.load().cache_dir.glob("asterisk-*")
    built = [root for root in roots if (root / "usr/sbin/asterisk").exists()]
    return max(built, key=lambda root: root.stat().st_mtime, default=None)


def why_it_cannot_run() -> str | None:
    if os.geteuid() != 0:
        return "binding an Asterisk root directory needs root"
    missing = [tool for tool in ("unshare", "chroot", "mount") if shutil.which(tool) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


class AsteriskServer:
    def __init__(self, root: Path, folder: Path) -> None:
        self._root, self._folder = root, folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self._write_configuration()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        root = self._root
        script = f"""
            mount --rbind {root} {root} && mount -o remount,ro,bind {root} &&
            mount --bind {self._folder} {root}/mnt &&
            mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev &&
            exec chroot {root} asterisk -f -U asterisk -G asterisk -C /mnt/etc/asterisk.conf
        """
        with (self._folder / "console").open("ab") as console:
            self._process = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "sh", "-ec", script],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
            )
        limit = time.monotonic() + START_LIMIT_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > limit:
                self.kill()
                raise AssertionError((self._folder / "console").read_text(errors="replace"))
            time.sleep(0.05)

    def kill(self) -> None:
        """As a crash does: no goodbye to anybody."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        """Its sockets stay open, and nothing answers any more."""
        self._signal(signal.SIGSTOP)
        assert self._process is not None
        # The signal returns at once; a thread that still runs could answer meanwhile.
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            # unshare, sh and chroot each replaced themselves: this is Asterisk.
            self._process.send_signal(number)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", f"/ari/asterisk/ping?api_key={USERNAME}:{PASSWORD}")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _write_configuration(self) -> None:
        etc, var = self._folder / "etc", self._folder / "var"
        etc.mkdir()
        var.mkdir()
        values = {
            "modules_dir": _modules_dir(self._root),
            "loads": "\n".join(f"load = {module}.so" for module in MODULES),
            "port": self.port,
            "username": USERNAME,
            "password": PASSWORD,
        }
        for name, text in CONFIGURATION.items():
            (etc / name).write_text(text.format_map(values))
        owner = _asterisk_user(self._root)
        for path in (self._folder, etc, var, *etc.iterdir()):
            os.chown(path, *owner)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _modules_dir(root: Path) -> str:
    (found,) = root.glob("usr/lib/*/asterisk/modules")
    return f"/{found.relative_to(root)}"


def _asterisk_user(root: Path) -> tuple[int, int]:
    for line in (root / "etc/passwd").read_text().splitlines():
        name, _, user_id, group_id, *_ = line.split(":")
        if name == "asterisk":
            return int(user_id), int(group_id)
    raise AssertionError("the root directory has no user `asterisk`")
