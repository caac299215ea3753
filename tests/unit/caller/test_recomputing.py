"""Figures of benches, computed again."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.caller.signals import line
from tests.unit.caller.test_placing import PLAN, held_call
from tests.unit.caller.test_turn_figures import SENTENCE
from voicebot.caller.audio_files import write_wav
from voicebot.caller.barge_in_figures import disturbance, interruption
from voicebot.caller.bench_figures import as_document as as_call_document
from voicebot.caller.bench_latency import bench_call
from voicebot.caller.bench_turns import heard_sentences
from voicebot.caller.kept_sentences import keep_sentences
from voicebot.caller.placing import report_call
from voicebot.caller.recomputing import recomputed
from voicebot.caller.sound import Span
from voicebot.caller.turn_figures import as_document as as_turns_document
from voicebot.caller.turn_figures import turn_figures
from voicebot.errors import CallerError

PLACED_AT = datetime(2026, 11, 23, tzinfo=UTC)


def written(directory: Path, name: str, document: Any) -> None:
    (directory / f"{name}.json").write_text(json.dumps(document))


def a_latency_bench(directory: Path) -> None:
    calls = []
    for number in ("00", "01"):
        report = report_call(PLAN, held_call(), PLACED_AT, directory / "sequence" / number)
        calls.append(bench_call("5550100", report.to_json()))
    written(directory, "latency", as_call_document({"sequence": calls}, ()))


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    for number in ("00", "01"):
        (tmp_path / "bench" / "sequence" / number).mkdir(parents=True)
    a_latency_bench(tmp_path / "bench")
    return tmp_path / "bench"


def test_figures_come_out_of_the_recordings_as_they_were_written(bench: Path) -> None:
    figures = recomputed(bench)["latency"]
    assert len(figures) == 6  # both figures of two calls, and of the phase
    assert all(one.agrees for one in figures)


def test_a_bench_can_be_taken_elsewhere_first(bench: Path, tmp_path: Path) -> None:
    elsewhere = bench.rename(tmp_path / "elsewhere")
    assert all(one.agrees for one in recomputed(elsewhere)["latency"])


def test_a_figure_that_was_touched_up_is_found(bench: Path) -> None:
    document = json.loads((bench / "latency.json").read_text())
    document["calls"]["sequence"][1]["voice_to_voice_ms"] = [1]
    document["figures"]["sequence"]["voice_to_voice_ms"]["p95"] = 1
    written(bench, "latency", document)
    differing = [one.figure for one in recomputed(bench)["latency"] if not one.agrees]
    assert differing == ["sequence sequence/01, voice to voice", "sequence, voice to voice"]


def test_cut_ins_are_found_again(tmp_path: Path) -> None:
    call = tmp_path / "call-000"
    call.mkdir()
    keep_sentences([SENTENCE], call)
    report_call(PLAN, held_call(), PLACED_AT, call)
    heard = heard_sentences([SENTENCE], call)
    assert len(heard) == 1
    written(tmp_path, "turns", as_turns_document(turn_figures(heard), heard))
    figures = recomputed(tmp_path)["turns"]
    assert [one.figure for one in figures] == ["one", "all sentences"]
    assert all(one.agrees for one in figures)


def test_what_became_of_answers_is_found_again(tmp_path: Path) -> None:
    samples = line(6_000, [Span(0, 2_000), Span(2_400, 4_000)])
    for name in ("disturbed-00", "interrupted-00"):
        (tmp_path / name).mkdir()
        write_wav(tmp_path / name / "heard.wav", samples)
    a_cough = disturbance("cough 3 disturbed-00", Span(1_500, 1_900), samples)
    words = interruption("interrupted-00 hello", Span(3_500, 4_500), samples)
    assert a_cough is not None
    assert words is not None
    document = {"disturbances": [asdict(a_cough)], "interruptions": [asdict(words)]}
    written(tmp_path, "barge-in", document)
    assert [one.agrees for one in recomputed(tmp_path)["barge-in"]] == [True, True]


def test_words_are_recognised_once_more(tmp_path: Path) -> None:
    recording = {"name": "a/b", "text": "press one", "live": {"wrong": 0}, "full": {"wrong": 0}}
    written(tmp_path, "asr", {"recordings": [recording]})
    heard = {
        way: {"text": text, "time_ms": 1, "heard_again": ""}
        for way, text in (("live", "Press 1."), ("full", "Press two."))
    }
    recognizer = (sys.executable, "-c", f"print({json.dumps(json.dumps(heard))})")
    figures = recomputed(tmp_path, recognizer)["asr"]
    assert [(one.figure, one.agrees) for one in figures] == [
        ("a/b, live, words wrong", True),
        ("a/b, full, words wrong", False),
    ]


def test_a_directory_without_figures_is_no_bench(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="no figures"):
        recomputed(tmp_path)


def test_damaged_figures_are_named(tmp_path: Path) -> None:
    (tmp_path / "latency.json").write_text("{}")
    with pytest.raises(CallerError, match="latency"):
        recomputed(tmp_path)
