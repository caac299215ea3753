"""The Asterisk that the ARI tests control, and that they freeze and kill."""

import os
import signal
from pathlib import Path

from tests.asterisk_node import ARI_MODULES, AsteriskNode, ari_configuration
from tests.stack_fixture import free_ports

MODULES = f"""{ARI_MODULES}
app_stasis app_stasis_broadcast app_verbose bridge_holding func_channel
res_ari_applications res_ari_bridges res_ari_events res_stasis_broadcast
"""

CONFIGURATION = {
    "asterisk.conf": "[options]\nsystemname = test\n",
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
}


class AsteriskServer(AsteriskNode):
    def __init__(self, root: Path, state_dir: Path) -> None:
        super().__init__(root, state_dir)
        [self.port] = free_ports(1)
        self.configure(MODULES, ari_configuration(self.port) | CONFIGURATION)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def freeze(self) -> None:
        """Its sockets stay open, and nothing answers any more."""
        self.process.send_signal(signal.SIGSTOP)
        # The signal returns at once; a thread that still runs could answer meanwhile.
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)
