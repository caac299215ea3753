"""Who answers the calls to a number?

A desk is a business, the agent that answers for it on this number, and its facts by meaning.
A call keeps the desk it began with; a new business file makes new desks for the calls to come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from voicebot.calls.model import TurnRecord
from voicebot.dialogue.agent import VoiceAgent
from voicebot.dialogue.answers import FactIndex
from voicebot.dialogue.business import Business
from voicebot.dialogue.foresight import NextQuestions


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What a call needs to know of whom was called."""

    business: Business
    agent: VoiceAgent
    facts: FactIndex
    # Learned from its callers, for as long as it is open.
    next_questions: NextQuestions = field(default_factory=NextQuestions)

    def learn_of(self, turn: TurnRecord, of_call: Sequence[TurnRecord]) -> None:
        """A turn of a call is over; `of_call`: all of that call so far."""
        before = next((one for one in reversed(of_call) if one.number < turn.number), None)
        if turn.fact_id is not None and before is not None and before.fact_id is not None:
            self.next_questions.asked(turn.fact_id, after=before.fact_id)


class Desks:
    """The desks in force; replaced as a whole."""

    def __init__(self, by_did: Mapping[str, Desk]) -> None:
        """Raises ValueError when there is none."""
        self._by_did: Mapping[str, Desk] = {}
        self.replace(by_did)

    def replace(self, by_did: Mapping[str, Desk]) -> None:
        """For calls that begin from now on."""
        if not by_did:
            raise ValueError("somebody must answer: there is no desk")
        self._by_did = {_digits(did): desk for did, desk in by_did.items()}

    def of(self, did: str, agent: str = "") -> Desk:
        """The desk of a number, with its plus sign or without; of an unknown one the first.

        `agent`: the name of one that speaks on calls that we place, "" for the number's own.
        """
        known = self._by_did.get(_digits(desk_key(did, agent)))
        known = self._by_did.get(_digits(did)) if known is None else known
        return known if known is not None else next(iter(self._by_did.values()))

    @property
    def all(self) -> tuple[Desk, ...]:
        """Each desk once."""
        return tuple(dict.fromkeys(self._by_did.values()))

    def operators(self) -> frozenset[str]:
        """All phones of people that the businesses name."""
        return frozenset(one.id for desk in self.all for one in desk.business.operators)


def desk_key(did: str, agent: str) -> str:
    """Under which an agent's desk for placed calls is kept beside the number's own."""
    return f"{did}/{agent}" if agent else did


def _digits(did: str) -> str:
    return did.removeprefix("+")
