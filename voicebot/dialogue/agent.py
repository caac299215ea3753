"""What is a voice agent?

A small class: what it says first, what it does with a turn, which actions it has. It is
chosen per DID in the business file. Ours (`business_agent`) is one of them.

The agent is asked once per turn and answers with steps. It may be stopped at any await,
because callers go on speaking: then nothing of the turn ever happened, its memory included.
So promise nothing aloud before the tool that keeps the promise has returned. It may be asked
in a pause already, of which nobody knows yet whether it is the end: what it says is heard,
and what it wants done is done, once that is known.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from voicebot.calls.model import AnswerSource, CallFacts, Route, TransferResult, TurnRecord
from voicebot.calls.outbound_rules import Refused
from voicebot.dialogue.actions import Action
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.business import Business
from voicebot.dialogue.history import Exchange
from voicebot.dialogue.routing import Conditions
from voicebot.queueing.callback_windows import LocalWindow


@dataclass(frozen=True, slots=True)
class Say:
    """Speak these words (private)."""

    text: str
    source: AnswerSource = AnswerSource.SCRIPT
    fact_id: str | None = None
    route: Route | None = None  # who answers, and why: for the record


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up once everything said has been heard. The caller cannot interrupt any more."""

    took_leave: bool = True  # the caller said goodbye; otherwise the agent ends it by itself


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give the caller to a person once everything said has been heard.

    `transfer_id` must be one of the business file's; nothing else is ever dialled. When nobody
    takes the call, the agent is asked again, with `Turn.came_back`.
    """

    transfer_id: str
    summary: str = ""  # what the operator is told: private


@dataclass(frozen=True, slots=True)
class Listen:
    """How to listen to the caller's next turn, and to that turn only."""

    end_silence_ms: int | None = None  # a longer pause ends the turn: for messages and numbers
    max_keys: int = 1  # so many keys make an entry; 1: each key counts at once
    last_key: str = "#"  # ends an entry early, and is not part of it


@dataclass(frozen=True, slots=True)
class SetRecording:
    """Pause the call's recording, or go on with it; without effect where nothing is recorded."""

    is_on: bool


Step = Say | EndCall | HandOver | Listen | SetRecording


class Tools(Protocol):
    """What an agent may ask of the outside. Each wait ends by a deadline."""

    async def facts(self, text: str) -> Sequence[Candidate]:
        """The business's facts nearest to these words; none when they cannot be looked up."""

    def respond(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        grammar: str | None = None,
        pool: str = "",
    ) -> AsyncGenerator[str]:
        """The language model's reply, phrase by phrase; raises InferenceError.

        `grammar`: GBNF that the whole reply must fit. `pool`: whose workers are preferred; others
        are asked when it has none.
        """

    def conditions(self) -> Conditions:
        """How the workers are doing."""

    async def recall(self, text: str) -> Sequence[str]:
        """The phrases of a reply that was given to what means the same; none: there is none."""

    async def keep_reply(self, text: str, phrases: Sequence[str]) -> None:
        """Keeps a model's reply that was said, for whoever says the same in other words."""

    async def caller_has_finished(self) -> None:
        """Waits until the caller has surely finished: a turn may be asked in a pause already.

        Await it before effects of your own; steps other than Say, and the tools below, do so.
        """

    async def leave_message(self, name: str, callback_number: str, text: str) -> None:
        """Keeps a message with the audio of this turn, and has it passed on; raises StoreError."""

    async def request_callback(
        self, number: str, window: LocalWindow | None = None
    ) -> Refused | None:
        """Has this number rung back, as soon as it is its turn or then; raises StoreError.

        None: it is kept, and may be promised.
        """

    async def post(self, url: str, values: Mapping[str, JsonValue]) -> JsonValue:
        """Sends JSON to a web service of the business's; raises ActionFailed."""


@dataclass(slots=True)
class Turn:
    """What happened, and what the agent needs to answer it."""

    call: CallFacts
    heard: str  # what the caller said, "" when only keys were pressed: private
    keys: str  # what the caller pressed: private
    at: datetime
    history: Sequence[Exchange]  # what was said and heard before, oldest first
    tools: Tools
    last: TurnRecord | None = None  # the turn before
    came_back: TransferResult | None = None  # nobody took the caller over
    is_recording_paused: bool = False
    # The agent's own notes on this call, plain JSON. Kept when the answer was heard.
    memory: dict[str, JsonValue] = field(default_factory=dict)


class VoiceAgent:
    """Base of all agents; one instance serves all calls of a DID, so it keeps no call's state."""

    def __init__(self, business: Business) -> None:
        self.business = business

    def opening(self, call: CallFacts) -> str:
        """The first words. That a machine speaks is said before them where they do not say it."""
        return self.business.opening_of(call.direction)

    def machine_message(self, call: CallFacts) -> str | None:
        """What is left on an answering machine that we have rung; None: it is hung up on."""
        outbound = self.business.outbound
        return None if outbound is None else outbound.machine_message

    def actions(self) -> Sequence[Action]:
        """What callers may ask it to do: found by meaning, with the facts (`Tools.facts`)."""
        return ()

    def texts(self) -> Sequence[str]:
        """What the agent will say word for word: made into speech before the first call."""
        return ()

    def prompt_so_far(self, history: Sequence[Exchange]) -> Sequence[Mapping[str, str]]:
        """What a language model will be shown before the caller's next words, if any is asked.

        It is read while the caller speaks, so that only those words are still to be read then.
        """
        return ()

    def foresees(self, memory: Mapping[str, JsonValue]) -> Sequence[str]:
        """What the caller will probably say next, given the agent's notes: "Yes.", "No.".

        Each is answered ahead, as if it had been said; whatever is not said never happened.
        """
        return ()

    def answer(self, turn: Turn) -> AsyncIterator[Step]:
        """The steps of the answer, each as soon as it is known."""
        raise NotImplementedError(f"{type(self).__name__} must say what it answers")
