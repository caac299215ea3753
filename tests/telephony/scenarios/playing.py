"""The whole suite on one node: each scenario with a number of its own, many at a time."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.asterisk_node import needed_asterisk_root
from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.node import Node
from tests.telephony.scenarios.expectations import LONG, SCENARIOS
from tests.telephony.scenarios.judging import Witness, faults
from tests.telephony.scenarios.placing import CALL_LIMIT_S, place
from tests.telephony.scenarios.talker import Agent, Talker, running_talker
from voicebot.stack.asterisk_config import InboundNumber

AT_ONCE = 16
# On a busy machine an agent of the tests may be slow to claim: what comes then is another scenario.
_CLAIM_TIMEOUT_MS = 2_000
_SETTLING_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was wrong with a scenario, and the SIP messages to see it by."""

    faults: tuple[str, ...]
    messages: str


def number_of(name: str) -> str:
    return f"+1202556{sorted(SCENARIOS).index(name):04}"


def _known_numbers() -> list[InboundNumber]:
    """The business's own: those of all scenarios but the ones that dial something else."""
    return [
        InboundNumber(number_of(name), is_recorded=False, max_message_s=10)
        for name, scenario in SCENARIOS.items()
        if scenario.is_known_number
    ]


def scenarios_node(state_dir: Path) -> Node:
    """An Asterisk with the project's own configuration and the numbers of all scenarios."""
    return Node(
        needed_asterisk_root(),
        state_dir,
        _known_numbers(),
        claim_timeout_ms=_CLAIM_TIMEOUT_MS,
    )


@contextmanager
def playing(
    node: Node,
    names: Iterable[str],
    work_dir: Path,
    *,
    agent_instead: Mapping[Agent, Agent] = MappingProxyType({}),
    limit_s: int = CALL_LIMIT_S,
) -> Iterator[Mapping[str, "Future[Verdict]"]]:
    """Starts them all; each verdict comes when its scenario is over.

    `agent_instead`: what a broken agent does in place of what it should.
    """
    planned = {number_of(name): scenario.agent for name, scenario in SCENARIOS.items()}
    plan = {number: agent_instead.get(agent, agent) for number, agent in planned.items()}
    ordered = sorted(names, key=lambda name: name not in LONG)
    with running_talker(node, plan) as talker, ThreadPoolExecutor(AT_ONCE) as callers:
        yield {
            name: callers.submit(_play, node, talker, name, work_dir / name, limit_s)
            for name in ordered
        }


def open_files(node: Node) -> int:
    """How many files and sockets its Asterisk has open."""
    return len(list(Path(f"/proc/{node.process.pid}/fd").iterdir()))


def _play(node: Node, talker: Talker, name: str, work_dir: Path, limit_s: int) -> Verdict:
    scenario, number = SCENARIOS[name], number_of(name)
    placed = place(node, name, scenario, number, work_dir, limit_s)
    # What is still missing then is for the judge to say.
    with suppress(AssertionError):
        until(
            lambda: (
                len(_records_of(node, number)) >= scenario.records
                and all(talk.is_over for talk in talker.talks.get(number, []))
            ),
            "the call's records are written and the agent has let go of it",
            _SETTLING_LIMIT_S,
        )
    talks = talker.talks.get(number, [])
    witness = Witness(
        sip_is_as_expected=placed.is_as_expected,
        caller_heard=placed.heard,
        caller_heard_on_second=placed.heard_on_second,
        agent_heard=[(bytes(talk.heard), talk.encoding) for talk in talks],
        media_keys=[talk.media_keys for talk in talks],
        channel_keys=[talk.channel_keys for talk in talks],
        records=_records_of(node, number),
    )
    return Verdict(tuple(faults(scenario, witness)), placed.messages)


def _records_of(node: Node, number: str) -> list[dict[str, str]]:
    return [line for line in records.lines(node) if line["did"] == number]
