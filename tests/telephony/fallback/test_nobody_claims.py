"""A caller whom no agent claims is looked after by Asterisk alone."""

import wave
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.telephony.fallback import records
from tests.telephony.fallback.conftest import NUMBER, RECORDED_NUMBER, SHORT_MESSAGE_S
from tests.telephony.fallback.node import Node
from tests.telephony.fallback.sipp import TONE_HZ, Call, place_call

LEAVES_MESSAGE = "+4930000001"
SPEAKS_TOO_LONG = "+4930000002"
RATE_HZ = 8_000
# sorry, vm-nobodyavail and vm-intro of Asterisk's core sounds.
APOLOGY_S = 9.7
EXPECTED_WARNINGS = (
    "not claimed within",  # what these tests are about
    "No suitable codec for remote offer",  # the caller with no codec of ours
)


def _loudness(samples: NDArray[np.int16]) -> float:
    return float(np.sqrt(np.mean(samples.astype(float) ** 2))) if samples.size else 0.0


def _pitch_hz(samples: NDArray[np.int16]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(spectrum.argmax() * RATE_HZ / samples.size)


@pytest.fixture(scope="module", autouse=True)
def long_calls(
    node: Node, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, "Future[Call]"]]:
    """The calls that hear the whole apology, 15 s each: at once, and beside the short tests."""
    work_dir = tmp_path_factory.mktemp("calls")
    with ThreadPoolExecutor() as callers:
        yield {
            LEAVES_MESSAGE: callers.submit(
                place_call,
                node,
                "uac-nobody-claims-expect-apology-and-voicemail",
                NUMBER,
                work_dir / "message",
                caller=LEAVES_MESSAGE,
            ),
            SPEAKS_TOO_LONG: callers.submit(
                place_call,
                node,
                "uac-stays-expect-answer-and-bye",
                RECORDED_NUMBER,
                work_dir / "too-long",
                caller=SPEAKS_TOO_LONG,
            ),
        }


def test_a_caller_who_gives_up_before_the_answer_leaves_one_record(
    node: Node, tmp_path: Path
) -> None:
    caller = "+4930000003"
    assert place_call(
        node, "uac-cancels-early-expect-487", NUMBER, tmp_path, caller=caller
    ).is_as_expected
    record = records.line_of(node, caller)
    assert float(record["answer"]) == 0
    assert record["voicemail"] == ""
    assert record["did"] == NUMBER


def test_a_caller_who_hangs_up_during_the_apology_leaves_one_record_and_no_voicemail(
    node: Node, tmp_path: Path
) -> None:
    caller = "+4930000004"
    assert place_call(
        node,
        "uac-hangs-up-during-apology-expect-no-voicemail",
        NUMBER,
        tmp_path,
        caller=caller,
    ).is_as_expected
    record = records.line_of(node, caller)
    assert (record["handled_by"], record["voicemail"]) == ("dialplan", "")
    assert record["disposition"] == "ANSWERED"
    assert record["hangup_cause"] == "16"
    assert not (node.spool / "voicemail" / f"{record['uniqueid']}.wav").exists()


def test_a_number_that_is_not_the_businesss_is_refused(node: Node, tmp_path: Path) -> None:
    assert place_call(node, "uac-unknown-number-expect-404", "999", tmp_path).is_as_expected


@pytest.mark.parametrize("number", [NUMBER.removeprefix("+"), f"+{RECORDED_NUMBER}"])
def test_a_number_may_be_dialled_with_its_plus_sign_or_without(
    node: Node, tmp_path: Path, number: str
) -> None:
    caller = f"+4931{number.removeprefix('+')[-4:]}"
    assert place_call(
        node, "uac-cancels-early-expect-487", number, tmp_path, caller=caller
    ).is_as_expected
    # As the business writes it, or as it was dialled when the caller was quicker than the dialplan.
    assert records.line_of(node, caller)["did"].endswith(number[-4:])


@pytest.mark.parametrize(
    ("scenario", "caller"),
    [
        ("uac-speaks-alaw-only-expect-alaw", "+4930000005"),
        ("uac-prefers-alaw-expect-alaw", "+4930000006"),
    ],
)
def test_the_callers_own_codec_is_spoken(
    node: Node, tmp_path: Path, scenario: str, caller: str
) -> None:
    call = place_call(node, scenario, NUMBER, tmp_path, caller=caller, payload_type=8)
    assert call.is_as_expected
    assert records.line_of(node, caller)["codec"] == "alaw"


def test_a_caller_with_no_codec_of_ours_is_refused(node: Node, tmp_path: Path) -> None:
    assert place_call(node, "uac-no-common-codec-expect-488", NUMBER, tmp_path).is_as_expected


def test_a_stranger_is_refused(node: Node, tmp_path: Path) -> None:
    assert place_call(
        node, "uac-stranger-calls-expect-401", NUMBER, tmp_path, source="127.0.0.2"
    ).is_as_expected


def test_a_stranger_who_names_himself_as_the_trunk_is_refused(node: Node, tmp_path: Path) -> None:
    assert place_call(
        node, "uac-stranger-calls-expect-401", NUMBER, tmp_path, caller="lab", source="127.0.0.2"
    ).is_as_expected


def test_a_withheld_number_is_on_record_as_none(node: Node, tmp_path: Path) -> None:
    before = {line["uniqueid"] for line in records.lines(node)}
    assert place_call(
        node, "uac-cancels-early-expect-487", NUMBER, tmp_path, caller="anonymous"
    ).is_as_expected
    assert records.line_of(node, "")["uniqueid"] not in before


def test_a_caller_hears_the_apology_and_its_tone(
    long_calls: dict[str, "Future[Call]"],
) -> None:
    call = long_calls[LEAVES_MESSAGE].result()
    assert call.is_as_expected
    apology = call.heard[: round(APOLOGY_S * RATE_HZ)]
    assert apology.size == round(APOLOGY_S * RATE_HZ)
    assert _loudness(apology) > 1_000


def test_what_the_caller_says_after_the_tone_is_kept_though_the_caller_hangs_up(
    node: Node, long_calls: dict[str, "Future[Call]"]
) -> None:
    assert long_calls[LEAVES_MESSAGE].result().is_as_expected
    record = records.line_of(node, LEAVES_MESSAGE)
    assert (record["handled_by"], record["disposition"]) == ("dialplan", "ANSWERED")
    assert (record["hangup_cause"], record["codec"], record["did"]) == ("16", "ulaw", NUMBER)
    assert record["uniqueid"].startswith("testnode-")
    assert float(record["start"]) <= float(record["answer"]) < float(record["end"])
    with wave.open(str(node.spool / record["voicemail"])) as file:
        assert file.getframerate() == RATE_HZ
        message = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    # The scenario hangs up 13.5 s after the answer: apology and tone take 10.5 s of them.
    assert 1 < message.size / RATE_HZ < 4
    assert float(record["voicemail_s"]) == pytest.approx(message.size / RATE_HZ, abs=0.2)
    assert _pitch_hz(message) == pytest.approx(TONE_HZ, abs=5)


def test_a_message_that_is_too_long_ends_with_a_goodbye(
    node: Node, long_calls: dict[str, "Future[Call]"]
) -> None:
    call = long_calls[SPEAKS_TOO_LONG].result()
    assert call.is_as_expected
    record = records.line_of(node, SPEAKS_TOO_LONG)
    assert float(record["voicemail_s"]) == pytest.approx(SHORT_MESSAGE_S, abs=0.5)
    # "Thank you. Goodbye." is the last that is heard.
    assert _loudness(call.heard[-RATE_HZ:]) > 500


def test_nothing_is_wrong_in_asterisks_log(
    node: Node, long_calls: dict[str, "Future[Call]"]
) -> None:
    for call in long_calls.values():
        call.result()
    wrong = [line for line in node.log.splitlines() if "WARNING" in line or "ERROR" in line]
    assert [line for line in wrong if not any(known in line for known in EXPECTED_WARNINGS)] == []
