"""An Asterisk of the tests' own: real, on a free port, gone with the process.

It runs from the built root directory without changing it: whatever it writes lies in
mounts of a private mount namespace, which vanish when it ends.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from voicebot.settings import default_cache_dir

START_DEADLINE_S = 40.0
ARI_ACCOUNT = ("tests", "tests-only")

_MODULES = """\
bridge_simple bridge_softmix codec_alaw codec_ulaw codec_resample app_dial app_echo
app_senddtmf pbx_config
res_timing_timerfd res_sorcery_config res_sorcery_memory res_http_websocket res_websocket_client
res_stasis res_stasis_answer res_stasis_playback res_stasis_recording res_stasis_snoop
res_ari res_ari_model res_ari_channels res_ari_asterisk chan_websocket"""

_START = """\
root=$1; work=$2
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
for place in run var/lib/asterisk var/spool/asterisk; do mount -t tmpfs tmpfs "$root/$place"; done
mkdir "$root/run/asterisk" "$root/var/lib/asterisk/keys"
mount --bind "$work/etc" "$root/etc/asterisk"
mount --bind "$work/log" "$root/var/log/asterisk"
exec chroot "$root" /usr/sbin/asterisk -f
"""


@dataclass(frozen=True, slots=True)
class AsteriskNode:
    """A running Asterisk."""

    http_port: int

    @property
    def media_url(self) -> str:
        return f"ws://127.0.0.1:{self.http_port}"

    @property
    def ari_url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/ari"


def missing_for_asterisk() -> str:
    """What this machine lacks to run one; "" when nothing."""
    if _root_dir() is None:
        return "no Asterisk root directory: run `make setup`, or set VOICEBOT_ASTERISK_ROOT"
    if os.geteuid() != 0:
        return "only root may give Asterisk a root directory of its own"
    return "" if shutil.which("unshare") else "unshare is not installed"


def sounds_dir() -> Path | None:
    """The recorded prompts of that root directory, if there is one."""
    root_dir = _root_dir()
    return root_dir and root_dir / "usr/share/asterisk/sounds/en_US_f_Allison"


def _root_dir() -> Path | None:
    if given := os.environ.get("VOICEBOT_ASTERISK_ROOT"):
        return Path(given)
    cache_dir = Path(os.environ.get("VOICEBOT_CACHE_DIR") or default_cache_dir())
    built = [path for path in cache_dir.glob("asterisk-*") if (path / "usr/sbin/asterisk").exists()]
    return max(built, key=lambda path: path.stat().st_mtime, default=None)


@contextmanager
def running_asterisk(work_dir: Path) -> Iterator[AsteriskNode]:
    """Starts an Asterisk and stops it in the end."""
    root_dir = _root_dir()
    assert root_dir is not None
    http_port = _free_port()
    (work_dir / "log").mkdir()
    _write_configuration(work_dir / "etc", http_port)
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", _START, "sh"]
    with (work_dir / "console.log").open("wb") as console:
        process = subprocess.Popen(
            [*command, str(root_dir), str(work_dir)], stdout=console, stderr=subprocess.STDOUT
        )
    try:
        node = AsteriskNode(http_port)
        _wait_until_up(node, process, work_dir)
        yield node
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _write_configuration(etc_dir: Path, http_port: int) -> None:
    etc_dir.mkdir()
    username, password = ARI_ACCOUNT
    files = {
        "asterisk.conf": "[options]\nnocolor = yes\n",
        "modules.conf": "[modules]\nautoload = no\n"
        + "".join(f"load = {module}.so\n" for module in _MODULES.split()),
        "logger.conf": "[general]\n[logfiles]\nmessages.log => notice,warning,error\n",
        "http.conf": "[general]\nenabled = yes\nbindaddr = 127.0.0.1\n"
        f"bindport = {http_port}\nsessionlimit = 1000\n",
        "ari.conf": f"[general]\nenabled = yes\n[{username}]\ntype = user\npassword = {password}\n",
        "chan_websocket.conf": "[global]\ntype = global\ncontrol_message_format = json\n",
        "websocket_client.conf": "",
        "stasis.conf": "",
        "extensions.conf": "[tests]\n"
        "exten => echo,1,Answer()\n same => n,Echo()\n same => n,Hangup()\n"
        "exten => ulaw,1,Dial(WebSocket/INCOMING/c(ulaw)f(json))\n same => n,Hangup()\n"
        "exten => digit,1,Answer()\n same => n,SendDTMF(5)\n same => n,Wait(60)\n"
        " same => n,Hangup()\n"
        "exten => silent,1,Answer()\n same => n,Wait(60)\n same => n,Hangup()\n",
    }
    for name, text in files.items():
        (etc_dir / name).write_text(text)


def _wait_until_up(node: AsteriskNode, process: subprocess.Popen[bytes], work_dir: Path) -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    with httpx.Client(base_url=node.ari_url, auth=ARI_ACCOUNT) as ari:
        while True:
            try:
                if ari.get("/channels").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            if process.poll() is not None or time.monotonic() > deadline:
                logs = [path for path in work_dir.rglob("*.log") if path.is_file()]
                tails = "\n".join(path.read_text(errors="replace")[-2_000:] for path in logs)
                raise RuntimeError(f"Asterisk did not come up:\n{tails}")
            time.sleep(0.05)
