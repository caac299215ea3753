"""A small real Asterisk that the caller calls: what it plays, and when, is known."""

import socket
from pathlib import Path

from tests.asterisk_node import AsteriskNode, sounds_dir
from tests.stack_fixture import RTP_PORTS, free_ports, free_udp_range

MODULES = """
res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject
res_pjsip res_pjsip_pubsub res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_nat
res_pjsip_endpoint_identifier_ip res_rtp_asterisk chan_pjsip pbx_config codec_ulaw codec_alaw
format_wav format_pcm app_playback app_echo app_read app_verbose app_dial func_callerid
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


class FarEnd(AsteriskNode):
    """Where the Asterisk under test listens, and what it plays."""

    def __init__(self, root: Path, state_dir: Path, pause_s: float) -> None:
        super().__init__(root, state_dir)
        self.pause_s = pause_s
        [self.sip_port] = free_ports(1, socket.SOCK_DGRAM)
        first = free_udp_range(RTP_PORTS)
        texts = {
            "pjsip.conf": PJSIP_CONF.format(sip_port=self.sip_port),
            "rtp.conf": f"[general]\nrtpstart={first}\nrtpend={first + RTP_PORTS - 1}\n",
            "extensions.conf": EXTENSIONS_CONF.format(pause_s=pause_s),
        }
        self.configure(MODULES, texts)

    @property
    def server(self) -> str:
        return f"127.0.0.1:{self.sip_port}"

    def prompt(self, name: str) -> Path:
        return (sounds_dir(self.paths.asterisk_root) / f"{name}.wav").resolve()
