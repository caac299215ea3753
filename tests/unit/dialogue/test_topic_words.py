"""Which words of a sentence carry a topic."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.topic_words import stems, topic_words, without


def test_forms_of_one_word_have_one_stem() -> None:
    assert len({stems(word) for word in ("rent", "rents", "renting", "rental")}) == 1


def test_words_that_any_caller_uses_carry_no_topic() -> None:
    assert stems("Could you please tell me how to get some help today?") == frozenset()


def test_an_e_bike_is_no_bike() -> None:
    assert not stems("e-bike") & stems("bike")


def test_topic_words_stand_as_they_were_said() -> None:
    assert topic_words("Where can I park my Boat, my boat?") == ("park", "Boat", "boat")


def test_a_word_is_taken_out_alone() -> None:
    assert without("A boat for the boats", "boat") == "A for the boats"


@given(st.text())
def test_what_carries_a_topic_is_in_the_sentence(text: str) -> None:
    for word in topic_words(text):
        assert word in text
        assert stems(word) <= stems(text) or "'" in word or "-" in word
