"""Session timers (RFC 4028), at 90 s: less is below what the standard, and PJSIP, allow."""

import socket
from pathlib import Path

from tests.polling import until
from tests.stack_fixture import free_ports
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent
from tests.telephony.sip.conftest import NUMBER
from tests.telephony.sip.talking import claim
from tests.telephony.transfers.phones import playing

FORGETFUL, REFRESHED = "+4930123451", "+4930123452"
# Asterisk refreshes at half time; it gives the other side up a third before the end.
LIMIT_S = 80.0


def test_a_session_is_refreshed_and_one_that_nobody_refreshes_ends_with_one_record(
    agent: Agent, tmp_path: Path
) -> None:
    """Both at once, since each of them takes a minute."""
    first_port, second_port = free_ports(2, socket.SOCK_DGRAM)

    def arguments(caller: str) -> tuple[str, ...]:
        return ("-s", NUMBER, "-key", "caller", caller)

    with (
        playing(
            agent.node,
            "uac-never-refreshes-expect-bye",
            tmp_path / "forgetful",
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
                tmp_path / "refreshed",
                second_port,
                440,
                *arguments(REFRESHED),
            ) as refreshed,
        ):
            kept = claim(agent)
            with agent.open_media(kept, "ulaw"):
                until(lambda: "UPDATE sip:" in refreshed.log, lambda: refreshed.log, LIMIT_S)
                # It talked all the while: no want of audio ends it.
                until(lambda: "BYE sip:" in forgetful.log, lambda: forgetful.log, LIMIT_S)
                assert forgetful.is_as_expected(), forgetful.log
                assert "BYE sip:" not in refreshed.log
                agent.ask("DELETE", f"channels/{kept}")
                assert refreshed.is_as_expected(), refreshed.log
    assert records.line_of(agent.node, FORGETFUL)["disposition"] == "ANSWERED"
    assert records.line_of(agent.node, REFRESHED)["disposition"] == "ANSWERED"
