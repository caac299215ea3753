"""A small business to hold conversations with, for tests."""

import copy
from typing import Any

from voicebot.dialogue.business import Business

ADDRESS = "We are at forty two Harbor Street."
REPAIRS = "Most repairs are done within two days. A flat tire we fix while you wait."
# A business file as YAML would give it; copy before changing.
CONTENT: dict[str, Any] = {
    "name": "Lakeside Bikes",
    "dids": ["1000"],
    "persona": "You are the assistant of a bicycle shop.",
    "greeting": "Hello, you are speaking with a machine.",
    "words": ["tandem", "Harbor Street"],
    "hours": {
        "time_zone": "America/Chicago",
        "week": {"mon": ["10:00-18:00"], "sat": ["09:00-12:00", "13:00-24:00"]},
        "closed_on": ["2026-12-26"],
    },
    "operators": [{"id": "maria", "name": "Maria"}, {"id": "joan", "name": "Joan"}],
    "transfers": [
        {
            "id": "workshop",
            "topic": "a mechanic",
            "requests": ["Can I talk to a mechanic?"],
            "operators": ["maria", "joan"],
        }
    ],
    "operator": "workshop",
    "facts": [
        {
            "id": "address",
            "topic": "our address",
            "questions": ["Where are you?", "What is your address?"],
            "answer": ADDRESS,
        },
        {
            "id": "repairs",
            "topic": "how long a repair takes",
            "questions": ["How long does a repair take?"],
            "answer": REPAIRS,
        },
        {
            "id": "open-now",
            "topic": "whether we are open",
            "questions": ["Are you open now?"],
            "when_open": "Yes, we are open right now.",
            "when_closed": "No, the shop is closed at the moment.",
        },
    ],
}


def content(**changes: Any) -> dict[str, Any]:
    """The file's content, with top-level keys replaced; a key set to ... is left out."""
    changed = copy.deepcopy(CONTENT) | changes
    return {key: value for key, value in changed.items() if value is not ...}


def a_business(**changes: Any) -> Business:
    return Business.model_validate(content(**changes))
