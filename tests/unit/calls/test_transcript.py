"""What of a call's words may be kept?"""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.transcript import SpokenLine, SpokenWord, masked
from voicebot.dialogue.masking import MASK


def line(*words: str) -> SpokenLine:
    spoken = tuple(SpokenWord(word, n * 300, n * 300 + 200, 0.9) for n, word in enumerate(words))
    return SpokenLine("caller", 0, len(words) * 300, " ".join(words), spoken)


def test_a_line_without_a_card_number_stays_as_it_is() -> None:
    said = line("My", "number", "is", "555", "0123.")
    assert masked(said) == said


def test_a_card_number_goes_with_its_words_one_by_one() -> None:
    kept = masked(line("It", "is", "4242", "4242", "4242", "4242."))
    assert kept.text == f"It is {MASK}."
    assert kept.words == ()
    assert (kept.start_ms, kept.end_ms, kept.speaker) == (0, 1_800, "caller")


@given(st.lists(st.sampled_from(["4242", "one", "yes", "0000", "4"]), min_size=1, max_size=12))
def test_what_was_masked_once_stays_so(words: list[str]) -> None:
    kept = masked(line(*words))
    assert masked(kept) == kept
    assert not kept.words or kept.text == " ".join(word.text for word in kept.words)
