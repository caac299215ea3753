"""What is speakable when nothing else is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode, encode
from voicebot.inference.spare_speech import SpareSpeech, converted
from voicebot.inference.speech_store import SpokenPhrase

PHRASE = SpokenPhrase("Sorry.", "en", "", "ulaw")


def tone(encoding: Encoding) -> bytes:
    at_s = np.arange(encoding.rate_hz // 10) / encoding.rate_hz
    return encode((8_000 * np.sin(2 * np.pi * 440 * at_s)).astype(np.int16), encoding)


@pytest.mark.parametrize("wanted", Encoding)
@pytest.mark.parametrize("given_encoding", Encoding)
def test_speech_sounds_the_same_in_every_encoding(
    given_encoding: Encoding, wanted: Encoding
) -> None:
    found = converted(tone(given_encoding), given_encoding, wanted)
    assert wanted.duration_ms(found) == 100
    difference = decode(found, wanted).astype(int) - decode(tone(wanted), wanted)
    # At the very end there is nothing left to draw a line to.
    assert np.abs(difference[:-2]).max() < 800


def test_a_phrase_is_found_in_whatever_encoding_it_was_kept() -> None:
    spare = SpareSpeech()
    spare.keep(PHRASE, tone(Encoding.ULAW))
    assert spare.find(PHRASE) == tone(Encoding.ULAW)
    assert spare.find(replace(PHRASE, encoding="slin16")) is not None
    assert spare.find(replace(PHRASE, voice="anna")) is None
    assert spare.find(replace(PHRASE, text="Other.")) is None


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.binary(max_size=40)), max_size=40))
def test_it_never_outgrows_its_bound_and_what_is_in_stays_in(
    kept: list[tuple[str, bytes]],
) -> None:
    spare = SpareSpeech(max_bytes=100)
    first: dict[str, bytes] = {}
    for text, audio in kept:
        phrase = replace(PHRASE, text=text)
        spare.keep(phrase, audio)
        found = spare.find(phrase)
        if found is not None:
            first.setdefault(text, found)
    assert sum(map(len, first.values())) <= 100
    for text, audio in first.items():
        assert spare.find(replace(PHRASE, text=text)) == audio
