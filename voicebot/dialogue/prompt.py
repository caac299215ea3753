"""What is the language model told?

A constant beginning, so that every call shares its prefix in the model's cache,
then the last exchanges as the caller heard them. Old ones are dropped in blocks,
so that the prefix does not change with every turn of a long call.
"""

from collections.abc import Sequence

from voicebot.dialogue.actions import Action
from voicebot.dialogue.business import Business
from voicebot.dialogue.history import Exchange
from voicebot.dialogue.phrases import split

MAX_EXCHANGES = 8
DROPPED_AT_ONCE = 4
# One or two short spoken sentences.
MAX_TOKENS = 32
TEMPERATURE = 0.0

_RULES = (
    "You are speaking on the telephone. Reply with one short, friendly sentence. "
    "Never mention prices, times, dates, addresses, names or products. "
    "If you do not know something, say that you are not sure."
)
# A small model follows examples where it ignores rules. Part of the prefix that every call shares.
_EXAMPLES = (
    ("Hello, can you hear me?", "Hello! How can I help you?"),
    ("Who won the football game?", "I'm not sure about that."),
    ("I spent a nice afternoon outside.", "That sounds lovely!"),
    ("I had a bad day.", "I'm sorry to hear that."),
    ("How are you doing?", "I'm fine, thank you. How are you?"),
    ("Do you sell airplanes?", "I'm not sure about that."),
    ("My daughter passed her exam.", "That's wonderful!"),
)


def messages_for(
    business: Business,
    history: Sequence[Exchange],
    heard: str,
    actions: Sequence[Action] = (),
) -> list[dict[str, str]]:
    """The messages of a chat completion: system, history, and what the caller just said."""
    return [*messages_before(business, history, actions), {"role": "user", "content": heard}]


def messages_before(
    business: Business, history: Sequence[Exchange], actions: Sequence[Action] = ()
) -> list[dict[str, str]]:
    """All of them but what the caller just said."""
    messages = beginning(business, actions)
    for exchange in recent(history):
        if exchange.heard:
            messages.append({"role": "user", "content": exchange.heard})
        if exchange.said:
            # The beginning shows what it was about; reading all of a long answer takes half a
            # second on two cores (2026-11).
            messages.append({"role": "assistant", "content": split(exchange.said)[0]})
    return messages


def beginning(business: Business, actions: Sequence[Action] = ()) -> list[dict[str, str]]:
    """What every prompt of this business begins with; `actions`: what the model may propose."""
    rules = [business.persona, _RULES]
    if actions:
        listed = "; ".join(f"{action.id} to {action.offer}" for action in actions)
        rules.append(f"If the caller wants one of these, reply with its name alone: {listed}.")
    messages = [{"role": "system", "content": " ".join(rules)}]
    for asked, answered in _EXAMPLES:
        messages.append({"role": "user", "content": asked})
        messages.append({"role": "assistant", "content": answered})
    return messages


def grammar_for(actions: Sequence[Action]) -> str:
    """GBNF: a sentence, or the id of one of these actions and nothing else."""
    choices = " | ".join(f'"{action.id}"' for action in actions)
    # A sentence cannot begin with the mark of an action.
    sentence = "sentence ::= [A-Z] [^@\\n]*"
    return (
        f"root ::= {choices} | sentence\n{sentence}\n"
        if choices
        else f"root ::= sentence\n{sentence}\n"
    )


def recent(history: Sequence[Exchange]) -> Sequence[Exchange]:
    """The exchanges that still fit; whole blocks of old ones are left out."""
    excess = max(0, len(history) - MAX_EXCHANGES)
    blocks = -(-excess // DROPPED_AT_ONCE)
    return history[blocks * DROPPED_AT_ONCE :]
