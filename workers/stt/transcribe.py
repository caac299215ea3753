"""`python -m workers.stt.transcribe FILE.wav …`: what was said on recordings, without Redis.

Prints one JSON line for each file, in order: file, text, confidence.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from workers.engines import recognizers
from workers.errors import WorkerError
from workers.exit_codes import explained
from workers.settings import WorkerSettings
from workers.stt.engine import RATE_HZ
from workers.stt.recording import transcribe
from workers.wav_files import WavUnreadable, read_wav


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 1 when a file cannot be read, 3 without an engine."""
    parser = argparse.ArgumentParser(prog="workers.stt.transcribe", description=__doc__)
    parser.add_argument("--language", default="en", metavar="TAG", help="BCP 47")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.wav")
    chosen = parser.parse_args(arguments)
    try:
        settings = WorkerSettings.load()
        engine = recognizers(settings).choose(chosen.language)
    except WorkerError as error:
        return explained(error, chosen.language)
    for file in chosen.files:
        try:
            samples = read_wav(file, RATE_HZ)
        except (OSError, WavUnreadable) as error:
            print(f"unreadable: {error}", file=sys.stderr)
            return 1
        heard = transcribe(engine, samples, chosen.language)
        line = {"file": str(file), "text": heard.text, "confidence": round(heard.confidence, 3)}
        print(json.dumps(line, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
