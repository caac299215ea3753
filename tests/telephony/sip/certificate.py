"""A certificate of a test's own, for the loopback addresses."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.stack_fixture import need

ADDRESSES = ("127.0.0.1", "127.0.0.5", "127.0.0.6", "127.0.0.7", "::1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """It vouches for itself, so it is its own authority."""

    certificate: Path
    key: Path


def make_certificate(directory: Path) -> Certificate:
    need("openssl", is_there=shutil.which("openssl") is not None)
    made = Certificate(directory / "certificate.pem", directory / "key.pem")
    names = ",".join(f"IP:{address}" for address in ADDRESSES)
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-noenc", "-days", "2", "-subj", "/CN=far end", "-addext", f"subjectAltName={names}"),
            *("-keyout", str(made.key), "-out", str(made.certificate)),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return made
