"""Whose calls a bench's are."""

import pytest

from voicebot.caller.bench_latency import new_caller
from voicebot.calls.phone_number import caller_number, country_of


@pytest.mark.parametrize("called", ["1000", "+12025550100", "+493012345678"])
def test_records_keep_the_number_of_each_caller(called: str) -> None:
    callers = [new_caller(called) for _ in range(200)]
    country = country_of(called)
    assert [caller_number(caller, country=country).number for caller in callers] == callers
