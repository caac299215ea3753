"""How does a business ring back, and what is said then?

The part of a business file about callbacks that the service dials by itself. Without it, people
work through the list (`voicebot callbacks list`).
"""

from pydantic import Field

from voicebot.calls.model import CallbackReason
from voicebot.dialogue.business_parts import Part, Spoken


class Callbacks(Part):
    """Callers who are owed a call; whom and when else is said in `outbound`."""

    requested: Spoken = Field(
        "You asked us to call you back.", description="Said behind outbound.greeting."
    )
    missed: Spoken = "You called us, and nobody could take your call. I am sorry about that."
    dropped: Spoken = "We were cut off just now. I am sorry about that."
    press_one: Spoken = Field(
        "Please press one, or say yes, to be connected. To hear no more of us, press two.",
        description="Nobody is connected without it: it may be a machine, or another person.",
    )
    connected: Spoken = "Thank you. How can I help you?"
    resumed: Spoken = Field(
        "Thank you. Let us go on where we were.", description="To whoever was cut off."
    )
    declined: Spoken = "All right. We will not call you again about this. Goodbye."
    within_hours: bool = Field(True, description="Rings while the business is open, only.")
    rings_on_holidays: bool = Field(False, description="Public ones of the number's country.")
    max_attempts: int = Field(4, ge=1, le=20)
    busy_again_s: int = Field(180, ge=30, le=86_400, description="Doubled with each attempt.")
    no_answer_again_s: int = Field(900, ge=30, le=86_400)
    machine_again_s: int = Field(3_600, ge=30, le=86_400)
    expires_after_h: int = Field(72, ge=1, le=336, description="Or when its window is over.")
    webhook: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Is told how each ended; a text message to the caller begins here.",
    )

    def opening_after(self, greeting: str, reason: CallbackReason) -> str:
        """The first words: who calls, why, and what to do about it."""
        because = {
            CallbackReason.REQUESTED: self.requested,
            CallbackReason.MISSED: self.missed,
            CallbackReason.BROKEN: self.dropped,
        }
        return f"{greeting} {because[reason]} {self.press_one}"

    def welcome(self, reason: CallbackReason) -> str:
        """The first words to whoever wants to talk."""
        return self.resumed if reason is CallbackReason.BROKEN else self.connected

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said word for word."""
        return (
            self.requested,
            self.missed,
            self.dropped,
            self.press_one,
            self.connected,
            self.resumed,
            self.declined,
        )
