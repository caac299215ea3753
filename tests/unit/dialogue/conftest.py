import pytest

from tests.unit.dialogue.conversing import Conversing, a_call


@pytest.fixture
def call() -> Conversing:
    """A call whose greeting was heard."""
    return a_call()
