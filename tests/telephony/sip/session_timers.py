"""Two calls whose sessions are timed: at once, since each takes a minute, and while others play."""

import socket
from dataclasses import dataclass
from pathlib import Path

from tests.polling import until
from tests.stack_fixture import free_ports
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent, running_agent
from tests.telephony.fallback.node import Node
from tests.telephony.sip.talking import claim
from tests.telephony.transfers.phones import playing

FORGETFUL, REFRESHED = "+4930123451", "+4930123452"
# Asterisk refreshes at half time; it gives the other side up a third before the end.
LIMIT_S = 80.0


@dataclass(frozen=True, slots=True)
class Lapses:
    """What became of the caller who refreshes nothing, and of the one who does."""

    forgetful_is_as_expected: bool
    forgetful_log: str
    refreshed_is_as_expected: bool
    refreshed_log: str
    refreshed_was_ended: bool  # by Asterisk, when it gave the other up
    dispositions: tuple[str, str]  # on record


def lapse(node: Node, number: str, directory: Path) -> Lapses:
    """Plays both on a node of their own, which is started here."""
    with node.running(), running_agent(node) as agent:
        return _lapse(agent, number, directory)


def _lapse(agent: Agent, number: str, directory: Path) -> Lapses:
    first_port, second_port = free_ports(2, socket.SOCK_DGRAM)

    def arguments(caller: str) -> tuple[str, ...]:
        return ("-s", number, "-key", "caller", caller)

    with (
        playing(
            agent.node,
            "uac-never-refreshes-expect-bye",
            directory / "forgetful",
            first_port,
            440,
            *arguments(FORGETFUL),
        ) as forgetful,
    ):
        lapsing = claim(agent)
        with (
            agent.open_media(lapsing, "ulaw"),
            playing(
                agent.node,
                "uac-is-refreshed-expect-update-and-bye",
                directory / "refreshed",
                second_port,
                440,
                *arguments(REFRESHED),
            ) as refreshed,
        ):
            kept = claim(agent)
            with agent.open_media(kept, "ulaw"):
                until(lambda: "UPDATE sip:" in refreshed.log, lambda: refreshed.log, LIMIT_S)
                until(lambda: "BYE sip:" in forgetful.log, lambda: forgetful.log, LIMIT_S)
                forgetful_is_as_expected = forgetful.is_as_expected()
                was_ended = "BYE sip:" in refreshed.log
                agent.ask("DELETE", f"channels/{kept}")
                refreshed_is_as_expected = refreshed.is_as_expected()
    lines = [records.line_of(agent.node, caller) for caller in (FORGETFUL, REFRESHED)]
    return Lapses(
        forgetful_is_as_expected,
        forgetful.log,
        refreshed_is_as_expected,
        refreshed.log,
        was_ended,
        (lines[0]["disposition"], lines[1]["disposition"]),
    )
