from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller.script import (
    Answered,
    CallerState,
    CallScript,
    Command,
    Event,
    FrameHeard,
    HangUp,
    HangUpReason,
    HungUp,
    Manners,
    Press,
    Say,
    SendBack,
    SendDigits,
    Speak,
    Step,
    StepDone,
)
from voicebot.errors import IllegalTransition

FRAME_MS = 20


class Call:
    """Plays media to a script in real time and collects what it commands, with the time."""

    def __init__(self, steps: Sequence[Step], manners: Manners | None = None) -> None:
        self.now_s = 100.0
        self.script = CallScript(steps, Manners() if manners is None else manners, self.now_s)
        self.commands: list[tuple[int, Command]] = []
        self.media_ms = 0

    def receive(self, event: Event) -> None:
        self._note(self.script.receive(event, self.now_s))

    def hear(self, ms: int, is_sound: bool) -> None:
        for _ in range(ms // FRAME_MS):
            self.media_ms += FRAME_MS
            self.now_s += FRAME_MS / 1000
            self.receive(FrameHeard(is_sound, FRAME_MS))
            self._note(self.script.on_deadline(self.now_s))

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self._note(self.script.on_deadline(self.now_s))

    def _note(self, commands: Sequence[Command]) -> None:
        self.commands += [(self.media_ms, command) for command in commands]


def answered(steps: Sequence[Step], manners: Manners | None = None) -> Call:
    call = Call(steps, manners)
    call.receive(Answered())
    return call


def test_the_greeting_is_heard_out_before_the_caller_speaks() -> None:
    call = answered([Say(0)])
    call.hear(2_000, is_sound=True)
    call.hear(880, is_sound=False)
    assert call.commands == []
    call.hear(20, is_sound=False)
    assert call.commands == [(2_900, Speak(0))]


def test_a_pause_within_the_greeting_does_not_make_the_caller_speak() -> None:
    call = answered([Say(0)])
    for _ in range(3):
        call.hear(1_000, is_sound=True)
        call.hear(880, is_sound=False)
    assert call.commands == []


def test_every_step_waits_for_the_answer_to_the_one_before() -> None:
    call = answered([Say(0), Press("12#"), Say(1)])
    for _ in range(4):
        call.hear(1_000, is_sound=True)
        call.hear(900, is_sound=False)
        if call.script.state is CallerState.SPEAKING:
            call.hear(500, is_sound=False)
            call.receive(StepDone())
    assert [command for _, command in call.commands] == [
        Speak(0),
        SendDigits("12#"),
        Speak(1),
        HangUp(HangUpReason.SCRIPT_FINISHED),
    ]


def test_a_click_on_the_line_is_no_answer() -> None:
    call = answered([Say(0)])
    call.hear(40, is_sound=True)
    call.hear(2_000, is_sound=False)
    assert call.commands == []


def test_patience_ends_when_the_agent_never_begins() -> None:
    call = answered([Say(0)])
    call.hear(9_980, is_sound=False)
    assert call.commands == []
    call.hear(40, is_sound=False)
    assert call.commands[0][1] == Speak(0)


def test_patience_does_not_end_while_the_agent_speaks() -> None:
    call = answered([Say(0)])
    call.hear(20_000, is_sound=True)
    assert call.commands == []


def test_an_answer_without_end_is_not_heard_for_ever() -> None:
    call = answered([Say(0)], Manners(longest_answer_s=30.0))
    call.hear(30_200, is_sound=True)
    assert [command for _, command in call.commands] == [Speak(0)]


def test_a_line_gone_dead_cannot_hold_the_caller() -> None:
    call = answered([])
    call.wait(10.0)
    assert call.commands == [(0, HangUp(HangUpReason.SCRIPT_FINISHED))]


def test_nobody_answering_ends_the_call() -> None:
    call = Call([Say(0)], Manners(ring_limit_s=5.0))
    call.wait(4.9)
    assert call.commands == []
    call.wait(0.2)
    assert call.commands == [(0, HangUp(HangUpReason.NOT_ANSWERED))]


def test_an_answer_is_interrupted_but_not_the_greeting_and_not_the_last_answer() -> None:
    call = answered([Say(0), Say(1)], Manners(interrupt_after_ms=1_500))
    call.hear(3_000, is_sound=True)
    assert call.commands == []
    call.hear(900, is_sound=False)
    call.receive(StepDone())
    call.hear(700, is_sound=False)
    began_ms = call.media_ms
    call.hear(3_000, is_sound=True)
    assert call.commands[1] == (began_ms + 1_500, Speak(1))
    call.receive(StepDone())
    call.hear(5_000, is_sound=True)
    assert len(call.commands) == 2


def test_early_media_and_late_frames_change_nothing() -> None:
    call = Call([Say(0)])
    call.hear(3_000, is_sound=True)
    assert call.script.state is CallerState.DIALLING
    call.receive(HungUp())
    call.hear(100, is_sound=True)
    call.receive(Answered())
    call.receive(StepDone())
    call.wait(100.0)
    assert call.commands == []
    assert call.script.next_deadline() is None


def test_a_deadline_that_has_not_come_does_nothing() -> None:
    call = answered([Say(0)])
    assert call.script.next_deadline() == pytest.approx(110.0)
    assert call.script.on_deadline(109.9) == ()


def test_the_end_of_a_step_that_never_began_is_our_bug() -> None:
    call = answered([Say(0)])
    with pytest.raises(IllegalTransition):
        call.receive(StepDone())


steps_given = st.lists(
    st.one_of(st.integers(0, 9).map(Say), st.text("0123456789*#", min_size=1).map(Press)),
    max_size=5,
)
media = st.lists(st.tuples(st.integers(1, 200), st.booleans()), max_size=60)
interrupting = st.one_of(st.none(), st.integers(0, 3_000))


COUGH, BACK = Say(1, over_ms=500), SendBack(-12.0, 100, 400, over_ms=500)


def told(call: Call) -> list[Command]:
    return [command for _, command in call.commands]


def test_what_is_meant_for_an_answer_comes_so_long_into_it() -> None:
    call = answered([Say(0), COUGH, BACK, Say(2)], Manners())
    call.hear(1_000, True)
    call.hear(Manners().pause_ms, False)
    call.receive(StepDone())
    call.hear(400, True)
    assert told(call) == [Speak(0)]
    call.hear(200, True)
    call.receive(StepDone())
    call.hear(600, True)
    call.receive(StepDone())
    # The next waits until the agent has finished.
    call.hear(3_000, True)
    assert told(call) == [Speak(0), Speak(1), BACK]


def test_what_is_meant_for_an_answer_is_left_out_where_there_is_none() -> None:
    call = answered([Say(0), COUGH, BACK, Say(2)], Manners())
    call.hear(1_000, True)
    call.hear(Manners().pause_ms, False)
    call.receive(StepDone())
    call.hear(300, True)
    call.hear(Manners().pause_ms, False)
    assert told(call) == [Speak(0), Speak(2)]


@given(steps_given, media, interrupting)
def test_steps_come_once_each_in_their_order_and_hanging_up_is_the_last(
    steps: list[Step], heard: list[tuple[int, bool]], interrupt_after_ms: int | None
) -> None:
    call = answered(steps, Manners(interrupt_after_ms=interrupt_after_ms))
    for frames, is_sound in heard:
        call.hear(frames * FRAME_MS, is_sound)
        if call.script.state is CallerState.SPEAKING:
            call.receive(StepDone())
    expected: list[Command] = [
        Speak(step.utterance) if isinstance(step, Say) else SendDigits(step.digits)
        for step in steps
        if not isinstance(step, SendBack)
    ]
    expected.append(HangUp(HangUpReason.SCRIPT_FINISHED))
    given_commands = [command for _, command in call.commands]
    assert given_commands == expected[: len(given_commands)]


@given(steps_given, media)
def test_hanging_up_is_accepted_at_every_moment_and_ends_everything(
    steps: list[Step], heard: list[tuple[int, bool]]
) -> None:
    call = Call(steps)
    for i, (frames, is_sound) in enumerate(heard):
        if i == 1:
            call.receive(Answered())
        call.hear(frames * FRAME_MS, is_sound)
    call.receive(HungUp())
    before = len(call.commands)
    call.hear(2_000, is_sound=True)
    call.hear(2_000, is_sound=False)
    call.wait(1_000.0)
    assert len(call.commands) == before


@given(steps_given)
def test_a_call_always_ends_even_if_nothing_is_ever_heard(steps: list[Step]) -> None:
    call = answered(steps)
    for _ in range(len(steps) + 1):
        call.wait(10.0)
        if call.script.state is CallerState.SPEAKING:
            call.receive(StepDone())
    assert call.commands[-1][1] == HangUp(HangUpReason.SCRIPT_FINISHED)
