"""Which weights does an embedded language model load?"""

from pathlib import Path

import pytest

from workers.errors import EngineMissing
from workers.llm.gguf import gguf_file


def test_weights_that_are_named_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "own.gguf"
    file.touch()
    assert gguf_file(str(file)) == file


def test_weights_that_are_absent_are_named_with_the_setting() -> None:
    with pytest.raises(EngineMissing, match=r"/no/such\.gguf.*VOICEBOT_LLM_WEIGHTS"):
        gguf_file("/no/such.gguf")
