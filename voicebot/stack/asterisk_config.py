"""Which configuration does an Asterisk node run with?

The templates in `asterisk/etc/`, one per Asterisk file, with the settings filled in for `$name`;
the dialplans, where `${…}` is Asterisk's own, as they are; the business's numbers; the phones.
Rendering is repeatable: the same settings give the same files, and nothing is left over.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from voicebot.dialogue.business import Business
from voicebot.errors import ConfigurationError
from voicebot.settings import PROJECT_DIR, Settings
from voicebot.stack.dialplan import InboundNumber as InboundNumber
from voicebot.stack.dialplan import extensions, people, time_zones
from voicebot.stack.paths import asterisk_root
from voicebot.stack.phones import phones_dir
from voicebot.stack.sip_transports import (
    key_files,
    lab_over_ipv6,
    own_addresses,
    own_addresses_of,
    rtp_binding,
    transports,
)
from voicebot.stack.trunk_config import dialplan_contexts, pjsip_sections, require_transports
from voicebot.stack.trunks import Codec, Transport, Trunk, load_trunks

TEMPLATES_DIR = PROJECT_DIR / "asterisk" / "etc"
DIALPLANS_DIR = PROJECT_DIR / "dialplans"

# Measured on two cores, load generator included: 150 to 200 calls; past that, audio breaks.
CALLS_PER_CORE = 100
# An RTP port and its RTCP port.
PORTS_PER_CALL = 2
# Read anew by `asterisk -rx 'module reload <name>'` once the trunks have changed.
TRUNK_MODULES_TO_RELOAD = (
    "pbx_config.so",
    "res_pjsip.so",
    "res_pjsip_endpoint_identifier_ip.so",
    "res_pjsip_outbound_registration.so",
)


def render(
    settings: Settings,
    numbers: Sequence[InboundNumber],
    target_etc: Path,
    businesses: Sequence[Business] = (),
) -> None:
    """Writes the whole of `/etc/asterisk`; raises ConfigurationError before it writes anything."""
    _require_time_zones(settings, businesses)
    trunks = load_trunks(settings.trunks_file)
    of_trunks = _texts_of_trunks(settings, trunks, numbers)
    keys = key_files(settings)
    values = {
        **_values(settings, numbers, trunks),
        # Operators call out over the first trunk of the file.
        **people(businesses, trunks[0].endpoint if trunks else ""),
    }
    texts = {
        template.name: Template(template.read_text()).substitute(values)
        for template in sorted(TEMPLATES_DIR.glob("*.conf"))
    }
    target_etc.mkdir(parents=True, exist_ok=True)
    fill(target_etc, texts)
    fill(target_etc / "dialplans", read_all(DIALPLANS_DIR))
    fill(target_etc / "trunks", of_trunks)
    fill(target_etc / "keys", keys)
    install_phones(settings, target_etc)


def install_trunks(settings: Settings, numbers: Sequence[InboundNumber], target_etc: Path) -> None:
    """Brings the node's trunks in line with their file; raises ConfigurationError before that.

    Asterisk knows them once TRUNK_MODULES_TO_RELOAD are reloaded.
    """
    texts = _texts_of_trunks(settings, load_trunks(settings.trunks_file), numbers)
    fill(target_etc / "trunks", texts)


def install_phones(settings: Settings, target_etc: Path) -> None:
    """Brings the node's phones in line with the registry; they hold passwords."""
    fill(target_etc / "phones", read_all(phones_dir(settings)))


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


def _require_time_zones(settings: Settings, businesses: Sequence[Business]) -> None:
    """Asterisk takes a zone that it does not know for UTC, and says nothing."""
    known = asterisk_root(settings.cache_dir) / "usr" / "share" / "zoneinfo"
    if not known.is_dir():
        return
    for zone in sorted(time_zones(businesses)):
        if not (known / zone).is_file():
            raise ConfigurationError(
                f'time_zone: Asterisk does not know "{zone}"; name it by its city, such as '
                "America/Chicago"
            )


def _texts_of_trunks(
    settings: Settings, trunks: Sequence[Trunk], numbers: Sequence[InboundNumber]
) -> dict[str, str]:
    require_transports(settings, trunks)
    return {
        "pjsip.conf": pjsip_sections(trunks, settings.trunk_passwords),
        "extensions.conf": dialplan_contexts(trunks, [number.did for number in numbers]),
    }


def _codecs(names: str) -> str:
    try:
        return ",".join(Codec(name.strip()) for name in names.split(","))
    except ValueError as error:
        known = ", ".join(Codec)
        raise ConfigurationError(f"VOICEBOT_SIP_CODECS may name {known}: {error}") from error


def _values(
    settings: Settings, numbers: Sequence[InboundNumber], trunks: Sequence[Trunk]
) -> dict[str, str]:
    accounts = {
        "ari_username": settings.ari_username,
        "ari_password": settings.ari_password.get_secret_value(),
        "ami_username": settings.ami_username,
        "ami_password": settings.ami_password.get_secret_value(),
        "probe_password": settings.probe_password.get_secret_value(),
    }
    for name, value in accounts.items():
        setting = f"VOICEBOT_{name.upper()}"
        if not value:
            raise ConfigurationError(f"{setting} is empty: `make setup` generates passwords")
        # In Asterisk's files ";" begins a comment and "[" a section.
        if re.fullmatch(r"[A-Za-z0-9_.~+/=-]+", value) is None:
            raise ConfigurationError(f"{setting} may hold letters, digits and _.~+/=- only")
    return {
        "node_name": settings.node_name,
        "max_calls": str(max_calls(settings, os.cpu_count() or 1)),
        "bind_address": settings.bind_address,
        "own_addresses": ",".join(own_addresses(settings)),
        "own_ipv4_addresses": ",".join(own_addresses_of(settings, 4)),
        "transports": transports(
            settings, over_tcp=any(trunk.transport is Transport.TCP for trunk in trunks)
        ),
        "rtp_binding": rtp_binding(settings.sip_address),
        "rtp_binding_v6": rtp_binding(settings.sip_address_v6),
        "lab_over_ipv6": lab_over_ipv6(settings),
        "sip_codecs": _codecs(settings.sip_codecs),
        "http_port": str(settings.http_port),
        "rtp_first_port": str(settings.rtp_first_port),
        "rtp_last_port": str(settings.rtp_last_port),
        "ami_port": str(settings.ami_port),
        **accounts,
        "claim_timeout_ms": str(settings.claim_timeout_ms),
        "numbers": extensions(numbers),
    }


def read_all(source_dir: Path) -> dict[str, str]:
    """The `.conf` files of a directory, without those below it."""
    return {path.name: path.read_text() for path in source_dir.glob("*.conf")}


def fill(directory: Path, texts: Mapping[str, str]) -> None:
    """Makes the directory hold these files, and no others of ours."""
    if not directory.exists():
        directory.mkdir(mode=0o750)
        _give_to_owner_of(directory.parent, directory)
    for stale in (*directory.glob("*.conf"), *directory.glob("*.pem")):
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
