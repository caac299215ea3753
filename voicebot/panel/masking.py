"""What is shown of a caller's number to somebody who need not know it?

Pure. The last two digits tell two callers apart, and tell nobody who they are.
"""

from typing import Final

_SHOWN: Final = 2
_LEAST_HIDDEN: Final = 4


def masked(number: str) -> str:
    """Of the same length whatever the number's; a short or withheld one shows nothing."""
    shown = number[-_SHOWN:] if len(number) >= _SHOWN + _LEAST_HIDDEN else ""
    return f"••••••{shown}" if number else ""
