"""Another process can go on with a call after any of its steps."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from tests.fakes.sample_business import a_business
from tests.unit.calls import wire
from tests.unit.calls.one_step import play
from tests.unit.calls.playing import TICK_S, PlayedCall
from voicebot.calls import events as on
from voicebot.calls.model import AnswerSource, TransferResult, UtteranceId
from voicebot.calls.session import CallSession, dump_context, load_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.agent import EndCall, HandOver, Listen, Say, SetRecording, Step
from voicebot.settings import PROJECT_DIR
from voicebot.turns.playback import HeardPhrase


@dataclass(slots=True)
class RebuiltCall(PlayedCall):
    """A call that is taken over by a fresh session, on another clock, after every step."""

    takeovers: int = 0

    def take_over(self) -> None:
        dumped = dump_context(self.session.context(self.now))
        self.takeovers += 1
        self.base_now = float(2 ** (self.takeovers % 20))
        self.context = load_context(dumped)
        self.session = CallSession(a_business(), self.context, self.now)
        assert dump_context(self.session.context(self.now)) == dumped


def play_both(kept: PlayedCall, rebuilt: RebuiltCall, choice: int) -> None:
    """The same step in both calls, chosen by number from what may happen."""
    state = kept.session.state
    if state is CallState.OFFERED:
        event: on.CallEvent | None = on.Claimed()
    elif state is CallState.CONNECTING:
        event = on.Connected()
    elif choice % 8 == 0 and kept.session.next_deadline() is not None:
        event = None
    elif choice % 100 == 1:
        event = (on.HungUp(16), on.MediaLost(), on.GivenUp("agent-stopped"))[choice // 100 % 3]
    else:
        event = kept.world.plausible(choice // 8)
    rebuilt.take_over()
    if event is None:
        assert kept.waits() == rebuilt.waits()
    else:
        assert kept.happens(event) == rebuilt.happens(event)
    assert kept.session.state is rebuilt.session.state
    assert deadline_in_s(kept) == deadline_in_s(rebuilt)
    assert kept.session.agent_is_audible == rebuilt.session.agent_is_audible
    assert dump_context(kept.session.context(kept.now)) == dump_context(
        rebuilt.session.context(rebuilt.now)
    )


def deadline_in_s(call: PlayedCall) -> float | None:
    deadline = call.session.next_deadline()
    return None if deadline is None else round(deadline - call.now, 6)


@given(st.lists(st.integers(0, 9_999), min_size=5, max_size=60))
def test_a_call_rebuilt_after_every_step_goes_on_with_the_same_commands(chosen: list[int]) -> None:
    kept, rebuilt = PlayedCall(), RebuiltCall()
    for choice in chosen:
        play_both(kept, rebuilt, choice)


@dataclass(slots=True)
class RecordedCall(PlayedCall):
    """A call that notes each of its steps, to be played again elsewhere."""

    steps: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)

    def step(self, event: on.CallEvent | None) -> None:
        before, taken_now = dump_context(self.session.context(self.now)), self.now
        commands = self.waits() if event is None else self.happens(event)
        # The other process has been up for another time than this one.
        shift_s = 1024.0 * (1 + len(self.steps)) - self.base_now
        self.steps.append(
            json.dumps(
                {
                    "context": before,
                    "event": None if event is None else wire.dump(event),
                    "taken_now": taken_now + shift_s,
                    "now": self.now + shift_s,
                }
            )
        )
        self.outcomes.append(
            json.dumps(
                {
                    "commands": [wire.dump(command) for command in commands],
                    "deadline_in_s": deadline_in_s(self),
                    "context": dump_context(self.session.context(self.now)),
                }
            )
        )

    def plays_phrase(self) -> None:
        phrase_id = next(iter(self.world.saying))
        self.step(on.PhraseStarted(phrase_id, 70))
        self.step(on.PhrasePlayed(phrase_id))

    def answers(self, *steps: Step, memory: dict[str, JsonValue] | None = None) -> None:
        reply_id = self.world.thinking[0]
        for step in steps:
            self.step(on.Stepped(reply_id, step))
        self.step(on.ThinkingDone(reply_id, {} if memory is None else memory))

    def utters(self, number: int, text: str) -> None:
        utterance_id = UtteranceId(f"u{number}")
        self.step(on.SpeechStarted(utterance_id))
        if self.world.stopping:
            self.step(
                on.Silenced(tuple(HeardPhrase(item, 500, 1000) for item in self.world.stopping[0]))
            )
        self.step(on.SpeechEnded(utterance_id, 480))
        self.step(on.Transcribed(utterance_id, text))


def a_whole_call() -> RecordedCall:
    """Greeting, a fact cut short by a noise, an offer, a reply of the model's, silence, goodbye."""
    call = RecordedCall()
    call.step(on.Claimed())
    call.step(on.Connected())
    call.step(None)
    call.plays_phrase()
    call.utters(1, "How long does a repair take?")
    call.answers(Say("Most repairs are done within two days. A flat tire we fix while you wait."))
    call.plays_phrase()
    call.step(on.PhraseStarted(next(iter(call.world.saying)), 60))
    call.utters(2, "")
    call.plays_phrase()
    call.utters(3, "Are you about?")
    call.answers(Say("Do you mean our hours?"), Listen(max_keys=2), memory={"offered": "hours"})
    call.plays_phrase()
    call.step(on.KeyPressed("1"))
    call.step(on.KeyPressed("2"))
    call.answers(Say("Twelve."), SetRecording(is_on=False))
    call.plays_phrase()
    call.utters(4, "an operator please")
    call.answers(Say("One moment."), HandOver("workshop", "about tires"))
    call.plays_phrase()
    call.step(on.LeftStasis())
    call.step(on.CameBack(TransferResult.BUSY))
    call.step(on.Connected())
    call.answers(Say("Nobody is free."))
    call.plays_phrase()
    call.utters(5, "My day was lovely.")
    call.step(on.Stepped(call.world.thinking[0], Say("That sounds lovely!", AnswerSource.MODEL)))
    call.plays_phrase()
    call.step(on.ThinkingDone(call.world.thinking[0], {}))
    call.step(None)
    call.plays_phrase()
    call.utters(6, "Goodbye.")
    call.answers(Say("Goodbye."), EndCall())
    while call.world.saying:
        call.plays_phrase()
    call.step(None)
    call.step(on.HungUp(16))
    assert call.is_over
    return call


def test_a_fresh_process_gives_the_same_commands_at_every_step() -> None:
    call = a_whole_call()
    # Backwards, so that no step can lean on the one before it.
    finished = subprocess.run(
        [sys.executable, "-m", "tests.unit.calls.one_step"],
        input="".join(f"{step}\n" for step in reversed(call.steps)),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=PROJECT_DIR,
        env={**os.environ, "PYTHONPATH": str(PROJECT_DIR)},
    )
    outcomes = finished.stdout.splitlines()[::-1]
    for number, (outcome, expected) in enumerate(zip(outcomes, call.outcomes, strict=True)):
        assert json.loads(outcome) == json.loads(expected), f"step {number}"


def test_what_is_played_elsewhere_is_what_was_recorded() -> None:
    """The steps given to the other process are steps, and the clock between them is one tick."""
    call = a_whole_call()
    assert len(call.steps) > 40
    assert [play(step) for step in call.steps] == call.outcomes
    assert call.t > 8 + len(call.steps) * TICK_S / 2
