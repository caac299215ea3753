"""The businesses whose callers the tests are: the demo's, with people, a clinic, and a garage."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from voicebot.settings import PROJECT_DIR

SHOP, CALENDAR, CLINIC, GARAGE = "1000", "1001", "1002", "1003"
PARKING = "There is free parking in the yard behind the building, for two hours."
ALWAYS = {
    "time_zone": "UTC",
    "week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}
# Those of the demo's facts that the shop has: what is never asked need not be made into speech.
FACTS = ("opening-hours", "address", "parking", "tune-up-price", "payment", "machine")
NEVER = {"time_zone": "UTC", "week": {"mon": []}}


def shop(webhook: str) -> dict[str, Any]:
    """The demo's business with operators who are there at any hour, and one who never is."""
    demo: dict[str, Any] = yaml.safe_load(
        (PROJECT_DIR / "config" / "lakeside_bikes.yaml").read_text()
    )
    [workshop] = demo["transfers"]
    return demo | {
        "dids": [SHOP, CALENDAR],
        "agents": {CALENDAR: "voicebot.examples.appointments:AppointmentAgent"},
        "notify": {"webhook": webhook},
        "facts": [fact for fact in demo["facts"] if fact["id"] in FACTS],
        "menu": demo["menu"] | {"0": {"transfer": "attic"}},
        "operators": [*demo["operators"], *({"id": name, "name": name} for name in ("kim", "lee"))],
        "transfers": [
            workshop | {"hours": ALWAYS, "operators": ["maria"], "ring_s": 20, "wait_s": 40},
            {
                "id": "office",
                "topic": "our office",
                "operators": ["kim"],
                "hours": ALWAYS,
                "ring_s": 5,
                "wait_s": 5,
                "requests": ["Connect me with the office, please.", "Can I talk to the office?"],
            },
            {
                "id": "sales",
                "topic": "our sales department",
                "operators": ["joan"],
                "hours": ALWAYS,
                "ring_s": 5,
                "wait_s": 5,
                "requests": ["Connect me with the sales department, please."],
            },
            {
                "id": "delivery",
                "topic": "our delivery department",
                "operators": ["joan"],
                "hours": ALWAYS,
                "requests": ["Connect me with the delivery department, please."],
            },
            {
                "id": "director",
                "topic": "our director",
                "operators": ["joan"],
                "hours": NEVER,
                "requests": ["Connect me with the director, please."],
            },
            # Whose only operator has no phone.
            {"id": "attic", "topic": "the attic", "operators": ["lee"], "hours": ALWAYS},
        ],
    }


def clinic() -> dict[str, Any]:
    """Asks whether it may record, and takes card data."""
    return {
        "name": "Harbor Clinic",
        "dids": [CLINIC],
        "persona": "You are the telephone assistant of a clinic.",
        "greeting": "You are speaking with a machine.",
        "recording": {"enabled": True, "asks_consent": True},
        "facts": [
            {
                "id": "doctor",
                "topic": "the doctor",
                "answer": "The doctor is in on Mondays and on Fridays.",
                "questions": ["When is the doctor in?", "Which days is the doctor there?"],
            }
        ],
        "menu": {"5": {"entry": "card"}},
        "entries": [
            {
                "id": "card",
                "offer": "take down your card number",
                "ask": "Please enter your card number, followed by the pound key.",
                "done": "Thank you. Your card was noted.",
                "min_digits": 12,
                "max_digits": 19,
                "is_secret": True,
            }
        ],
    }


def garage(parking: str) -> dict[str, Any]:
    """Changes what it says."""
    return {
        "name": "Garage",
        "dids": [GARAGE],
        "persona": "You are the telephone assistant of a garage.",
        "greeting": "You are speaking with a machine.",
        # Callers wait here until a change is in force.
        "silence": {"patience_s": 60},
        "facts": [
            {
                "id": "parking",
                "topic": "parking",
                "answer": parking,
                "questions": ["Where can I park?", "Is there parking?"],
            }
        ],
    }


def write(directory: Path, businesses: Mapping[str, Mapping[str, Any]]) -> None:
    """Each in a file of its own, in place of what was there."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, business in businesses.items():
        draft = directory / f"{name}.draft"
        draft.write_text(yaml.safe_dump(dict(business), sort_keys=False, allow_unicode=True))
        draft.replace(directory / f"{name}.yaml")
