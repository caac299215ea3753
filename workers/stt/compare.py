"""`python -m workers.stt.compare`: how does the live path hear recordings, how the full window?

Reads one JSON document a line: file, text (what is said on it, if that is known), ways. Prints one
for each, in order: for each way what was heard, how long that took, and why the full
window had to judge after all; and when each word of the known text was spoken.
"""

import json
import sys
import time
from typing import Any, TextIO

import structlog

from workers.audio import Samples
from workers.errors import WorkerError
from workers.exit_codes import explained
from workers.settings import WorkerSettings
from workers.stt.engine import RATE_HZ
from workers.stt.faster_whisper_engine import FasterWhisperEngine
from workers.stt.word_times import words_of
from workers.wav_files import WavUnreadable, read_wav

LIVE, FULL = "live", "full"


def main(lines: TextIO = sys.stdin) -> int:
    """Returns the exit code: 1 when a file cannot be read, 3 without the engine."""
    # What is printed is for a program to read.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        settings = WorkerSettings.load()
        engine = FasterWhisperEngine(settings.stt_threads, settings.stt_model)
    except WorkerError as error:
        return explained(error, "en")
    engine.warm_up()
    for line in lines:
        asked = json.loads(line)
        try:
            samples = read_wav(asked["file"], RATE_HZ)
        except (OSError, WavUnreadable) as error:
            print(f"unreadable: {error}", file=sys.stderr)
            return 1
        told: dict[str, Any] = {"file": asked["file"]}
        for way in asked["ways"]:
            told[way] = heard(engine, samples, accurate=way == FULL)
        if asked.get("text"):
            words = words_of(engine.whisper, engine.tokenizer("en"), samples, asked["text"], 0)
            told["words"] = [[word.text, word.start_ms, word.end_ms] for word in words]
        print(json.dumps(told, ensure_ascii=False), flush=True)
    return 0


def heard(engine: FasterWhisperEngine, samples: Samples, *, accurate: bool) -> dict[str, Any]:
    """One way's answer and its cost."""
    begun_s = time.perf_counter()
    recognition = engine.recognize(samples, language="en", hint="", accurate=accurate)
    return {
        "text": recognition.text,
        "time_ms": round((time.perf_counter() - begun_s) * 1000, 1),
        "heard_again": recognition.heard_again,
    }


if __name__ == "__main__":
    sys.exit(main())
