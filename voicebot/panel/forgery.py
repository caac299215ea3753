"""Was this request made on one of our own pages?

Pure. The token in a form is made of a cookie's secret, which no other site can read; the browser
names the page's origin besides, and both must be right.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def token_of(secret: str) -> str:
    """What the forms of whoever holds this cookie carry."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def is_ours(secret: str | None, token: str, origin: str | None, own_origin: str) -> bool:
    """A browser sends an origin with every POST; who sends none is no page of ours."""
    if secret is None or origin is None or origin_of(origin) != own_origin:
        return False
    return hmac.compare_digest(token_of(secret).encode(), token.encode())


def origin_of(url: str) -> str:
    """Scheme and host, with the port where it is not the scheme's own."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
