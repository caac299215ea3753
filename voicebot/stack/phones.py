"""Which softphones may call, from where, and with which password?

A phone is one file in the state directory, in Asterisk's own words; what Asterisk does not care
about stands in its comments. A phone may register and call from the networks it was given and
from nowhere else, and it may dial the business's own numbers only (dialplans/inbound.conf).
"""

import ipaddress
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from voicebot.errors import ConfigurationError
from voicebot.settings import Settings

LOOPBACK_NETWORKS = ("127.0.0.1/32",)
# Read anew by `asterisk -rx 'module reload <name>'` once a phone was added or removed.
MODULES_TO_RELOAD = ("res_pjsip.so",)

# 24 characters of 64: 144 bits. Softphones are typed by hand, so no more than that.
_PASSWORD_BYTES = 18

# Sections of asterisk/etc/pjsip.conf, and what PJSIP gives a meaning of its own.
_RESERVED_NAMES = frozenset(
    {"anonymous", "call", "global", "lab", "phone", "probe", "system", "udp"}
)

_FILE = Template("""\
; A softphone, made by `voicebot phone add`.
[$name]($templates)
auth = $name
aors = $name
callerid = $name <$name>
deny = 0.0.0.0/0,::/0
permit = $networks
allow_transfer = $allow_transfer

[$name](phone-auth)
username = $name
password = $password

[$name](phone-aor)
""")


@dataclass(frozen=True, slots=True)
class Phone:
    """An account for a softphone."""

    name: str
    password: str = field(repr=False)
    networks: tuple[str, ...]
    is_encrypted: bool = False  # TLS and SRTP, or no call
    may_refer: bool = False  # its REFER may transfer the agent elsewhere

    @property
    def is_ipv6(self) -> bool:
        return any(":" in network for network in self.networks)


def phones_dir(settings: Settings) -> Path:
    """The registry; `asterisk_config.install_phones` brings it into the node."""
    return settings.state_dir / "asterisk" / "phones"


def add_phone(
    settings: Settings,
    name: str,
    networks: Iterable[str] = LOOPBACK_NETWORKS,
    *,
    is_encrypted: bool = False,
    may_refer: bool = False,
) -> Phone:
    """Makes an account with a generated password. Asterisk must reload to know it."""
    phone = Phone(
        name,
        secrets.token_urlsafe(_PASSWORD_BYTES),
        parse_networks(networks),
        is_encrypted,
        may_refer,
    )
    path = _path(settings, name)
    _require_transports(settings, phone)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = _text(phone)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(
            f"phone {name} exists; remove it first for a new password"
        ) from error
    with open(descriptor, "w") as file:
        file.write(text)
    return phone


def list_phones(settings: Settings) -> tuple[Phone, ...]:
    """All phones, by name."""
    return tuple(_parse(path) for path in sorted(phones_dir(settings).glob("*.conf")))


def remove_phone(settings: Settings, name: str) -> None:
    """Takes the account away. Asterisk must reload to forget it."""
    try:
        _path(settings, name).unlink()
    except FileNotFoundError as error:
        raise ConfigurationError(f"there is no phone {name}") from error


def parse_networks(networks: Iterable[str]) -> tuple[str, ...]:
    """The networks in one spelling each, sorted; an address alone is a network of one."""
    parsed: set[ipaddress.IPv4Network | ipaddress.IPv6Network] = set()
    for network in networks:
        try:
            parsed.add(ipaddress.ip_network(network))
        except ValueError as error:
            raise ConfigurationError(
                f"{network!r} is no network, such as 192.168.1.0/24: {error}"
            ) from error
    if len({network.version for network in parsed}) > 1:
        raise ConfigurationError("a phone calls over IPv4 or over IPv6: make it two phones")
    if not parsed:
        raise ConfigurationError("a phone needs at least one network that it may call from")
    return tuple(sorted(str(network) for network in parsed))


def unreachable_networks(networks: Sequence[str], sip_address: str) -> tuple[str, ...]:
    """Those from which nobody can reach Asterisk, because it listens on loopback alone."""
    if not ipaddress.ip_address(sip_address).is_loopback:
        return ()
    return tuple(network for network in networks if not ipaddress.ip_network(network).is_loopback)


def _require_transports(settings: Settings, phone: Phone) -> None:
    if phone.is_encrypted and not settings.sip_tls_certificate:
        raise ConfigurationError(
            "an encrypted phone needs TLS: set VOICEBOT_SIP_TLS_CERTIFICATE and …_KEY"
        )
    if phone.is_ipv6 and not settings.sip_address_v6:
        raise ConfigurationError("a phone over IPv6 needs VOICEBOT_SIP_ADDRESS_V6")


def _text(phone: Phone) -> str:
    templates = ["encrypted-phone" if phone.is_encrypted else "phone"]
    if phone.is_ipv6:
        templates.append("over-ipv6")
    return _FILE.substitute(
        name=phone.name,
        password=phone.password,
        networks=",".join(phone.networks),
        templates=",".join(templates),
        allow_transfer="yes" if phone.may_refer else "no",
    )


def _path(settings: Settings, name: str) -> Path:
    if re.fullmatch(r"[a-z][a-z0-9]{1,31}", name) is None or name in _RESERVED_NAMES:
        raise ConfigurationError(
            f"{name!r} cannot be a phone's name: 2 to 32 small letters and digits, a letter first, "
            f"and none of {', '.join(sorted(_RESERVED_NAMES))}"
        )
    return phones_dir(settings) / f"{name}.conf"


def _parse(path: Path) -> Phone:
    text = path.read_text()
    values = dict(re.findall(r"^(password|permit|allow_transfer) = (.+)$", text, re.MULTILINE))
    try:
        return Phone(
            path.stem,
            values["password"],
            tuple(values["permit"].split(",")),
            is_encrypted="(encrypted-phone" in text,
            may_refer=values.get("allow_transfer") == "yes",
        )
    except KeyError as error:
        raise ConfigurationError(
            f"{path} lacks {error}: remove the phone and add it anew"
        ) from error
