"""One verdict for the sound of many calls."""

import asyncio

import numpy as np
import pytest

from tests.polling import tasks_until
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import encode
from voicebot.media.voice_judge import (
    CONTEXT,
    WINDOW,
    Floats,
    JudgedVoiceDetector,
    VoiceJudge,
    silero,
)

RATE_HZ = 8_000
LOUD = encode(np.full(160, 8_000, np.int16), Encoding.ULAW)
QUIET = Encoding.ULAW.silence_frame


class LoudIsVoice:
    """A network of one neuron, which also counts the windows of each call in its state."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(self, windows: Floats, states: Floats) -> tuple[Floats, Floats]:
        assert windows.shape == (len(windows), CONTEXT + WINDOW)
        assert states.shape == (2, len(windows), 128)
        self.batches.append(len(windows))
        return np.abs(windows).max(axis=1).clip(0, 0.2) * 4, states + 1


async def all_judged(judge: VoiceJudge) -> None:
    await tasks_until(lambda: not judge.is_busy, "all is judged")


async def test_calls_that_are_heard_together_are_judged_in_one_run() -> None:
    network = LoudIsVoice()
    judge = VoiceJudge(network)
    loud, quiet = judge.listen(Encoding.ULAW), judge.listen(Encoding.ULAW)
    for _ in range(2):
        loud.receive(LOUD)
        quiet.receive(QUIET)
    await all_judged(judge)
    assert network.batches == [2]
    assert (loud.is_voice, quiet.is_voice) == (True, False)


async def test_each_call_keeps_its_own_state_and_its_windows_their_order() -> None:
    network = LoudIsVoice()
    judge = VoiceJudge(network)
    held_up, other = judge.listen(Encoding.ULAW), judge.listen(Encoding.ULAW)
    other.receive(LOUD + LOUD)
    for frame in (LOUD, LOUD, *[QUIET] * 14):
        held_up.receive(frame)
    await all_judged(judge)
    assert network.batches == [2, *[1] * 9]
    assert (held_up.is_voice, other.is_voice) == (False, True)


async def test_a_voice_is_remembered_through_a_stop_consonant_and_no_longer() -> None:
    judge = VoiceJudge(LoudIsVoice())
    voice = judge.listen(Encoding.ULAW)
    heard = []
    for frame in (*[LOUD] * 8, *[QUIET] * 16):
        voice.receive(frame)
        await all_judged(judge)
        heard.append(voice.is_voice)
    assert heard[7:12] == [True] * 5
    assert not heard[-1]


@pytest.mark.parametrize("encoding", Encoding)
async def test_silero_knows_a_hiss_from_nothing_and_takes_neither_for_a_voice(
    encoding: Encoding,
) -> None:
    detector = JudgedVoiceDetector(VoiceJudge(silero()), encoding)
    noise = np.random.default_rng(1)
    for _ in range(40):
        samples = noise.normal(0, 2_000, encoding.rate_hz // 50).clip(-30_000, 30_000)
        detector.is_speech(encode(samples.astype(np.int16), encoding))
        await asyncio.sleep(0)
    assert not detector.is_voice
