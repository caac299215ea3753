"""On which addresses does Asterisk speak SIP and RTP, and what does it call itself there?

One transport for each protocol and address family. RTP listens where SIP does, and nowhere else.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from voicebot.errors import ConfigurationError
from voicebot.settings import Settings

# As Asterisk sees its own directory.
KEYS_DIR = "/etc/asterisk/keys"


@dataclass(frozen=True, slots=True)
class _Place:
    """An address SIP listens on; `suffix` tells its transports from those of the other family."""

    address: str
    suffix: str

    def bind(self, port: int) -> str:
        return f"[{self.address}]:{port}" if ":" in self.address else f"{self.address}:{port}"


def own_addresses(settings: Settings) -> tuple[str, ...]:
    """The addresses from which this machine's own processes reach the node."""
    own: dict[str, None] = {"127.0.0.1": None}
    for name, value in (
        ("VOICEBOT_BIND_ADDRESS", settings.bind_address),
        ("VOICEBOT_SIP_ADDRESS", settings.sip_address),
        ("VOICEBOT_SIP_ADDRESS_V6", settings.sip_address_v6),
    ):
        if name == "VOICEBOT_SIP_ADDRESS_V6" and not value:
            continue
        try:
            address = ipaddress.ip_address(value)
        except ValueError as error:
            raise ConfigurationError(f"{name} must be an IP address, not {value!r}") from error
        if address.version == 6:
            own["::1"] = None
        if not address.is_unspecified:
            own[str(address)] = None
    return tuple(own)


def own_addresses_of(settings: Settings, version: int) -> tuple[str, ...]:
    """Those of IPv4, or of IPv6."""
    return tuple(
        address
        for address in own_addresses(settings)
        if ipaddress.ip_address(address).version == version
    )


def transports(settings: Settings, *, over_tcp: bool) -> str:
    """The transports' sections of pjsip.conf; raises ConfigurationError."""
    sections: list[str] = []
    for place in _places(settings):
        sections.append(_section(settings, place, "udp", settings.sip_port))
        if over_tcp:
            sections.append(_section(settings, place, "tcp", settings.sip_port))
        if settings.sip_tls_certificate:
            sections.append(_section(settings, place, "tls", settings.sip_tls_port))
    return "\n".join(sections)


def rtp_binding(address: str) -> str:
    """The endpoint's lines that keep RTP on this address."""
    if not address or ipaddress.ip_address(address).is_unspecified:
        return "; … everywhere."
    return f"media_address = {address}\nbind_rtp_to_media_address = yes"


def lab_over_ipv6(settings: Settings) -> str:
    """The sections of this machine's own calls over IPv6, if there are any."""
    if not settings.sip_address_v6:
        return ""
    own = ",".join(own_addresses_of(settings, 6))
    return (
        f"[lab6](call,over-ipv6)\ncontext = voicebot-trunk\nidentify_by = ip\n"
        f"deny = 0.0.0.0/0,::/0\npermit = {own}\n\n"
        f"[lab6]\ntype = identify\nendpoint = lab6\nmatch = {own}\n"
    )


def key_files(settings: Settings) -> dict[str, str]:
    """What Asterisk needs in KEYS_DIR, by file name; raises ConfigurationError."""
    wanted = {
        "certificate.pem": ("VOICEBOT_SIP_TLS_CERTIFICATE", settings.sip_tls_certificate),
        "key.pem": ("VOICEBOT_SIP_TLS_KEY", settings.sip_tls_key),
        "ca.pem": ("VOICEBOT_SIP_TLS_CA", settings.sip_tls_ca),
    }
    if bool(settings.sip_tls_certificate) != bool(settings.sip_tls_key):
        raise ConfigurationError(
            "VOICEBOT_SIP_TLS_CERTIFICATE and VOICEBOT_SIP_TLS_KEY belong together: set both"
        )
    return {name: _read(setting, path) for name, (setting, path) in wanted.items() if path}


def _places(settings: Settings) -> Iterable[_Place]:
    if ipaddress.ip_address(settings.sip_address).version != 4:
        raise ConfigurationError(
            "VOICEBOT_SIP_ADDRESS must be an IPv4 address; IPv6 has VOICEBOT_SIP_ADDRESS_V6"
        )
    yield _Place(settings.sip_address, "")
    if settings.sip_address_v6:
        if ipaddress.ip_address(settings.sip_address_v6).version != 6:
            raise ConfigurationError("VOICEBOT_SIP_ADDRESS_V6 must be an IPv6 address")
        yield _Place(settings.sip_address_v6, "6")


def _section(settings: Settings, place: _Place, protocol: str, port: int) -> str:
    lines = [
        f"[{protocol}{place.suffix}]",
        "type = transport",
        f"protocol = {protocol}",
        f"bind = {place.bind(port)}",
    ]
    if protocol == "tls":
        lines += [
            f"cert_file = {KEYS_DIR}/certificate.pem",
            f"priv_key_file = {KEYS_DIR}/key.pem",
        ]
        if settings.sip_tls_ca:
            lines += [f"ca_list_file = {KEYS_DIR}/ca.pem", "verify_server = yes"]
    if settings.external_address and not place.suffix:
        lines += _behind_nat(settings)
    return "\n".join([*lines, ""])


def _behind_nat(settings: Settings) -> list[str]:
    try:
        outside = ipaddress.IPv4Address(settings.external_address)
    except ValueError as error:
        raise ConfigurationError(
            f"VOICEBOT_EXTERNAL_ADDRESS must be an IPv4 address, not {settings.external_address!r}"
        ) from error
    lines = [
        f"external_media_address = {outside}",
        f"external_signaling_address = {outside}",
        "local_net = 127.0.0.0/8",
    ]
    for network in filter(None, settings.local_networks.replace(" ", "").split(",")):
        try:
            lines.append(f"local_net = {ipaddress.ip_network(network)}")
        except ValueError as error:
            raise ConfigurationError(
                f"VOICEBOT_LOCAL_NETWORKS: {network!r} is no network such as 10.0.0.0/8: {error}"
            ) from error
    return lines


def _read(setting: str, path: str) -> str:
    try:
        text = Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{setting} cannot be read: {error}") from error
    if "-----BEGIN " not in text:
        raise ConfigurationError(f"{setting}: {path} is no PEM file")
    return text
