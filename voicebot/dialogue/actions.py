"""What can an agent do beside talking, and what do callers say who want it?

Each action is found like a fact: by the meaning of its requests. What is only nearly meant,
or the model's idea, is asked about first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.dialogue.business import Business
from voicebot.dialogue.intents import Intent, recognise_intent

# Marks an action among the ids of facts, which cannot contain it.
ACTION_MARK = "@"
TRANSFER_PREFIX = "transfer-"
ENTRY_PREFIX = "entry-"


@dataclass(frozen=True, slots=True)
class Action:
    """Something to be done for the caller."""

    name: str
    offer: str  # completes "Shall I …?"
    requests: tuple[str, ...]

    @property
    def id(self) -> str:
        """As it stands among the ids of facts."""
        return f"{ACTION_MARK}{self.name}"


OPERATOR = "operator"
MESSAGE = "message"
CALLBACK = "callback"
PAUSE_RECORDING = "pause-recording"

_OPERATOR_REQUESTS = (
    "Operator.",
    "A human, please.",
    "Can I talk to a person?",
    "I want to speak to a human.",
    "Please get me somebody to talk to.",
    "I would rather talk to a person.",
    "Let me talk to a real person.",
    "Connect me with an operator.",
    "I want to talk with an operator.",
    "Can I speak to somebody who works there?",
    "Can I talk to a member of your staff?",
    "Let me speak with one of your colleagues.",
    "Can I speak to the manager?",
    "Is there anybody I can speak with?",
    "Please put me through to someone.",
    "Can you transfer me to someone?",
    "Please transfer me.",
    "I would like to talk to an agent.",
    "Give me a live agent.",
    "I do not want to speak with a machine.",
    "I do not want to speak with a robot.",
    "Give me a real human being.",
    "Give me customer service.",
    "Transfer me to a representative.",
)
_MESSAGE_REQUESTS = (
    "Can I leave a message?",
    "I would like to leave a message.",
    "I will leave a message.",
    "I have a message for somebody.",
    "Please take a message.",
    "Can you pass on a message?",
    "Please give somebody a message from me.",
    "I want to send a message to someone there.",
    "Can I leave a voice message?",
    "I want to speak on the voicemail.",
    "Can I leave a note?",
    "Can you write this down for somebody?",
    "Please note something down.",
    "Can you let somebody know something?",
    "Tell them that I called.",
)
_PAUSE_REQUESTS = (
    "I want to pay with my card.",
    "Can I pay with my card now, over the phone?",
    "I will give you my credit card number.",
    "Can I give you my card number?",
    "Can you take my credit card details?",
    "I will read out my credit card number.",
    "Here is my credit card number.",
    "I want you to charge my credit card.",
    "Please stop the recording.",
    "Can you turn the recording off?",
    "Switch off the recording for a moment.",
    "Pause the recording, please.",
    "Do not record this.",
    "I do not want this to be recorded.",
)
_CALLBACK_REQUESTS = (
    "Can somebody call me back?",
    "Please call me back.",
    "I want somebody to call me back.",
    "I would like a callback.",
    "I want to request a callback.",
    "Could someone ring me back later?",
    "Somebody should phone me later.",
    "Please have someone phone me.",
    "Ask somebody to call me.",
    "Call me back when someone is free.",
    "Can you call me back at this number?",
    "Can you get back to me later?",
    "Ask them to return my call.",
    "Tell them to call me back.",
)


def actions_of(business: Business) -> tuple[Action, ...]:
    """What callers of this business may ask for."""
    actions = [
        Action(
            f"{TRANSFER_PREFIX}{transfer.id}",
            f"connect you with {transfer.topic}",
            transfer.requests,
        )
        for transfer in business.transfers
    ]
    if business.operator is not None:
        topic = business.transfer(business.operator).topic
        actions.append(Action(OPERATOR, f"connect you with {topic}", _OPERATOR_REQUESTS))
    actions += [
        Action(f"{ENTRY_PREFIX}{entry.id}", entry.offer, entry.requests)
        for entry in business.entries
    ]
    if business.takes_messages:
        actions.append(Action(MESSAGE, "take a message", _MESSAGE_REQUESTS))
        actions.append(Action(CALLBACK, "have somebody call you back", _CALLBACK_REQUESTS))
    if business.recording.enabled:
        actions.append(Action(PAUSE_RECORDING, "pause the recording", _PAUSE_REQUESTS))
    return tuple(actions)


def action_of(actions: Sequence[Action], found_id: str) -> Action | None:
    """The action that was found among facts and actions; None: it is a fact."""
    return next((action for action in actions if action.id == found_id), None)


_CALLBACK_WORDS = re.compile(r"\b(call|ring|phone)(ed|ing)?\b.*\bback\b|\bcall ?back\b")


def chosen_instead(heard: str) -> str | None:
    """What a caller wants whom nobody could take: a message or a callback; None: neither."""
    words = heard.lower()
    if "message" in words:
        return MESSAGE
    if _CALLBACK_WORDS.search(words):
        return CALLBACK
    return MESSAGE if recognise_intent(heard) is Intent.YES else None
