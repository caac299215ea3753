"""What two ways of hearing the same recordings amount to."""

from pathlib import Path

from voicebot.caller.bench_asr import HeardBothWays, asr_figures
from voicebot.caller.comparing import FULL, LIVE, Compared, Hearing
from voicebot.caller.recordings import HumanRecording


def heard(live: str, full: str, *, again: str = "") -> HeardBothWays:
    recording = HumanRecording("one", Path("one.wav"), "Please press one or two.")
    ways = {LIVE: Hearing(live, 80.0, again), FULL: Hearing(full, 320.0, "")}
    return HeardBothWays(recording, Compared(ways, ()))


def test_both_ways_are_held_to_the_same_words() -> None:
    right, wrong = "please press 1 or 2", "please press 1 or"
    figures = asr_figures([heard(right, right), heard(wrong, right, again="digits")])
    assert (figures.live.errors.wrong, figures.full.errors.wrong) == (1, 0)
    assert figures.live.errors.words == 10
    assert figures.points == 10.0
    assert figures.time_share == 0.25
    assert figures.heard_again == (("digits", 1),)


def test_the_live_path_may_be_the_better_one() -> None:
    assert asr_figures([heard("please press 1 or 2", "please press")]).points < 0
