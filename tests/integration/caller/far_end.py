"""A small real Asterisk that the caller calls: what it plays, and when, is known.

It runs in a private mount namespace on an overlay of the built root directory,
so nothing of that directory changes and everything vanishes with the process.
"""

import os
import socket
import subprocess
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOUNDS = "usr/share/asterisk/sounds/en"
START_LIMIT_S = 40.0

MOUNT_AND_RUN = """
set -e
mount -t tmpfs tmpfs "$WORK/root"
mkdir "$WORK/root/upper" "$WORK/root/work" "$WORK/root/merged"
mount -t overlay overlay \
  -o "lowerdir=$ASTERISK_ROOT,upperdir=$WORK/root/upper,workdir=$WORK/root/work" \
  "$WORK/root/merged"
cd "$WORK/root/merged"
# Without these names Asterisk stalls 5 s on DNS at every answer.
echo "127.0.0.1 localhost $(hostname) A.ROOT-SERVERS.NET" > etc/hosts
for filesystem in proc sys dev; do mount --rbind "/$filesystem" "$filesystem"; done
mount --bind "$WORK/etc" etc/asterisk
mount --bind "$WORK/log" var/log/asterisk
mkdir -p run/asterisk
chroot . chown -R asterisk:asterisk etc/asterisk run/asterisk \
  var/lib/asterisk var/log/asterisk var/spool/asterisk
exec chroot . asterisk -f -U asterisk -G asterisk
"""

ASTERISK_CONF = """
[directories]
astdatadir => /usr/share/asterisk
astvarlibdir => /var/lib/asterisk
astdbdir => /var/lib/asterisk
astrundir => /run/asterisk
astlogdir => /var/log/asterisk
astspooldir => /var/spool/asterisk
"""

MODULES = """
res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject
res_pjsip res_pjsip_pubsub res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_nat
res_pjsip_endpoint_identifier_ip res_rtp_asterisk chan_pjsip pbx_config codec_ulaw codec_alaw
format_wav format_pcm app_playback app_echo app_read app_verbose app_dial func_callerid
"""
MODULES_CONF = "[modules]\nautoload=no\n" + "".join(f"load={name}.so\n" for name in MODULES.split())

LOGGER_CONF = """
[general]
dateformat=%F %T
[logfiles]
messages.log => notice,warning,error,verbose(3)
"""

PJSIP_CONF = """
[transport]
type=transport
protocol=udp
bind=127.0.0.1:{sip_port}

[caller]
type=endpoint
context=caller
disallow=all
allow=ulaw
direct_media=no
dtmf_mode=rfc4733

[caller]
type=identify
endpoint=caller
match=127.0.0.1
"""

EXTENSIONS_CONF = """
[caller]
; Two human prompts with a known pause between them.
exten => prompts,1,Answer()
 same => n,Wait(1)
 same => n,Playback(vm-goodbye)
 same => n,Wait({pause_s})
 same => n,Playback(cannot-complete-as-dialed)
 same => n,Wait(20)
 same => n,Hangup()
exten => echo,1,Answer()
 same => n,Playback(vm-goodbye)
 same => n,Echo()
exten => busy,1,Hangup(17)
exten => ringing,1,Ringing()
 same => n,Wait(60)
 same => n,Hangup()
exten => goodbye,1,Log(NOTICE,called by ${{CALLERID(num)}})
 same => n,Answer()
 same => n,Wait(0.5)
 same => n,Playback(vm-goodbye)
 same => n,Hangup()
exten => digits,1,Answer()
 same => n,Playback(vm-goodbye)
 same => n,Read(DIGITS,,4,,1,20)
 same => n,Log(NOTICE,read ${{DIGITS}} of ${{CALLERID(num)}})
 same => n,Playback(vm-goodbye)
 same => n,Hangup()
"""


@dataclass(frozen=True, slots=True)
class FarEnd:
    """Where the Asterisk under test listens, and what it plays."""

    root: Path
    work: Path
    sip_port: int
    pause_s: float

    @property
    def server(self) -> str:
        return f"127.0.0.1:{self.sip_port}"

    @property
    def log(self) -> str:
        return (self.work / "log" / "messages.log").read_text()

    def prompt(self, name: str) -> Path:
        return (self.root / SOUNDS.replace("/en", "/en_US_f_Allison") / f"{name}.wav").resolve()


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def write_configuration(etc: Path, sip_port: int, rtp_first_port: int, pause_s: float) -> None:
    files = {
        "asterisk.conf": ASTERISK_CONF,
        "modules.conf": MODULES_CONF,
        "logger.conf": LOGGER_CONF,
        "pjsip.conf": PJSIP_CONF.format(sip_port=sip_port),
        "rtp.conf": f"[general]\nrtpstart={rtp_first_port}\nrtpend={rtp_first_port + 99}\n",
        "extensions.conf": EXTENSIONS_CONF.format(pause_s=pause_s),
    }
    for name, text in files.items():
        (etc / name).write_text(textwrap.dedent(text))


@contextmanager
def running_far_end(root: Path, work: Path, pause_s: float) -> Iterator[FarEnd]:
    """Starts Asterisk and waits until it answers; ends it afterwards."""
    for name in ("etc", "log", "root"):
        (work / name).mkdir(parents=True)
    sip_port, rtp_first_port = free_port(), 20_000 + os.getpid() % 200 * 100
    write_configuration(work / "etc", sip_port, rtp_first_port, pause_s)
    environment = {**os.environ, "ASTERISK_ROOT": str(root), "WORK": str(work)}
    with (work / "console").open("wb") as console:
        process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", MOUNT_AND_RUN],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
        )
    far_end = FarEnd(root=root, work=work, sip_port=sip_port, pause_s=pause_s)
    try:
        wait_until_it_answers(process, far_end)
        yield far_end
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def wait_until_it_answers(process: subprocess.Popen[bytes], far_end: FarEnd) -> None:
    """Polls with SIP OPTIONS, the question a phone would ask."""
    deadline_s = time.monotonic() + START_LIMIT_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        probe.settimeout(0.25)
        own = f"127.0.0.1:{probe.getsockname()[1]}"
        request = (
            f"OPTIONS sip:{far_end.server} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {own};branch=z9hG4bKprobe\r\n"
            f"From: <sip:probe@{own}>;tag=1\r\nTo: <sip:{far_end.server}>\r\n"
            f"Call-ID: probe@{own}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 1\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        while time.monotonic() < deadline_s:
            if process.poll() is not None:
                break
            probe.sendto(request.encode(), ("127.0.0.1", far_end.sip_port))
            try:
                if probe.recv(4096).startswith(b"SIP/2.0"):
                    return
            except (TimeoutError, ConnectionRefusedError):
                continue
    raise AssertionError(f"Asterisk does not answer: {(far_end.work / 'console').read_text()}")
