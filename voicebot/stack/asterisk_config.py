"""Which configuration does an Asterisk node run with?

The templates in `asterisk/etc/`, one per Asterisk file, with the settings filled in for `$name`;
the dialplans, where `${…}` is Asterisk's own, as they are; the business's numbers; the phones.
Rendering is repeatable: the same settings give the same files, and nothing is left over.
"""

import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from voicebot.errors import ConfigurationError
from voicebot.settings import PROJECT_DIR, Settings
from voicebot.stack.phones import phones_dir

TEMPLATES_DIR = PROJECT_DIR / "asterisk" / "etc"
DIALPLANS_DIR = PROJECT_DIR / "dialplans"

# Measured on two cores, load generator included: 150 to 200 calls; past that, audio breaks.
CALLS_PER_CORE = 100
# An RTP port and its RTCP port.
PORTS_PER_CALL = 2


@dataclass(frozen=True, slots=True)
class InboundNumber:
    """A number of the business, as the trunk dials it, and how its calls are treated."""

    did: str
    is_recorded: bool
    max_message_s: int

    def __post_init__(self) -> None:
        if re.fullmatch(r"\+?[0-9]{2,15}", self.did) is None:
            raise ConfigurationError(
                f"{self.did!r} is no number: 2 to 15 digits, with a leading + or without"
            )
        if not 1 <= self.max_message_s <= 3600:
            raise ConfigurationError(
                f"a message on {self.did} may last 1 to 3600 s, not {self.max_message_s}"
            )


def render(settings: Settings, numbers: Sequence[InboundNumber], target_etc: Path) -> None:
    """Writes the whole of `/etc/asterisk`; raises ConfigurationError before it writes anything."""
    values = _values(settings, numbers)
    texts = {
        template.name: Template(template.read_text()).substitute(values)
        for template in sorted(TEMPLATES_DIR.glob("*.conf"))
    }
    target_etc.mkdir(parents=True, exist_ok=True)
    _fill(target_etc, texts)
    _fill(target_etc / "dialplans", _read_all(DIALPLANS_DIR))
    install_phones(settings, target_etc)


def install_phones(settings: Settings, target_etc: Path) -> None:
    """Brings the node's phones in line with the registry; they hold passwords."""
    _fill(target_etc / "phones", _read_all(phones_dir(settings)))


def max_calls(settings: Settings, cores: int) -> int:
    """How many calls the node takes before it refuses more: as its ports and cores allow.

    A call that is refused has its RTP ports too, until it is refused: without ports of its own
    for that it would get a 488 ("no such codec") in place of the 503 that sends it elsewhere.
    """
    pairs = (settings.rtp_last_port - settings.rtp_first_port + 1) // PORTS_PER_CALL
    if pairs < 2:
        raise ConfigurationError(
            "VOICEBOT_RTP_LAST_PORT must be 3 above VOICEBOT_RTP_FIRST_PORT at least: "
            "a call takes two ports, and so does one that is being refused"
        )
    return min(pairs - max(1, pairs // 8), cores * CALLS_PER_CORE)


def own_addresses(settings: Settings) -> tuple[str, ...]:
    """The addresses from which this machine's own processes reach the node."""
    own = {"127.0.0.1": None}
    for name, value in (
        ("VOICEBOT_BIND_ADDRESS", settings.bind_address),
        ("VOICEBOT_SIP_ADDRESS", settings.sip_address),
    ):
        try:
            address = ipaddress.IPv4Address(value)
        except ipaddress.AddressValueError as error:
            raise ConfigurationError(f"{name} must be an IPv4 address, not {value!r}") from error
        if not address.is_unspecified:
            own[value] = None
    return tuple(own)


def _rtp_binding(sip_address: str) -> str:
    if ipaddress.IPv4Address(sip_address).is_unspecified:
        return "; … everywhere."
    return f"media_address = {sip_address}\nbind_rtp_to_media_address = yes"


def _values(settings: Settings, numbers: Sequence[InboundNumber]) -> dict[str, str]:
    password = settings.ari_password.get_secret_value()
    if not password:
        raise ConfigurationError("VOICEBOT_ARI_PASSWORD is empty: `make setup` generates it")
    for name, value in (("VOICEBOT_ARI_USERNAME", settings.ari_username), ("…PASSWORD", password)):
        # In Asterisk's files ";" begins a comment and "[" a section.
        if re.fullmatch(r"[A-Za-z0-9_.~+/=-]+", value) is None:
            raise ConfigurationError(f"{name} may hold letters, digits and _.~+/=- only")
    return {
        "node_name": settings.node_name,
        "max_calls": str(max_calls(settings, os.cpu_count() or 1)),
        "bind_address": settings.bind_address,
        "sip_address": settings.sip_address,
        "rtp_binding": _rtp_binding(settings.sip_address),
        "own_addresses": ",".join(own_addresses(settings)),
        "sip_port": str(settings.sip_port),
        "http_port": str(settings.http_port),
        "rtp_first_port": str(settings.rtp_first_port),
        "rtp_last_port": str(settings.rtp_last_port),
        "ari_username": settings.ari_username,
        "ari_password": password,
        "claim_timeout_ms": str(settings.claim_timeout_ms),
        "numbers": "\n".join(_extensions(numbers)),
    }


def _extensions(numbers: Sequence[InboundNumber]) -> list[str]:
    """The dialplan lines of the numbers. Trunks send a number with its plus sign or without."""
    seen: set[str] = set()
    lines: list[str] = []
    for number in numbers:
        digits = number.did.removeprefix("+")
        if digits in seen:
            raise ConfigurationError(f"the number {number.did} is given twice")
        seen.add(digits)
        other = digits if number.did.startswith("+") else f"+{digits}"
        lines += [
            f"exten => {number.did},1,Set(VOICEBOT_IS_RECORDED={int(number.is_recorded)})",
            f" same => n,Set(VOICEBOT_MAX_MESSAGE_S={number.max_message_s})",
            f" same => n,Goto(voicebot-inbound,{number.did},1)",
            f"exten => {other},1,Goto({number.did},1)",
        ]
    return lines


def _read_all(source_dir: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in source_dir.glob("*.conf")}


def _fill(directory: Path, texts: Mapping[str, str]) -> None:
    """Makes the directory hold these `.conf` files and no others."""
    if not directory.exists():
        directory.mkdir(mode=0o750)
        _give_to_owner_of(directory.parent, directory)
    for stale in directory.glob("*.conf"):
        if stale.name not in texts:
            stale.unlink()
    for name, text in texts.items():
        # A whole new file, never half of one: Asterisk may be reading it.
        draft = directory / f"{name}.draft"
        draft.unlink(missing_ok=True)
        # Passwords are among them, so none is readable by others, not for a moment.
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "w") as file:
            file.write(text)
        _give_to_owner_of(directory, draft)
        draft.replace(directory / name)


def _give_to_owner_of(directory: Path, path: Path) -> None:
    """Asterisk reads its files as its own user, to whom the directory was given."""
    if os.geteuid() == 0:
        owner = directory.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
