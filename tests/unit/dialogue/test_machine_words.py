"""What machines say, and what people say who pick up."""

import pytest

from voicebot.dialogue.machine_words import sounds_like_a_machine


@pytest.mark.parametrize(
    "said",
    [
        "Please leave your message after the tone.",
        "Hi, this is Bob, leave me a message and I'll call you back.",
        "You have reached the voicemail of Jane Doe.",
        "please leave a detailed message at the beep",
        "The person you are trying to reach is not available.",
        "The number you have dialed is not in service.",
        "I can't come to the phone right now.",
        "I cannot come to the phone right now",
        "Record your message at the tone. When you are finished, hang up.",
        "this mailbox is full",
    ],
)
def test_a_machine_is_known_by_its_words(said: str) -> None:
    assert sounds_like_a_machine(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Hello?",
        "Yes, who is this?",
        "Good morning, you have reached Miller's garage, how can I help you?",
        "He is not available at the moment.",
        "Can I leave him a note?",
        "I got your message, thank you.",
        "This is Jane speaking.",
    ],
)
def test_people_are_not_taken_for_machines(said: str) -> None:
    assert not sounds_like_a_machine(said)


def test_a_business_names_the_words_of_its_own_language() -> None:
    said = "Bitte sprechen Sie nach dem Signalton."
    assert not sounds_like_a_machine(said)
    assert sounds_like_a_machine(said, ("nach dem Signalton",))
    assert not sounds_like_a_machine(said, ("", " "))
