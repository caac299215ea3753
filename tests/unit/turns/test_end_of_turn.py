"""How long a pause must be, by what was said before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.turns.end_of_turn import EndRules, end_silence_ms, is_complete

RULES = EndRules()


@pytest.mark.parametrize(
    "words",
    [
        "What are your opening hours?",
        "I would like to rent a bike.",
        "Yes.",
        "An operator, please.",
        "Goodbye!",
        "Do you rent tandems, too?",
        'He said "no."',
        "Where are you from?",
        "What can you do?",
        "Yes, it is.",
        "I do.",
        "What is your phone number?",
    ],
)
def test_a_sentence_that_lacks_nothing_is_complete(words: str) -> None:
    assert is_complete(words)


@pytest.mark.parametrize(
    "words",
    [
        "I would like to",
        "I would like to rent a bike and.",
        "My number is.",
        "What are your...",
        "Can I bring my bike on",
        "It is five five five, one.",
        "That is spelled M, E, Y.",
        "I would like to come in on.",
        "Do you have a?",
        "Um.",
        "So-",
        "",
    ],
)
def test_a_sentence_that_lacks_something_is_not(words: str) -> None:
    assert not is_complete(words)


def test_a_question_whose_answer_is_known_is_answered_soonest() -> None:
    question = "What are your opening hours?"
    assert end_silence_ms(question, RULES, is_answer_known=True) == RULES.answered_ms
    assert end_silence_ms(question, RULES, is_answer_known=False) == RULES.complete_ms


def test_what_was_no_word_ends_at_once() -> None:
    assert end_silence_ms("", RULES, is_answer_known=False) == RULES.nothing_said_ms


def test_what_the_recognizer_did_not_close_waits_a_little_longer() -> None:
    unclosed = "My daughter learned to ride a bicycle"
    silence_ms = end_silence_ms(unclosed, RULES, is_answer_known=False)
    assert RULES.complete_ms < silence_ms < RULES.incomplete_ms
    assert end_silence_ms(unclosed, RULES, is_answer_known=True) == RULES.answered_ms


def test_a_voice_that_is_kept_up_is_waited_for() -> None:
    said = "Please enter the number."
    silence_ms = end_silence_ms(said, RULES, is_answer_known=False, has_fallen=False)
    assert silence_ms == RULES.kept_up_ms > RULES.complete_ms
    known_ms = end_silence_ms(said, RULES, is_answer_known=True, has_fallen=False)
    assert known_ms == RULES.complete_ms > RULES.answered_ms


def test_a_question_may_end_on_a_high_note() -> None:
    for is_known in (True, False):
        high_ms, low_ms = (
            end_silence_ms("Are you open?", RULES, is_answer_known=is_known, has_fallen=fell)
            for fell in (False, True)
        )
        assert high_ms == low_ms


@given(st.text(max_size=60), st.booleans())
def test_a_voice_that_is_kept_up_never_ends_a_turn_sooner(words: str, known: bool) -> None:
    low_ms = end_silence_ms(words, RULES, is_answer_known=known)
    assert end_silence_ms(words, RULES, is_answer_known=known, has_fallen=False) >= low_ms


@given(st.text(max_size=60), st.booleans())
def test_words_that_lack_something_always_wait_longest(words: str, known: bool) -> None:
    silence_ms = end_silence_ms(words, RULES, is_answer_known=known)
    if words and not is_complete(words):
        assert silence_ms == RULES.incomplete_ms
    else:
        assert silence_ms <= RULES.unclosed_ms


@given(st.text(max_size=60))
def test_a_trailing_conjunction_always_leaves_it_open(words: str) -> None:
    assert not is_complete(f"{words} and")
    assert not is_complete(f"{words} and.")
