"""`python -m workers.tts.speak --out FILE.wav TEXT`: a text as speech, without Redis."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workers import audio
from workers.engines import synthesizers
from workers.errors import WorkerError
from workers.exit_codes import explained
from workers.settings import WorkerSettings
from workers.wav_files import write_wav


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 1 when there was nothing to say, 3 without an engine."""
    parser = argparse.ArgumentParser(prog="workers.tts.speak", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.wav")
    parser.add_argument("--rate", type=int, choices=(8_000, 16_000), default=8_000)
    parser.add_argument("--even", action="store_true", help="always the same for the same text")
    parser.add_argument("--language", default="en", metavar="TAG", help="BCP 47")
    parser.add_argument("text", metavar="TEXT")
    chosen = parser.parse_args(arguments)
    try:
        settings = WorkerSettings.load()
        engine = synthesizers(settings, is_even=chosen.even).choose(chosen.language)
    except WorkerError as error:
        return explained(error, chosen.language)
    spoken = [
        audio.resample(samples, engine.rate_hz, chosen.rate)
        for samples in engine.synthesize(chosen.text)
    ]
    if not spoken:
        print("nothing-to-say: the text holds no words", file=sys.stderr)
        return 1
    write_wav(chosen.out, np.concatenate(spoken), chosen.rate)
    return 0


if __name__ == "__main__":
    sys.exit(main())
