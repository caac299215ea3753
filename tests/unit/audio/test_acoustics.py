"""What a caller sounds like, frame by frame."""

from math import isclose, pi, sin

from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.acoustics import Acoustics, AcousticsMeter
from voicebot.audio.levels import SILENCE_DBFS

FRAME_MS = 20
FRAMES = st.lists(
    st.tuples(st.floats(-100.0, 0.0), st.booleans(), st.booleans()), min_size=1, max_size=100
)


def heard(frames: list[tuple[float, bool, bool]]) -> Acoustics:
    meter = AcousticsMeter()
    for level_dbfs, is_speech, agent_is_audible in frames:
        meter.receive(FRAME_MS, level_dbfs, is_speech=is_speech, agent_is_audible=agent_is_audible)
    return meter.measured()


def test_words_over_noise_have_a_ratio() -> None:
    measured = heard([(-50.0, False, False)] * 50 + [(-20.0, True, False)] * 50)
    assert isclose(measured.snr_db, 30.0)
    assert (measured.speech_ms, measured.noise_ms) == (1000, 1000)


def test_each_rise_and_fall_of_the_voice_is_a_syllable() -> None:
    # Four and a half vowels a second for two seconds.
    voice = [(-20.0 + 6.0 * sin(2 * pi * 4.5 * n * 0.02), True, False) for n in range(100)]
    assert 4.0 <= heard(voice).syllables_per_s <= 5.0


def test_a_steady_tone_has_one_syllable() -> None:
    assert isclose(heard([(-20.0, True, False)] * 100).syllables_per_s, 0.0)
    assert isclose(
        heard([(-60.0, False, False), *[(-20.0, True, False)] * 50]).syllables_per_s, 0.0
    )
    vowel = [(-60.0, False, False), *[(-20.0, True, False)] * 50, (-60.0, False, False)]
    assert isclose(heard(vowel).syllables_per_s, 1.0)


def test_what_is_said_over_the_agent_is_told() -> None:
    measured = heard([(-20.0, True, True)] * 10 + [(-20.0, True, False)] * 30)
    assert isclose(measured.overlap_share, 0.25)


def test_the_agents_own_echo_is_no_noise_of_the_line() -> None:
    measured = heard([(-30.0, False, True)] * 50 + [(-60.0, False, False)] * 50)
    assert isclose(measured.noise_dbfs, -60.0)


def test_nothing_heard_has_no_figures_that_could_mislead() -> None:
    assert AcousticsMeter().measured() == Acoustics(0, 0, SILENCE_DBFS, SILENCE_DBFS, 0.0, 0.0)


@given(FRAMES)
def test_figures_stay_within_what_was_heard(frames: list[tuple[float, bool, bool]]) -> None:
    measured = heard(frames)
    spoken = [level for level, is_speech, _ in frames if is_speech]
    assert measured.speech_ms == FRAME_MS * len(spoken)
    assert 0.0 <= measured.overlap_share <= 1.0
    if spoken:
        assert min(spoken) - 1e-6 <= measured.speech_dbfs <= max(spoken) + 1e-6
    # Two frames make a peak and its fall at the least.
    assert measured.syllables_per_s <= 1000 / FRAME_MS
