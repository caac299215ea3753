"""`python -m workers.stt.after_call --caller FILE.wav --agent FILE.wav`: a call, word by word.

For recordings, after the call and without Redis. Each channel is one speaker's. Prints one JSON
object: engine, model, language, word_times, and lines with speaker, start_ms, end_ms, text and
words. A message that a caller left has one channel: leave --agent out.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workers.contract import FailureReason, serving_language
from workers.engines import recordings
from workers.errors import WorkerError, WorkFailed
from workers.exit_codes import explained
from workers.settings import WorkerSettings
from workers.stt.conversation import Line, Speaker, lines_of
from workers.stt.engine import RATE_HZ
from workers.stt.recording_engine import RecordingEngine
from workers.wav_files import WavUnreadable, read_wav


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 1 when a file cannot be read, 3 without an engine."""
    parser = argparse.ArgumentParser(prog="workers.stt.after_call", description=__doc__)
    parser.add_argument("--caller", type=Path, required=True, metavar="FILE.wav")
    parser.add_argument("--agent", type=Path, default=None, metavar="FILE.wav")
    parser.add_argument("--language", default="en", metavar="TAG", help="BCP 47")
    chosen = parser.parse_args(arguments)
    files = {Speaker.CALLER: chosen.caller, Speaker.AGENT: chosen.agent}
    try:
        # Standard output is for the answer alone; packages below print there what they do.
        with redirect_stdout(sys.stderr):
            engine = recordings(WorkerSettings.load(), chosen.language)
            told = transcribed(engine, files, chosen.language)
    except WorkerError as error:
        return explained(error, chosen.language)
    except (OSError, WavUnreadable) as error:
        print(f"unreadable: {error}", file=sys.stderr)
        return 1
    print(json.dumps(told, ensure_ascii=False))
    return 0


def transcribed(
    engine: RecordingEngine, files: Mapping[Speaker, Path | None], language: str
) -> dict[str, Any]:
    """The conversation as it is printed; raises WorkFailed, WavUnreadable or OSError."""
    if serving_language(language, engine.languages) is None:
        raise WorkFailed(FailureReason.LANGUAGE_UNSUPPORTED)
    channels = {
        speaker: engine.words(read_wav(file, RATE_HZ), language)
        for speaker, file in files.items()
        if file is not None
    }
    return {
        "engine": engine.name,
        "model": engine.model,
        "language": language,
        "word_times": engine.word_times.value,
        "lines": [_told(line) for line in lines_of(channels)],
    }


def _told(line: Line) -> dict[str, Any]:
    return {
        "speaker": line.speaker.value,
        "start_ms": line.start_ms,
        "end_ms": line.end_ms,
        "text": line.text,
        "words": [asdict(word) for word in line.words],
    }


if __name__ == "__main__":
    sys.exit(main())
