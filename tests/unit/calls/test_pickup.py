"""Persons and machines that pick up."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls import events as on
from voicebot.calls.model import UtteranceId
from voicebot.calls.pickup import (
    AFTER_BEEP_S,
    BEEPS_WITHIN_S,
    LONGEST_GREETING_S,
    PATIENCE_WITH_MACHINE_S,
    SHORT_GREETING_S,
    SPEAKS_WITHIN_S,
    WORDS_WITHIN_S,
    Move,
    Pickup,
    PickupPhase,
)

U1, U2 = UtteranceId("u1"), UtteranceId("u2")
MACHINE_SAYS = "Please leave your message after the tone."
SILENCE_MS = 480


def answered(*, leaves_message: bool = True) -> Pickup:
    pickup = Pickup(leaves_message=leaves_message)
    pickup.audio_is_up(0.0)
    return pickup


def says(pickup: Pickup, length_s: float, at_s: float = 0.2, utterance: UtteranceId = U1) -> Move:
    """An utterance of this length; the move at its end."""
    pickup.receive(on.SpeechStarted(utterance), at_s)
    return pickup.receive(on.SpeechEnded(utterance, SILENCE_MS), at_s + length_s + 0.48)


def test_whoever_says_a_word_hears_the_greeting_when_it_is_over() -> None:
    assert says(answered(), 0.6) is Move.GREET


def test_whoever_says_nothing_is_asked_for_and_greeted() -> None:
    pickup = answered()
    assert pickup.deadline_s == SPEAKS_WITHIN_S
    assert pickup.on_deadline(SPEAKS_WITHIN_S) is Move.HELLO_AND_GREET
    assert not pickup.has_spoken


def test_whoever_speaks_is_not_spoken_over() -> None:
    pickup = answered()
    assert pickup.receive(on.SpeechStarted(U1), 1.0) is Move.NOTHING
    assert pickup.on_deadline(SPEAKS_WITHIN_S) is Move.NOTHING


def test_a_key_is_a_person() -> None:
    assert answered().receive(on.KeyPressed("1"), 0.5) is Move.GREET


def test_a_long_greeting_is_judged_by_its_words() -> None:
    pickup = answered()
    assert says(pickup, SHORT_GREETING_S + 1) is Move.RECOGNIZE
    moved = pickup.receive(on.Transcribed(U1, "Good morning, Miller's garage, hello?"), 4.5)
    assert (moved, pickup.is_machine) == (Move.GREET, False)


@pytest.mark.parametrize("is_said", [True, False])
def test_a_long_greeting_without_words_is_a_persons(is_said: bool) -> None:
    pickup = answered()
    says(pickup, SHORT_GREETING_S + 1)
    if is_said:
        assert pickup.receive(on.RecognitionFailed(U1, "inference-timeout"), 4.5) is Move.GREET
    else:
        assert pickup.deadline_s == pytest.approx(0.2 + SHORT_GREETING_S + 1.48 + WORDS_WITHIN_S)
        assert pickup.on_deadline(pickup.deadline_s or 0) is Move.GREET


def test_a_message_is_left_behind_the_beep() -> None:
    pickup = answered()
    says(pickup, 5)
    assert pickup.receive(on.Transcribed(U1, MACHINE_SAYS), 6.0) is Move.FALL_SILENT
    assert pickup.receive(on.BeepHeard(), 6.5) is Move.FALL_SILENT
    assert pickup.deadline_s == 6.5 + AFTER_BEEP_S
    assert pickup.on_deadline(6.5 + AFTER_BEEP_S) is Move.LEAVE_MESSAGE
    # From here on its noises are nobody's speech.
    assert pickup.receive(on.BeepHeard(), 7.0) is Move.CONVERSE
    assert pickup.phase is PickupPhase.CLOSING


def test_a_machine_that_does_not_beep_gets_its_message_when_it_is_silent() -> None:
    pickup = answered()
    says(pickup, 5)
    pickup.receive(on.Transcribed(U1, MACHINE_SAYS), 6.0)
    # It goes on, and is waited for.
    pickup.receive(on.SpeechStarted(U2), 7.0)
    assert pickup.on_deadline(6.0 + BEEPS_WITHIN_S) is Move.NOTHING
    pickup.receive(on.SpeechEnded(U2, SILENCE_MS), 9.0)
    assert pickup.on_deadline(9.0 + BEEPS_WITHIN_S) is Move.LEAVE_MESSAGE


def test_a_machine_that_is_not_to_have_a_message_is_hung_up_on() -> None:
    pickup = answered(leaves_message=False)
    says(pickup, 5)
    assert pickup.receive(on.Transcribed(U1, MACHINE_SAYS), 6.0) is Move.HANG_UP
    assert pickup.is_machine


def test_a_beep_alone_tells_a_machine() -> None:
    assert answered().receive(on.BeepHeard(), 0.4) is Move.FALL_SILENT
    assert answered(leaves_message=False).receive(on.BeepHeard(), 0.4) is Move.HANG_UP


def test_nobody_speaks_for_so_long_but_a_machine() -> None:
    pickup = answered()
    pickup.receive(on.SpeechStarted(U1), 0.5)
    assert pickup.on_deadline(0.5 + LONGEST_GREETING_S) is Move.FALL_SILENT
    assert pickup.is_machine
    until_s = 0.5 + LONGEST_GREETING_S + PATIENCE_WITH_MACHINE_S
    assert pickup.on_deadline(until_s) is Move.HANG_UP


def test_a_machine_with_pauses_is_known_by_what_it_says_next() -> None:
    pickup = answered()
    assert says(pickup, 1.5) is Move.GREET
    assert pickup.receive(on.SpeechStarted(U2), 3.0) is Move.CONVERSE
    assert pickup.receive(on.SpeechEnded(U2, SILENCE_MS), 5.0) is Move.CONVERSE
    assert pickup.receive(on.Transcribed(U2, MACHINE_SAYS), 5.2) is Move.FALL_SILENT


def test_a_person_who_was_talked_with_may_speak_of_machines_and_have_things_that_beep() -> None:
    pickup = answered()
    says(pickup, 0.5)
    for number in range(3):
        utterance = UtteranceId(f"u{number + 2}")
        assert pickup.receive(on.Transcribed(utterance, "yes please"), 3.0) is Move.CONVERSE
    heard = on.Transcribed(UtteranceId("u9"), "she has an answering machine")
    assert pickup.receive(heard, 20.0) is Move.CONVERSE
    assert pickup.receive(on.BeepHeard(), 21.0) is Move.NOTHING
    assert not pickup.is_machine


def _events(utterance: UtteranceId) -> Sequence[on.CallEvent]:
    return (
        on.CallerAudible(),
        on.SpeechStarted(utterance),
        on.SpeechEnded(utterance, SILENCE_MS),
        on.Transcribed(utterance, "Hello?"),
        on.Transcribed(utterance, MACHINE_SAYS),
        on.RecognitionFailed(utterance, "inference-timeout"),
        on.BeepHeard(),
        on.KeyPressed("1"),
        on.PutOnHold(),
        on.Silenced(()),
    )


CHOICES = st.lists(st.tuples(st.integers(0, 9), st.floats(0.02, 3.0), st.booleans()), max_size=40)


@given(CHOICES, st.booleans())
def test_whatever_happens_somebody_is_greeted_or_the_call_ends(
    choices: list[tuple[int, float, bool]], leaves_message: bool
) -> None:
    pickup, t, moves = answered(leaves_message=leaves_message), 0.0, list[Move]()
    for number, (choice, wait_s, is_new) in enumerate(choices):
        # Deadlines come first, as they do when time passes.
        t += wait_s
        if pickup.deadline_s is not None and pickup.deadline_s <= t:
            moves.append(pickup.on_deadline(pickup.deadline_s))
        utterance = UtteranceId(f"u{number if is_new else 0}")
        moves.append(pickup.receive(_events(utterance)[choice], t))
    # Then nothing happens any more.
    for _ in range(3):
        if pickup.deadline_s is not None:
            moves.append(pickup.on_deadline(pickup.deadline_s))
    assert pickup.deadline_s is None
    assert pickup.phase in (PickupPhase.TALKING, PickupPhase.CLOSING)
    first_words = [move for move in moves if move in (Move.GREET, Move.HELLO_AND_GREET)]
    last_words = [move for move in moves if move in (Move.LEAVE_MESSAGE, Move.HANG_UP)]
    assert len(first_words) <= 1
    assert len(last_words) == (pickup.phase is PickupPhase.CLOSING)
    assert bool(last_words) <= pickup.is_machine
    assert leaves_message or Move.LEAVE_MESSAGE not in moves
