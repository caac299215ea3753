"""A call whose turns the business's real agent answers."""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.played_agent import PlayedAgent, PlayedTools
from tests.fakes.sample_business import a_business
from tests.unit.calls.playing import TICK_S, PlayedCall, a_context, spoken
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.dialogue.agent import VoiceAgent
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.business_agent import BusinessAgent
from voicebot.errors import InferenceTimeout

PIN_ENTRY = {
    "id": "pin",
    "offer": "take your pin",
    "ask": "Please enter your pin.",
    "done": "Thank you.",
    "min_digits": 4,
    "max_digits": 4,
    "is_secret": True,
}


@dataclass(slots=True)
class Conversing(PlayedCall):
    """What the agent need not wait for happens in the same instant."""

    agent: VoiceAgent | None = None
    thinking: PlayedAgent | None = None
    tools: PlayedTools = field(default_factory=PlayedTools)

    def happens(self, *events: on.CallEvent) -> list[do.Command]:
        commands: list[do.Command] = []
        for event in events:
            # PlayedCall: a dataclass with slots has no zero-argument super.
            commands = self._answered(PlayedCall.happens(self, event))
        return commands

    def waits(self) -> list[do.Command]:
        return self._answered(PlayedCall.waits(self))

    @property
    def sought(self) -> str | None:
        """The words whose facts the agent waits for."""
        return None if self.thinking is None else self.thinking.sought

    @property
    def last_user_message(self) -> str | None:
        """What the model was asked last."""
        asked = None if self.thinking is None else self.thinking.asked
        return None if asked is None else asked[-1]["content"]

    def finds(self, *found: Candidate) -> list[do.Command]:
        """These are the nearest facts."""
        assert self.thinking is not None
        assert self.sought is not None, "nobody looks for facts"
        thinking = self.thinking
        commands = PlayedCall.happens(self, on.Retrieved(thinking.reply_id))
        return commands + self._go_on(thinking, list(found))

    def asks(self, text: str, fact_id: str, score: float = 0.9) -> str:
        """These words are found to mean this fact or action; what the agent says to them."""
        self.speaks(text)
        return spoken(self.finds(Candidate(fact_id, score)))

    def asks_where(self) -> str:
        return self.asks("Where are you?", "address")

    def asks_how_long(self) -> str:
        return self.asks("How long does a repair take?", "repairs")

    def wants(self, action_id: str, score: float = 0.9) -> str:
        return self.asks("Can you do that?", action_id, score)

    def hears_and_says(self, text: str) -> str:
        """What the agent says to that."""
        self.hears_all()
        return spoken(self.speaks(text))

    def presses(self, keys: str) -> list[do.Command]:
        """The commands of the last key."""
        commands: list[do.Command] = []
        for key in keys:
            commands = self.happens(on.KeyPressed(key))
            if self.world.stopping:
                self.happens(on.Silenced(()))
        return commands

    def asks_the_model(self, text: str) -> None:
        self.speaks(text)
        self.finds()
        assert self.last_user_message == text

    def model_says(self, phrase: str) -> list[do.Command]:
        self.t += TICK_S
        return self._go_on(self._asking(), phrase)

    def model_finishes(self) -> list[do.Command]:
        self.t += TICK_S
        return self._go_on(self._asking(), None)

    def model_fails(self) -> list[do.Command]:
        self.t += TICK_S
        thinking = self._asking()
        return self._give(thinking.go_on(error=InferenceTimeout("llm", 4000)))

    def _asking(self) -> PlayedAgent:
        assert self.thinking is not None
        assert self.thinking.asked is not None, "nobody asks the model"
        return self.thinking

    def _go_on(self, thinking: PlayedAgent, value: object) -> list[do.Command]:
        return self._give(thinking.go_on(value))

    def _give(self, events: list[on.CallEvent]) -> list[do.Command]:
        commands: list[do.Command] = []
        for event in events:
            self.world.note(event)
            new = self.session.receive(event, self.now)
            self.world.carry_out(new)
            commands += new
        return commands

    def _answered(self, commands: list[do.Command]) -> list[do.Command]:
        """The commands, and what comes of those that ask the agent."""
        answered: list[do.Command] = []
        for command in commands:
            if isinstance(command, do.CancelThinking) and self.thinking is not None:
                self.thinking.cancel()
                self.thinking = None
            if not isinstance(command, do.Think):
                answered.append(command)
                continue
            agent = self.agent if self.agent is not None else BusinessAgent(self.business)
            self.thinking = PlayedAgent(agent, command, self.context.facts, self.tools)
            answered += self._give(self.thinking.go_on())
        return answered


def a_call(**changes: Any) -> Conversing:
    """Greeted by a business with these changes; a Monday at 11:00 in Chicago, when it is open."""
    is_recorded = "recording" in changes
    call = Conversing(business=a_business(**changes), context=a_context(is_recorded=is_recorded))
    call.greets()
    return call
