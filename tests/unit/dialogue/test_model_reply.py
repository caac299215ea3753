"""Which words of the model's are said, and how soon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from voicebot.calls.model import AnswerSource
from voicebot.dialogue.model_reply import ModelReply

BUSINESS = a_business()
UNKNOWN = BUSINESS.phrases.unknown
PHRASES = (
    "I am sorry to hear that,", "It costs five dollars.", "That sounds lovely!", "Okay,",
    "how can I help you?", "Thank you for asking,", "and we are open until six.", "Peter is here.",
    "when you ride your bike,", "what else can I do?", "Have a nice day",
)  # fmt: skip


def said_of(*phrases: str, heard: str = "I swam.") -> list[list[str]]:
    """What is said at each phrase, and at the end."""
    reply, said = ModelReply(BUSINESS, heard), []
    for phrase in phrases:
        said.append([say.text for say in reply.receive(phrase)])
        if reply.is_withheld:
            break
    return [*said, [say.text for say in reply.finish()]]


def test_a_kind_sentence_is_said_and_not_repeated() -> None:
    kind = "That sounds lovely!"
    assert said_of(kind, kind) == [[kind], [], []]


def test_a_fact_is_withheld_and_the_business_says_that_it_does_not_know() -> None:
    assert said_of("It costs five dollars.") == [[], [UNKNOWN]]


def test_what_the_business_is_named_and_sells_may_be_asked_about() -> None:
    asked = "Are you asking about the Tandem?"
    assert said_of(asked) == [[asked], []]
    assert said_of("Are you asking about the Unicycle?") == [[], [UNKNOWN]]


def test_a_clause_that_may_stand_alone_is_said_at_once() -> None:
    sorry, asks = "I am sorry to hear that,", "how can I help you?"
    assert said_of(sorry, asks) == [[sorry], [asks], []]


def test_a_clause_that_may_not_stand_alone_waits_for_its_sentence() -> None:
    """It would agree to something, unless a question follows."""
    first, second = "Okay, sounds good,", "how can I help you?"
    wish = "I would like to order a bike."
    assert said_of(first, second, heard=wish) == [[], [f"{first} {second}"], []]
    assert said_of(first, heard=wish) == [[], [UNKNOWN]]


def test_a_sentence_is_judged_whole_whatever_of_it_was_said() -> None:
    """Behind the comma a name looks like a sentence's first word."""
    assert said_of("I am sorry to hear that,", "Peter said.") == [
        ["I am sorry to hear that,"],
        [],
        [UNKNOWN],
    ]


def test_after_a_whole_sentence_the_rest_is_left_out_in_silence() -> None:
    kind = "That sounds lovely!"
    assert said_of(kind, "It costs five dollars.") == [[kind], [], []]


def test_a_reply_without_words_is_answered_all_the_same() -> None:
    assert said_of() == [[UNKNOWN]]


@pytest.mark.parametrize("heard", ["Can I book a repair?", "Is it open?"])
def test_no_clause_agrees_to_what_only_the_business_can(heard: str) -> None:
    assert said_of("Sure,", "how can I help you?", heard=heard)[0] == []


@given(st.lists(st.sampled_from(PHRASES), max_size=5))
def test_whoever_asks_is_answered_in_the_models_order_or_told(phrases: list[str]) -> None:
    reply = ModelReply(BUSINESS, "I swam.")
    says = []
    for phrase in phrases:
        says += reply.receive(phrase)
        if reply.is_withheld:
            break
    says += reply.finish()
    assert says
    words = " ".join(say.text for say in says if say.source is AnswerSource.MODEL)
    assert " ".join(phrases).startswith(words)
    assert "five dollars" not in words
