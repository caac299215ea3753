"""A call whose turns the business's real agent answers."""

from dataclasses import dataclass, field

from tests.fakes.played_agent import PlayedAgent, PlayedTools
from tests.unit.calls.playing import TICK_S, PlayedCall
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.dialogue.agent import VoiceAgent
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.business_agent import BusinessAgent
from voicebot.errors import InferenceTimeout


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
