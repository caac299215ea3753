"""What the business file may say about calls that we place."""

import pytest
from pydantic import ValidationError

from voicebot.calls.model import Direction
from voicebot.dialogue.business import Business
from voicebot.dialogue.outbound import OnMachine

GREETING = "This is the machine of the shop."


def business(outbound: dict[str, object] | None, **changes: object) -> Business:
    return Business.model_validate(
        {
            "name": "Shop",
            "dids": ["+12025550100"],
            "persona": "You help.",
            "greeting": "You speak with a machine.",
            "outbound": None if outbound is None else {"greeting": GREETING, **outbound},
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("outbound", "complaint"),
    [
        ({"greeting": "Hello, this is the shop."}, "machine speaks"),
        ({"greeting": "A machine is calling you."}, "who calls"),
        ({"machine": "message"}, "belong together"),
        ({"machine_message": "The machine of the shop called."}, "belong together"),
        ({"machine": "message", "machine_message": "Call us."}, "who calls"),
        ({"countries": ["XX"]}, "no country"),
        ({"prefixes": ["0049"]}, "plus sign"),
        ({"agents": {"Not A Name": "a:B"}}, "no name"),
        ({"max_per_minute": 0}, "max_per_minute"),
    ],
)
def test_what_could_not_be_followed_is_refused(outbound: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        business(outbound)


def test_a_placed_call_begins_with_its_own_words_and_the_announcement() -> None:
    recording = {"enabled": True, "announcement": "This call is recorded."}
    shop = business({}, recording=recording)
    assert shop.opening_of(Direction.OUTBOUND) == f"This call is recorded. {GREETING}"
    assert shop.opening_of(Direction.INBOUND) == shop.opening


def test_a_business_that_rings_nobody_has_one_opening() -> None:
    shop = business(None)
    assert shop.opening_of(Direction.OUTBOUND) == shop.opening


def test_what_is_said_on_placed_calls_is_made_into_speech_beforehand() -> None:
    message = "The machine of the shop called."
    shop = business({"machine": "message", "machine_message": message})
    assert shop.outbound is not None
    assert shop.outbound.machine is OnMachine.MESSAGE
    assert {GREETING, message, "Hello?"} <= set(shop.standard_texts)
