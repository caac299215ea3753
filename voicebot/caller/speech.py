"""Turns the texts of a caller into speech, once for each text.

The synthesizer is the workers' own, run as a process of its own (piper is GPL).
Its files are kept in the cache directory by the content of the request.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from voicebot.caller.audio_files import read_wav
from voicebot.caller.sound import RATE_HZ, Samples
from voicebot.errors import CallerError

SYNTHESIS_LIMIT_S = 120.0
# A caller in a test says the same thing the same way each time.
SYNTHESIZER = (sys.executable, "-m", "workers.tts.speak", "--even")


def spoken(text: str, cache_dir: Path, synthesizer: tuple[str, ...] = SYNTHESIZER) -> Samples:
    """The text as speech. Raises CallerError with what the synthesizer complained of."""
    request = "\n".join((*synthesizer[1:], str(RATE_HZ), text))
    path = cache_dir / "caller-speech" / f"{hashlib.sha256(request.encode()).hexdigest()}.wav"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Several callers may want the same words at once: each writes a file of its own first.
        partial = path.with_suffix(f".{os.getpid()}.partial")
        run_worker((*synthesizer, "--out", str(partial), "--rate", str(RATE_HZ), text))
        partial.replace(path)
    return read_wav(path)


def run_worker(command: tuple[str, ...], limit_s: float = SYNTHESIS_LIMIT_S) -> str:
    """What the worker's command line printed. Raises CallerError when it failed."""
    name = command[2] if len(command) > 2 else command[0]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CallerError(f"{name} could not be run: {error.__class__.__name__}") from error
    if done.returncode != 0:
        complaint = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise CallerError(f"{name} failed: {complaint[0]}")
    return done.stdout
