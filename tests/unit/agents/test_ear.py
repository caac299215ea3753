"""Which audio belongs to an utterance."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.media_link import QUIET, SPEECH, FakeVoiceDetector
from voicebot.agents.ear import (
    PREROLL_MS,
    TAIL_MS,
    Ear,
    Heard,
    UtteranceBegan,
    UtteranceEnded,
    UtterancePaused,
    UtteranceResumed,
)
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.calls.hearing import NOTHING_KNOWN, Hearing, HearingReason, Judgement
from voicebot.calls.model import UtteranceId
from voicebot.turns.turn_taker import TurnRules

RULES = TurnRules()
# Hardly softer than the fake's speech.
HUM = b"\x04" * Encoding.ULAW.frame_bytes


class AlwaysSpeech:
    is_voice = True

    def is_speech(self, frame: bytes) -> bool:
        return True


def nothing(length_ms: int) -> bytes:
    """The agent is silent."""
    return QUIET * (length_ms // FRAME_MS)


@pytest.fixture
def ear() -> Ear:
    return Ear(FakeVoiceDetector(), Encoding.ULAW, nothing)


def all_changes(ear: Ear, frame: bytes, duration_ms: int) -> list[Heard]:
    changes = [ear.hear(frame, agent_is_speaking=False) for _ in range(duration_ms // FRAME_MS)]
    return [change for change in changes if change is not None]


def hears(ear: Ear, frame: bytes, duration_ms: int) -> list[UtteranceBegan | UtteranceEnded]:
    """Where utterances begin and end: pauses within have tests of their own."""
    changes = all_changes(ear, frame, duration_ms)
    return [change for change in changes if isinstance(change, UtteranceBegan | UtteranceEnded)]


def is_said(ear: Ear, duration_ms: int = 400) -> UtteranceEnded:
    began, ended = hears(ear, SPEECH, duration_ms) + hears(ear, QUIET, RULES.end_silence_ms)
    assert isinstance(began, UtteranceBegan)
    assert isinstance(ended, UtteranceEnded)
    assert began.utterance_id == ended.utterance_id
    return ended


def duration_ms(utterance: UtteranceEnded) -> int:
    return Encoding.ULAW.duration_ms(utterance.audio)


def test_an_utterance_has_what_was_before_it_and_a_little_silence_after(ear: Ear) -> None:
    hears(ear, QUIET, 1_000)
    ended = is_said(ear)
    before = PREROLL_MS - RULES.onset_speech_ms + 2 * FRAME_MS
    assert ended.audio == (
        QUIET * (before // FRAME_MS) + SPEECH * (400 // FRAME_MS) + QUIET * (TAIL_MS // FRAME_MS)
    )
    assert ended.silence_ms == RULES.end_silence_ms


def test_a_caller_who_speaks_at_once_loses_nothing(ear: Ear) -> None:
    assert is_said(ear).audio == SPEECH * 20 + QUIET * (TAIL_MS // FRAME_MS)


def test_each_utterance_has_its_own_id_and_its_own_audio(ear: Ear) -> None:
    first, second = is_said(ear), is_said(ear)
    assert (first.utterance_id, second.utterance_id) == (UtteranceId("u1"), UtteranceId("u2"))
    # The second one begins with silence that the first one ended in.
    assert second.audio.count(SPEECH) == first.audio.count(SPEECH)


def test_a_pause_within_an_utterance_is_kept(ear: Ear) -> None:
    hears(ear, SPEECH, 200)
    hears(ear, QUIET, 300)
    hears(ear, SPEECH, 200)
    (ended,) = hears(ear, QUIET, RULES.end_silence_ms)
    assert isinstance(ended, UtteranceEnded)
    assert SPEECH + QUIET * 15 + SPEECH in ended.audio


def test_what_was_said_before_a_pause_can_be_understood_in_it(ear: Ear) -> None:
    began, paused = all_changes(ear, SPEECH, 400) + all_changes(ear, QUIET, RULES.pause_silence_ms)
    assert isinstance(began, UtteranceBegan)
    assert isinstance(paused, UtterancePaused)
    assert paused.utterance_id == began.utterance_id
    assert paused.audio == SPEECH * 20 + QUIET * (RULES.pause_silence_ms // FRAME_MS)
    (ended,) = all_changes(ear, QUIET, RULES.end_silence_ms - RULES.pause_silence_ms)
    assert ended == UtteranceEnded(paused.utterance_id, paused.audio, RULES.end_silence_ms)


def test_words_that_go_on_after_a_pause_have_another_name_than_their_beginning(ear: Ear) -> None:
    all_changes(ear, SPEECH, 400)
    (first,) = all_changes(ear, QUIET, RULES.pause_silence_ms)
    assert all_changes(ear, SPEECH, 400) == [UtteranceResumed()]
    (second,) = all_changes(ear, QUIET, RULES.pause_silence_ms)
    assert isinstance(first, UtterancePaused)
    assert isinstance(second, UtterancePaused)
    assert (first.utterance_id, second.utterance_id) == (UtteranceId("u1"), UtteranceId("u1.2"))
    assert second.audio.startswith(first.audio)
    assert second.audio.count(SPEECH) == 40


def test_a_monologue_loses_nothing_where_it_is_cut(ear: Ear) -> None:
    began, ended, *_ = hears(ear, SPEECH, RULES.longest_utterance_ms + 1_000)
    assert isinstance(began, UtteranceBegan)
    assert isinstance(ended, UtteranceEnded)
    assert duration_ms(ended) == RULES.longest_utterance_ms
    assert ended.silence_ms == 0


def test_over_the_agent_s_voice_a_click_is_no_utterance(ear: Ear) -> None:
    click = [ear.hear(SPEECH, agent_is_speaking=True) for _ in range(80 // FRAME_MS)]
    assert click == [None] * 4
    words = [ear.hear(SPEECH, agent_is_speaking=True) for _ in range(40 // FRAME_MS)]
    assert any(isinstance(change, UtteranceBegan) for change in words)


def test_the_agent_s_own_words_coming_back_are_no_utterance() -> None:
    said = random.Random(1).randbytes(Encoding.ULAW.bytes_per_ms * 3_000)
    size, delay = Encoding.ULAW.frame_bytes, Encoding.ULAW.bytes_per_ms * 200
    heard = Encoding.ULAW.silence_byte * delay + said
    now = 0

    def played(length_ms: int) -> bytes:
        return (nothing(length_ms) + said[:now])[-length_ms * Encoding.ULAW.bytes_per_ms :]

    deaf, ear = (
        Ear(AlwaysSpeech(), Encoding.ULAW, nothing),
        Ear(AlwaysSpeech(), Encoding.ULAW, played),
    )
    deafs, ears = [], []
    for now in range(delay + size, len(said), size):
        frame = heard[now - size : now]
        deafs.append(deaf.hear(frame, agent_is_speaking=True))
        ears.append(ear.hear(frame, agent_is_speaking=True))
    assert any(isinstance(change, UtteranceBegan) for change in deafs)
    assert ears == [None] * len(ears)


@given(st.lists(st.booleans(), max_size=300), st.booleans())
def test_an_utterance_holds_its_speech_and_never_more_than_was_heard(
    frames: list[bool], agent_is_speaking: bool
) -> None:
    ear, open_id, heard = Ear(FakeVoiceDetector(), Encoding.ULAW, nothing), None, b""
    for is_speech in frames:
        frame = SPEECH if is_speech else QUIET
        heard += frame
        match ear.hear(frame, agent_is_speaking=agent_is_speaking):
            case UtteranceBegan(utterance_id):
                assert open_id is None
                open_id = utterance_id
            case UtteranceEnded(utterance_id, audio, silence_ms):
                assert utterance_id.partition(".")[0] == open_id
                open_id = None
                unheard_tail = max(0, silence_ms - TAIL_MS) * Encoding.ULAW.bytes_per_ms
                assert audio
                assert heard[: len(heard) - unheard_tail].endswith(audio)


def test_a_caller_on_a_noisy_line_is_found_hard_to_understand() -> None:
    ear = Ear(FakeVoiceDetector(), Encoding.ULAW, nothing)
    assert ear.judge() == NOTHING_KNOWN
    hears(ear, HUM, 1_000)
    hears(ear, SPEECH, 1_200)
    assert ear.judge().hearing is Hearing.ACCURATE
    assert ear.judge().reason is HearingReason.NOISY


def test_a_caller_on_a_quiet_line_is_not() -> None:
    ear = Ear(FakeVoiceDetector(), Encoding.ULAW, nothing)
    hears(ear, QUIET, 1_000)
    hears(ear, SPEECH, 1_200)
    assert ear.judge() == Judgement(Hearing.FAST, HearingReason.CLEAR)
