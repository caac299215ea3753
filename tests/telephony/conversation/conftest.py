from pathlib import Path

import pytest

from tests.telephony.conversation.calling import Line
from voicebot.stack.stack import Stack


@pytest.fixture
def line(running_stack: Stack, tmp_path: Path) -> Line:
    """A line to the whole stack: real Asterisk, Redis, workers and agents."""
    return Line(running_stack, tmp_path)
