"""Every scenario file of this folder, played against a real Asterisk, and nothing left behind."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future

import pytest

from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.node import Node
from tests.telephony.scenarios import scenario_files
from tests.telephony.scenarios.expectations import SCENARIOS
from tests.telephony.scenarios.playing import Verdict, number_of, open_files

# What Asterisk opens once and keeps, as its scheduler's pipes.
KEPT_FILES = 4


def test_every_file_is_expected_something_of_and_every_expectation_has_a_file() -> None:
    assert scenario_files.names() == sorted(SCENARIOS)


@pytest.mark.parametrize("name", scenario_files.names())
def test_a_call_goes_as_its_file_says(verdicts: Mapping[str, "Future[Verdict]"], name: str) -> None:
    verdict = verdicts[name].result()
    assert verdict.faults == (), verdict.messages


def test_a_record_names_the_one_codec_that_was_spoken(
    node: Node, verdicts: Mapping[str, "Future[Verdict]"]
) -> None:
    """Also of a caller whose offer came after ours."""
    for verdict in verdicts.values():
        verdict.result()
    spoken = {line["codec"] for line in records.lines(node) if line["disposition"] == "ANSWERED"}
    # An offer without a codec of ours is refused after the answer.
    assert spoken - {"", "opus"} == {"ulaw", "alaw", "g722"} & spoken
    late = number_of("uac-offers-late-expect-audio")
    assert [line["codec"] for line in records.lines(node) if line["did"] == late] == ["ulaw"]


def test_nothing_is_left_behind(
    node: Node, verdicts: Mapping[str, "Future[Verdict]"], open_files_at_first: int
) -> None:
    for verdict in verdicts.values():
        verdict.result()
    until(
        lambda: "0 active channels" in node.console("core show channels count"),
        lambda: f"all channels are gone:\n{node.console('core show channels verbose')}",
    )
    assert "bridge" not in node.console("bridge show all")
    assert node.console("pjsip show channels").strip() == "No objects found."
    written = Counter(line["did"] for line in records.lines(node))
    assert {name: written[number_of(name)] for name in verdicts} == {
        name: SCENARIOS[name].records for name in verdicts
    }
    assert written.total() == sum(SCENARIOS[name].records for name in verdicts)
    until(
        lambda: open_files(node) <= open_files_at_first + KEPT_FILES,
        lambda: f"{open_files_at_first} files were open at first, now {open_files(node)}",
    )
