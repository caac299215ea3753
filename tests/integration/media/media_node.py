"""The Asterisk whose media sockets the tests talk to."""

from pathlib import Path

from tests.asterisk_node import ARI_MODULES, AsteriskNode, ari_configuration
from tests.stack_fixture import free_ports

MODULES = f"{ARI_MODULES} app_dial codec_alaw"

CONFIGURATION = {
    "chan_websocket.conf": "[global]\ntype = global\ncontrol_message_format = json\n",
    "extensions.conf": """
[tests]
exten => echo,1,Answer()
 same => n,Echo()
 same => n,Hangup()
exten => ulaw,1,Dial(WebSocket/INCOMING/c(ulaw)f(json))
 same => n,Hangup()
exten => digit,1,Answer()
 same => n,SendDTMF(5)
 same => n,Wait(60)
 same => n,Hangup()
exten => silent,1,Answer()
 same => n,Wait(60)
 same => n,Hangup()
""",
}


class MediaNode(AsteriskNode):
    def __init__(self, root: Path, state_dir: Path) -> None:
        super().__init__(root, state_dir)
        [self._http_port] = free_ports(1)
        self.configure(MODULES, ari_configuration(self._http_port) | CONFIGURATION)

    @property
    def media_url(self) -> str:
        return f"ws://127.0.0.1:{self._http_port}"

    @property
    def ari_url(self) -> str:
        return f"http://127.0.0.1:{self._http_port}/ari"
