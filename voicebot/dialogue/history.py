"""What has been said in this call, as far as it was heard?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """The caller's words and the part of our answer that was really played: private."""

    heard: str
    said: str
