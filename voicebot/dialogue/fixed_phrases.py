"""Which sentences does the agent say word for word?

Each has a default that a business may replace. Those with a place to fill in are patterns.
"""

from typing import Self

from pydantic import model_validator

from voicebot.dialogue.business_parts import Part, Spoken

# What each pattern is filled in with.
PATTERNS: dict[str, tuple[str, ...]] = {
    "do_you_mean": ("topic",),
    "shall_i": ("offer",),
    "read_back": ("name", "number"),
    "call_back_at": ("number",),
    "call_back_then": ("number", "time"),
    "read_back_entry": ("keys",),
}


class Phrases(Part):
    """Fixed sentences; each has a default that a business may replace."""

    not_understood: Spoken = "Sorry, I did not catch that. Could you say it again?"
    unknown: Spoken = (
        "I am afraid I do not know that, and I would rather not guess. "
        "You can ask me something else."
    )
    do_you_mean: Spoken = "Do you mean {topic}?"
    welcome: Spoken = "You are welcome. Is there anything else you would like to know?"
    ask_again: Spoken = "All right. What would you like to know?"
    still_there_first: Spoken = "Are you still there?"
    still_there_second: Spoken = "I cannot hear you. Are you still on the line?"
    silent_farewell: Spoken = "I still cannot hear you, so I will hang up now. Goodbye."
    farewell: Spoken = "Thank you for calling. Goodbye."
    # To a caller who tells of something bad, where the model finds no words.
    sympathy: Spoken = "I am sorry to hear that."
    trouble: Spoken = "I am sorry, I cannot answer that right now. Please try something else."

    shall_i: Spoken = "Shall I {offer}?"
    one_moment: Spoken = "One moment, please."
    # While the answer is not there yet, one after the other; none: then nothing is said so early.
    fillers: tuple[Spoken, ...] = ("Let me see.", "Hm, let me think.", "Just a second.")
    connecting: Spoken = "One moment please, I will connect you."
    nobody_free: Spoken = (
        "I am sorry, nobody is free at the moment. "
        "Shall I take a message, or should somebody call you back?"
    )
    nobody_in: Spoken = (
        "I am sorry, nobody is in at the moment. "
        "Shall I take a message, or should somebody call you back?"
    )
    nobody_takes_calls: Spoken = "I am sorry, I cannot connect you at the moment."
    operator_keys: Spoken = "Press one to take the call, or two to decline."
    ask_name: Spoken = "May I have your name, please?"
    ask_number: Spoken = (
        "Which number can we reach you at? "
        "You can say it, or enter it with the keys, followed by the pound key."
    )
    ask_number_again: Spoken = (
        "Sorry, I did not get that number. "
        "Please enter it with the keys, followed by the pound key."
    )
    read_back: Spoken = "That is {name}, at {number}. Is that right?"
    call_back_at: Spoken = "Shall we call you back at {number}?"
    # Behind it, where the service rings by itself; and when the caller has named a time.
    or_when: Spoken = "You can also tell me a day and a time."
    call_back_then: Spoken = "Shall we call you back at {number}, {time}?"
    ask_message: Spoken = "Please say your message now."
    message_taken: Spoken = "Thank you. I have noted your message and will pass it on. "
    callback_booked: Spoken = "Good. Somebody will call you back at that number."
    time_refused: Spoken = "I am sorry, we cannot call you at that time."
    number_refused: Spoken = "I am sorry, that is a number that we cannot call back."
    anything_else: Spoken = "Is there anything else I can do for you?"
    not_kept: Spoken = "I am sorry, I cannot write that down right now. Please call again later."
    read_back_entry: Spoken = "You entered {keys}. Is that right?"
    recording_paused: Spoken = "I have paused the recording."
    ask_consent: Spoken = "May I record this call?"
    consent_given: Spoken = "Thank you. How can I help you?"
    consent_refused: Spoken = "All right, this call is not recorded. How can I help you?"

    @model_validator(mode="after")
    def _patterns_are_filled_in(self) -> Self:
        for name, places in PATTERNS.items():
            pattern: str = getattr(self, name)
            try:
                filled = [pattern.format(**dict.fromkeys(places, mark)) for mark in "?!"]
            except (LookupError, ValueError, AttributeError) as error:
                wanted = " and ".join(f"{{{place}}}" for place in places)
                raise ValueError(f"{name}: {wanted} is all there is to fill in") from error
            missing = [place for place in places if f"{{{place}}}" not in pattern]
            if missing or filled[0] == filled[1]:
                raise ValueError(f"{name} must contain {{{missing[0] if missing else places[0]}}}")
        return self
