"""A real Asterisk with the project's own configuration, a carrier that may die, and an echo."""

import os
import shutil
import signal
import socket
from pathlib import Path

from tests.stack_fixture import free_ports, need
from tests.telephony.fallback.node import Node
from voicebot.ami.connection import AmiSettings
from voicebot.stack.asterisk_config import InboundNumber, install_phones
from voicebot.stack.phones import add_phone

# Its callers hear themselves.
ECHO = "+12025550100"
PHONE = "desk1"
CARRIER = "trunk-carrier"
_CARRIER = """
[{name}](call)
context = voicebot-trunk
identify_by = ip
aors = {name}

[{name}]
type = aor
contact = sip:127.0.0.1:{port}
qualify_frequency = 1
qualify_timeout = 0.5

[{name}]
type = registration
server_uri = sip:127.0.0.1:{port}
client_uri = sip:us@127.0.0.1:{port}
"""
_ECHO = """
[voicebot-inbound](+)
exten => echo,1,Answer()
 same => n,Echo()
"""


class WatchedNode(Node):
    def __init__(self, root: Path, state_dir: Path) -> None:
        need("sipp", is_there=shutil.which("sipp") is not None)
        super().__init__(root, state_dir, [InboundNumber(ECHO, False, 60)])
        [self.carrier_port] = free_ports(1, socket.SOCK_DGRAM)
        self._append("pjsip.conf", _CARRIER.format(name=CARRIER, port=self.carrier_port))
        self._append("modules.conf", "load = app_echo.so\n")
        # Behind everything that a call of the business's passes first.
        inbound = self.etc / "dialplans" / "inbound.conf"
        text = inbound.read_text()
        offered = " same => n,StasisBroadcast("
        assert offered in text
        inbound.write_text(text.replace(offered, " same => n,Goto(echo,1)\n" + offered))
        self._append("dialplans/inbound.conf", _ECHO)
        add_phone(self.settings, PHONE)
        install_phones(self.settings, self.etc)

    @property
    def ami(self) -> AmiSettings:
        return AmiSettings.of(self.settings, wants_events=True)

    def freeze(self) -> None:
        """Its sockets stay open, and nothing answers any more."""
        self.process.send_signal(signal.SIGSTOP)
        # The signal returns at once; a thread that still runs could answer meanwhile.
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def _append(self, name: str, text: str) -> None:
        path = self.etc / name
        path.write_text(path.read_text() + text)
