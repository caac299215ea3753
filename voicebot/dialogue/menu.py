"""What do the keys of a caller's telephone do, and which numbers can be entered with them?

Parts of a business file.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from voicebot.dialogue.business_parts import Part, Spoken

Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]


class KeyChoice(Part):
    """What one key does, while the caller is asked nothing else."""

    fact: str | None = Field(None, description="Tells this fact.")
    transfer: str | None = Field(None, description="Hands the caller over.")
    entry: str | None = Field(None, description="Asks for this number.")
    message: bool = Field(False, description="Takes a message.")
    callback: bool = Field(False, description="Takes a callback request.")
    repeat: bool = Field(False, description="Says the last answer again.")
    pause_recording: bool = Field(False, description="Pauses the recording; again: goes on.")

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if sum(bool(value) for value in self.model_dump().values()) != 1:
            raise ValueError("a key does exactly one thing")
        return self


REPEAT = KeyChoice.model_validate({"repeat": True})


class NumberEntry(Part):
    """A number that callers enter with their keys, or say."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    offer: Spoken = Field(description='Completes "Shall I …?"')
    requests: tuple[Spoken, ...] = ()
    ask: Spoken
    done: Spoken = Field(description="Said when the number was taken.")
    min_digits: int = Field(1, ge=1, le=30)
    max_digits: int = Field(20, ge=1, le=30)
    is_secret: bool = Field(
        False, description="Card data and the like: not recorded, not read back, masked."
    )
    webhook: str | None = Field(
        None,
        pattern=r"^https?://",
        description='Gets the digits as JSON; may answer {"say": "…"} in place of `done`.',
    )

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.min_digits > self.max_digits:
            raise ValueError("min_digits is above max_digits")
        return self
