"""An OpenID provider that really signs people in, with a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.polling import until
from tests.stack_fixture import free_ports


@contextmanager
def openid_provider(folder: Path) -> Iterator[str]:
    """Its issuer; it lets in whoever names themselves."""
    (port,) = free_ports(1)
    issuer = f"http://127.0.0.1:{port}"
    with (folder / "openid.log").open("w") as log:
        process = subprocess.Popen(
            (sys.executable, "-m", "oidc_provider_mock", "--port", str(port)),
            stdout=log,
            stderr=log,
        )
        try:
            until(lambda: _answers(issuer), lambda: (folder / "openid.log").read_text(), 30)
            yield issuer
        finally:
            process.terminate()
            process.wait(10)


def set_claims(issuer: str, subject: str, **claims: object) -> None:
    httpx.put(f"{issuer}/users/{subject}", json=claims).raise_for_status()


def _answers(issuer: str) -> bool:
    try:
        return httpx.get(f"{issuer}/.well-known/openid-configuration").is_success
    except httpx.TransportError:
        return False
