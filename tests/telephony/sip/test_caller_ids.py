"""Whatever a caller calls himself, it does no harm."""

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.polling import until
from tests.telephony.fallback.agent import Agent
from tests.telephony.fallback.sipp import place_call
from tests.telephony.sip.conftest import NUMBER

HERE = Path(__file__).parent
PRIVACY = "Privacy: id"
NONE = "X-None: 1"
ASSERTED = "P-Asserted-Identity: <sip:+493077777777@127.0.0.10>"


@pytest.mark.parametrize(
    ("user", "display", "header", "number"),
    [
        pytest.param("+493012345678", '"Anna"', NONE, "+493012345678", id="plain"),
        pytest.param("anonymous", '"Anonymous"', NONE, "", id="anonymous"),
        pytest.param("Anonymous", '"Anonymous"', PRIVACY, "", id="anonymous and private"),
        pytest.param("+493012345678", "", PRIVACY, "", id="private"),
        pytest.param("anonymous", "", f"{PRIVACY}\n{ASSERTED}", "", id="known to the trunk alone"),
        pytest.param("x%22%2C%22y", '"a\\", \\"b"', NONE, "xy", id="quotes and commas"),
        pytest.param("%24%7BSHELL(id)%7D", '"${SHELL(id)}"', NONE, "SHELLid", id="substitution"),
        pytest.param("1%3BSet(X%3D1)", '"|&;()"', NONE, "1", id="more of the dialplan"),
        pytest.param("%0D%0Aexten", '"x"', NONE, "exten", id="line ends"),
        pytest.param("%C3%BC%F0%9F%98%80", '"Jürgen 😀"', NONE, "", id="beyond ASCII"),
        pytest.param("%FF%FE1", '"x"', NONE, "1", id="beyond UTF-8"),
        pytest.param("7" * 300, '"' + "n" * 300 + '"', NONE, None, id="300 characters"),
    ],
)
def test_any_caller_id_gets_its_call_and_one_record_that_can_be_read(
    agent: Agent, tmp_path: Path, user: str, display: str, header: str, number: str | None
) -> None:
    with ThreadPoolExecutor() as callers:
        call = callers.submit(
            place_call,
            agent.node,
            "uac-names-itself-expect-bye",
            NUMBER,
            tmp_path,
            source="127.0.0.10",
            scenarios_dir=HERE,
            keys={"user": user, "display": display, "privacy": header},
        )
        start = agent.claim()
        channel_id = start["channel"]["id"]
        agent.ask("POST", f"channels/{channel_id}/answer")
        agent.ask("DELETE", f"channels/{channel_id}")
        assert call.result().is_as_expected
    assert start["args"] == [NUMBER]
    cdr_file = agent.node.cdr_file
    [row] = until(lambda: [r for r in _rows(cdr_file) if r[0] == channel_id], "the call's record")
    assert {len(row) for row in _rows(cdr_file)} == {len(row)}
    recorded = row[3]
    assert set(recorded) <= set("+*#._-0123456789") | set(map(chr, range(65, 123)))
    if number is not None:
        assert recorded == number
        assert start["channel"]["caller"]["number"] == number


def _rows(cdr_file: Path) -> list[list[str]]:
    if not cdr_file.exists():
        return []
    with cdr_file.open(newline="", encoding="utf-8", errors="strict") as file:
        return list(csv.reader(file))
