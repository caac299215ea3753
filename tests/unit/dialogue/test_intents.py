"""What short utterances ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.intents import Intent, agrees_or_refuses, recognise_intent

SAID = {
    Intent.YES: [
        "Yes.", "Yes, please.", "Yeah!", "Sure.", "Okay.", "That's right.", "Yes. Yes, right.",
        "Oh yes, exactly.", "Mm-hmm.", "Uh-huh.", "Yes I do.", "Please.", "Right, thank you.",
    ],
    Intent.NO: ["No.", "Nope.", "No, not really.", "No, no.", "Sorry, no.", "No, I don't."],
    Intent.DECLINE: [
        "No, thanks.", "No, thank you.", "No thank you very much.", "No, I'm good, thanks.",
        "Oh, no thanks.",
    ],
    Intent.GOODBYE: [
        "Goodbye.", "Bye-bye!", "Thank you, bye.", "That's all, thank you.", "No, that's all.",
        "Thanks a lot, have a nice day!", "That's all. Goodbye.", "Okay great, bye.",
        "Well, see you later.", "Perfect, that was all. Thank you very much, goodbye!",
        "I will call again, bye.", "You too, bye.", "No, nothing else, thanks.",
    ],
    Intent.THANKS: [
        "Thank you.", "Thanks a lot.", "Great, thank you so much, that was very helpful.",
        "Oh, thanks for the information!",
    ],
    Intent.REPEAT: [
        "Pardon?", "Sorry?", "What?", "Could you repeat that, please?", "What was that?",
        "Can you please say that again?", "Sorry, could you say that again?", "Once more, please.",
        "I didn't catch that, sorry.", "Huh?",
    ],
}  # fmt: skip
QUESTIONS = [
    "", "   ", "...", "No, I want a tandem.", "Yes, and where are you?", "What are your hours?",
    "Where can I buy a bike?", "Right now?", "Thanks, and the price?", "Hello.",
    "Sorry, I meant Saturday.", "Is it okay to bring my dog?", "I want to say goodbye to my bike",
    "What time do you close on Thursdays and can I come by without an appointment? Bye",
]  # fmt: skip


@pytest.mark.parametrize(
    ("intent", "text"), [(intent, text) for intent, texts in SAID.items() for text in texts]
)
def test_a_short_form_needs_no_model(intent: Intent, text: str) -> None:
    assert recognise_intent(text) is intent


@pytest.mark.parametrize("text", QUESTIONS)
def test_whatever_says_more_is_a_question(text: str) -> None:
    assert recognise_intent(text) is None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert recognise_intent(text) in (None, *Intent)


@given(st.lists(st.sampled_from(["bye", "no", "yes", "thank", "you", "so", "elephants"])))
def test_reading_takes_no_longer_than_its_words(words: list[str]) -> None:
    """Repeated words must not make the patterns go astray."""
    assert recognise_intent(" ".join([*words * 50, "elephants"])) is None or len(words) == 0


@pytest.mark.parametrize("intent", Intent)
def test_case_and_punctuation_do_not_matter(intent: Intent) -> None:
    for text in SAID[intent]:
        assert recognise_intent(f"  {text.upper()} !") is intent


@pytest.mark.parametrize(
    ("text", "agrees"),
    [
        ("Yes.", True),
        ("Yes, that's fine with me.", True),
        ("Oh sure, go ahead.", True),
        ("I don't mind.", True),
        ("No.", False),
        ("No, thank you.", False),
        ("No, I do not want that.", False),
        ("Please don't record me.", False),
        ("I'd rather not.", False),
        ("When are you open?", None),
        ("I know nobody there.", None),
        ("", None),
    ],
)
def test_an_answer_to_yes_or_no_may_go_on(text: str, agrees: bool | None) -> None:
    assert agrees_or_refuses(text) is agrees


@given(st.text())
def test_whoever_plainly_says_no_never_agrees(text: str) -> None:
    assert agrees_or_refuses(f"no {text}") is not True or "mind" in text.lower()
