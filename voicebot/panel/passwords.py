"""Is this the password of the account?

Hashed with argon2id. Where there is no account as long is spent, so that time tells nobody which
names exist.
"""

import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 12
LONGEST: Final = 256  # hashing more than that would only cost time

_HASHER: Final = PasswordHasher()
_OF_NOBODY: Final = _HASHER.hash(secrets.token_urlsafe(16))


def new_password() -> str:
    """About 120 bits."""
    return secrets.token_urlsafe(15)


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def is_password(password: str, hash_kept: str | None) -> bool:
    """Takes some 50 ms of a core: in a thread. None: there is no such account."""
    try:
        matches = _HASHER.verify(hash_kept or _OF_NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return matches and hash_kept is not None


def is_good_enough(password: str) -> bool:
    """Length is what counts (NIST SP 800-63B, section 3.1.1.2)."""
    return SHORTEST <= len(password) <= LONGEST
