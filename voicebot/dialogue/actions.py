"""What can an agent do beside talking, and what do callers say who want it?

Each action is found like a fact: by the meaning of its requests. What is only nearly meant,
or the model's idea, is asked about first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.dialogue.business import Business

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
    "Can I talk to a person?",
    "I want to speak to a human.",
    "Let me talk to a real person.",
    "Connect me with an operator.",
    "Can I speak to somebody who works there?",
    "Please put me through to someone.",
    "I would like to talk to an agent.",
    "Give me a real human being.",
    "Transfer me to a representative.",
)
_MESSAGE_REQUESTS = (
    "Can I leave a message?",
    "I would like to leave a message.",
    "Please take a message.",
    "Can you pass on a message?",
    "Tell them something from me.",
)
_PAUSE_REQUESTS = (
    "I want to pay with my card.",
    "I will give you my credit card number.",
    "Can I give you my card number?",
    "Here is my credit card number.",
    "Please stop the recording.",
    "Do not record this.",
)
_CALLBACK_REQUESTS = (
    "Can somebody call me back?",
    "Please call me back.",
    "I would like a callback.",
    "Could someone ring me back later?",
    "Ask them to return my call.",
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
