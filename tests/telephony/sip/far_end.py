"""A second Asterisk: the carriers, and the phones that speak what SIPp cannot.

It calls with a tone and records what it hears; called, it answers and does the same.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from websockets.sync.client import connect

from tests.asterisk_node import ARI_ACCOUNT, ARI_MODULES, AsteriskNode, ari_configuration
from tests.telephony.sip.certificate import Certificate
from tests.telephony.sip.sounds import (
    NARROW_HZ,
    WIDE_HZ,
    Samples,
    read_wav,
    write_tone,
)

BY_ADDRESS, REGISTRAR, OVER_TLS = "127.0.0.5", "127.0.0.6", "127.0.0.7"
# Of nobody's trunk.
STRANGER = "127.0.0.9"
ACCOUNT = ("4711", "s3cret-of-the-trunk")
CODECS = ("ulaw", "alaw", "g722", "opus")
TONE_S = 20

MODULES = f"""
{ARI_MODULES} app_exec app_mixmonitor app_playback app_stack app_transfer chan_pjsip codec_alaw
codec_g722 codec_opus_open_source format_wav func_callerid func_channel func_logic func_strings
res_ari_applications res_ari_events res_crypto res_format_attr_opus res_http_websocket
res_pjproject res_pjsip res_pjsip_authenticator_digest res_pjsip_caller_id
res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_header_funcs
res_pjsip_nat res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration
res_pjsip_pubsub res_pjsip_refer res_pjsip_registrar res_pjsip_rfc3326 res_pjsip_sdp_rtp
res_pjsip_session res_rtp_asterisk res_sorcery_astdb res_srtp
"""
# `s` speaks on a call that this side has placed; anything else is called from outside.
_DIALPLAN = f"""
[general]
static = yes
[speaking]
exten => _[+0-9]!,1,Answer()
 same => n,Set(WIDE=$["${{CHANNEL(audionativeformat)}}" = "(g722)"])
 same => n,Goto(s,1)
exten => s,1,ExecIf($["${{REFER_TO}}" != ""]?Transfer(PJSIP/${{REFER_TO}}))
 same => n,MixMonitor(,r(/var/spool/asterisk/${{UNIQUEID}}.wav16))
 same => n,ExecIf($["${{WIDE}}" = "1"]?Playback(/var/lib/asterisk/tone{WIDE_HZ}))
 same => n,ExecIf($["${{WIDE}}" != "1"]?Playback(/var/lib/asterisk/tone{NARROW_HZ}))
 same => n,Hangup()
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the two ends listen; the same number on several addresses."""

    sip: int
    tls: int
    http: int
    rtp: int


def transport(name: str, protocol: str, bind: str, extra: str = "") -> str:
    return f"[{name}]\ntype=transport\nprotocol={protocol}\nbind={bind}\n{extra}\n"


def endpoint_section(name: str, over: str, address: str, codecs: str, extra: str = "") -> str:
    return (
        f"[{name}]\ntype=endpoint\ncontext=speaking\ntransport={over}\n"
        f"allow=!all,{codecs}\ndirect_media=no\nrtp_symmetric=yes\n"
        f"media_address={address}\nbind_rtp_to_media_address=yes\n{extra}\n"
    )


def carriers(ports: Ports, node_sip: int, node_tls: int) -> str:
    """The sections of a far end that plays all the carriers."""
    username, password = ACCOUNT
    tls = (
        "cert_file=/etc/asterisk/certificate.pem\npriv_key_file=/etc/asterisk/key.pem\n"
        "ca_list_file=/etc/asterisk/certificate.pem\nverify_server=yes\n"
    )
    texts = [
        "[global]\ntype=global\nendpoint_identifier_order=username,ip\n",
        transport("udp-address", "udp", f"{BY_ADDRESS}:{ports.sip}"),
        transport("udp-registrar", "udp", f"{REGISTRAR}:{ports.sip}"),
        transport("udp-stranger", "udp", f"{STRANGER}:{ports.sip}"),
        transport("udp-of-tls-carrier", "udp", f"{OVER_TLS}:{ports.sip}"),
        transport("udp6", "udp", f"[::1]:{ports.sip}"),
        transport("tls", "tls", f"{OVER_TLS}:{ports.tls}", tls),
        transport("tcp", "tcp", f"{BY_ADDRESS}:{ports.sip}"),
        # The carrier's side of the trunk that registers.
        endpoint_section(
            username,
            "udp-registrar",
            REGISTRAR,
            "g722",
            f"auth={username}\naors={username}\nidentify_by=username\nmoh_passthrough=yes\n",
        ),
        f"[{username}]\ntype=auth\nauth_type=digest\nusername={username}\npassword={password}\n",
        f"[{username}]\ntype=aor\nmax_contacts=1\nremove_existing=yes\nsupport_path=no\n"
        "minimum_expiration=1\n",
        # Whoever calls from the node without an account.
        endpoint_section("node", "udp-address", BY_ADDRESS, "g722,ulaw,alaw"),
        "[node]\ntype=identify\nendpoint=node\nmatch=127.0.0.1\n",
        endpoint_section("node6", "udp6", "::1", "ulaw"),
        "[node6]\ntype=identify\nendpoint=node6\nmatch=::1\n",
    ]
    for codec in CODECS:
        texts += [
            endpoint_section(
                f"udp-{codec}", "udp-address", BY_ADDRESS, codec, f"aors=udp-{codec}\n"
            ),
            f"[udp-{codec}]\ntype=aor\ncontact=sip:127.0.0.1:{node_sip}\n",
            endpoint_section(
                f"tls-{codec}",
                "tls",
                OVER_TLS,
                codec,
                f"aors=tls-{codec}\nmedia_encryption=sdes\n",
            ),
            f"[tls-{codec}]\ntype=aor\ncontact=sip:127.0.0.1:{node_tls}\\;transport=tls\n",
        ]
    for name, over, address, host, extra in (
        ("tls-in-the-clear", "tls", OVER_TLS, f"127.0.0.1:{node_tls}\\;transport=tls", ""),
        ("keys-in-the-clear", "udp-address", BY_ADDRESS, f"127.0.0.1:{node_sip}", "sdes"),
        ("tls-carrier-over-udp", "udp-of-tls-carrier", OVER_TLS, f"127.0.0.1:{node_sip}", "sdes"),
        ("over-ipv6", "udp6", "::1", f"[::1]:{node_sip}", ""),
        ("stranger", "udp-stranger", STRANGER, f"127.0.0.1:{node_sip}", ""),
    ):
        encryption = f"media_encryption={extra}\n" if extra else ""
        texts += [
            endpoint_section(name, over, address, "ulaw", f"aors={name}\n{encryption}"),
            f"[{name}]\ntype=aor\ncontact=sip:{host}\n",
        ]
    texts.append("#tryinclude phone.conf\n")
    return "\n".join(texts)


class FarEnd(AsteriskNode):
    def __init__(
        self,
        root: Path,
        state_dir: Path,
        ports: Ports,
        pjsip: str,
        certificate: Certificate | None = None,
    ) -> None:
        super().__init__(root, state_dir)
        self.ports = ports
        instance = self.paths.asterisk_instance
        self._spool = instance / "spool"
        for hz in (WIDE_HZ, NARROW_HZ):
            write_tone(instance / "lib" / f"tone{hz}.wav16", hz, 16_000, TONE_S)
        self.configure(
            MODULES,
            {
                **ari_configuration(ports.http),
                "asterisk.conf": "[options]\nnocolor = yes\nsystemname = farend\n",
                "extensions.conf": _DIALPLAN,
                "pjsip.conf": pjsip,
                "rtp.conf": f"[general]\nrtpstart={ports.rtp}\nrtpend={ports.rtp + 99}\n",
            },
        )
        if certificate is not None:
            for name, path in (("certificate", certificate.certificate), ("key", certificate.key)):
                copy = self.etc / f"{name}.pem"
                copy.write_text(path.read_text())
                # As every test's Asterisk, it runs as a user of its own.
                copy.chmod(0o644)

    def become_phone(self, name: str, password: str, node_sip: int, node_tls: int) -> None:
        """Has the endpoints `phone`, over TLS and encrypted, and two that are half of that."""
        tls = f"127.0.0.1:{node_tls}\\;transport=tls"
        texts = [f"[phone]\ntype=auth\nauth_type=digest\nusername={name}\npassword={password}\n"]
        for endpoint, over, contact, encryption in (
            ("phone", "tls", tls, "sdes"),
            ("phone-without-srtp", "tls", tls, "no"),
            ("phone-without-tls", "udp-of-tls-carrier", f"127.0.0.1:{node_sip}", "sdes"),
        ):
            more = f"aors={endpoint}\noutbound_auth=phone\nmedia_encryption={encryption}\n"
            texts += [
                endpoint_section(endpoint, over, OVER_TLS, "opus", more),
                f"[{endpoint}]\ntype=aor\ncontact=sip:{contact}\n",
            ]
        (self.etc / "phone.conf").write_text("\n".join(texts))
        self.console("module reload res_pjsip.so")

    @contextmanager
    def rest(self) -> Iterator[httpx.Client]:
        base = f"http://127.0.0.1:{self.ports.http}/ari/"
        with httpx.Client(base_url=base, auth=ARI_ACCOUNT, timeout=10) as client:
            yield client

    def call(
        self,
        endpoint: str,
        number: str,
        *,
        caller: str = "+4930123456",
        is_wide: bool = False,
        variables: Mapping[str, str] | None = None,
    ) -> str:
        """Calls the node over one of the endpoints; returns the channel's id at once."""
        with self.rest() as client:
            answer = client.post(
                "channels",
                params={
                    "endpoint": f"PJSIP/{number}@{endpoint}",
                    "context": "speaking",
                    "extension": "s",
                    "priority": "1",
                    "callerId": caller,
                    "timeout": "10",
                },
                json={"variables": {"WIDE": str(int(is_wide)), **(variables or {})}},
            )
            channel_id: str = answer.raise_for_status().json()["id"]
            return channel_id

    def refusal_of(self, endpoint: str, number: str, *, caller: str = "+4930123456") -> int:
        """Calls, expects no answer, and returns the SIP status of the refusal."""
        user, password = ARI_ACCOUNT
        events_url = f"ws://127.0.0.1:{self.ports.http}/ari/events"
        with connect(
            f"{events_url}?app=farend&subscribeAll=true&api_key={user}:{password}", max_queue=None
        ) as events:
            channel_id = self.call(endpoint, number, caller=caller)
            while True:
                event = json.loads(events.recv(timeout=10))
                if event.get("channel", {}).get("id") == channel_id:
                    assert event["channel"]["state"] != "Up", "the call was answered"
                    if event["type"] == "ChannelDestroyed":
                        status: int = event["tech_cause"]
                        return status

    def hang_up(self, channel_id: str) -> None:
        with self.rest() as client:
            client.delete(f"channels/{channel_id}").raise_for_status()

    def channels(self) -> list[str]:
        with self.rest() as client:
            return [channel["id"] for channel in client.get("channels").json()]

    def heard(self, channel_id: str) -> tuple[Samples, int]:
        return read_wav(self._spool / f"{channel_id}.wav16")

    @property
    def recordings(self) -> list[Path]:
        return sorted(self._spool.glob("*.wav16"))
