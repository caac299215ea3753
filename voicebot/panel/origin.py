"""Where do browsers find the panel, and by which names may it be asked for?

Pure. Behind a reverse proxy the public address is set; without one only the machine's own names
are answered, so that no name that a stranger points at us is.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from voicebot.panel.forgery import origin_of


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """`prefix` has no slash at its end; "" at the root."""

    origin: str
    prefix: str
    hosts: tuple[str, ...]

    @property
    def is_secure(self) -> bool:
        return self.origin.startswith("https:")


def public_address(url: str, address: str, port: int) -> PublicAddress:
    """`url` "": without a proxy."""
    own = (address, "localhost", "127.0.0.1", "[::1]")
    if not url:
        host = f"[{address}]" if ":" in address else address
        return PublicAddress(f"http://{host}:{port}", "", own)
    parts = urlsplit(url)
    return PublicAddress(origin_of(url), parts.path.rstrip("/"), (parts.hostname or "",))
