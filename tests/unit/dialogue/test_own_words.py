import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.own_words import FEWEST_WORDS, are_own_words

STORY = (
    "Lakeside Bikes was opened by a young couple who had just come back from a long ride around "
    "the whole of the lake. They repaired the bicycles of their neighbours."
)
WORDS = STORY.split()


@pytest.mark.parametrize("heard", ["round the hole.", "opened by a young couple", "a long right"])
def test_what_comes_back_is_known_as_the_agents_own(heard: str) -> None:
    assert are_own_words(heard, STORY)


@pytest.mark.parametrize(
    "heard",
    [
        "Stop it, please.",
        "What does it cost?",
        "around the whole of the lake?",  # asks back
        "the lake",  # too little to tell
        "I have another question about my order.",
        "",
    ],
)
def test_what_the_caller_says_is_the_callers(heard: str) -> None:
    assert not are_own_words(heard, STORY)


@given(st.integers(0, len(WORDS) - 8), st.integers(FEWEST_WORDS, 8))
def test_any_stretch_of_the_sentence_that_is_spoken_is_known(first: int, count: int) -> None:
    assert are_own_words(" ".join(WORDS[first : first + count]), STORY)


@given(st.text(), st.text())
def test_any_texts_are_compared(heard: str, over: str) -> None:
    assert are_own_words(heard, over) in (True, False)
