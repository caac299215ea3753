from typing import Any

import pytest
from pydantic import ValidationError

from tests.fakes.sample_business import a_business
from voicebot.dialogue.business import Business
from voicebot.dialogue.queue_settings import QueuePhrases, QueueSettings, queue_of


def with_queues(*queues: dict[str, Any]) -> Business:
    business = a_business()
    return Business.model_validate({**business.model_dump(), "queues": queues})


def test_without_queues_nobody_waits() -> None:
    assert queue_of(a_business().queues, "1000") is None


def test_a_queue_without_numbers_has_all_that_no_other_has() -> None:
    queues = (QueueSettings(name="service"), QueueSettings(name="sales", dids=("+12025550100",)))
    found = [queue_of(queues, did) for did in ("1000", "+12025550100", "12025550100")]
    assert [queue.name for queue in found if queue is not None] == ["service", "sales", "sales"]


def test_a_number_of_no_queue_has_nobody_waiting() -> None:
    assert queue_of((QueueSettings(name="sales", dids=("1000",)),), "2000") is None


def test_all_that_callers_hear_while_they_wait_is_known_beforehand() -> None:
    business = with_queues({"name": "service"})
    texts = business.queues[0].texts
    assert "You are number 7 in line." in texts
    assert "It will probably take between 5 and 10 minutes." in texts
    assert set(texts) <= set(business.standard_texts)
    assert not any("{" in text for text in texts)


@pytest.mark.parametrize(
    ("queues", "problem"),
    [
        ([{"name": "a"}, {"name": "a", "dids": ["1000"]}], '"a" occurs 2 times'),
        ([{"name": "a"}, {"name": "b"}], "only one may be without dids"),
        ([{"name": "a", "dids": ["999"]}], '"999" is none of the dids'),
        ([{"name": "a", "overflow": "nowhere"}], '"nowhere" is no transfer'),
        ([{"name": "a", "phrases": {"position": "You wait."}}], "must contain {position}"),
        ([{"name": "a", "phrases": {"wait_up_to": "{high} or {low}"}}], "must contain {high}"),
    ],
)
def test_what_does_not_fit_together_is_refused(queues: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem.replace("{", r"\{")):
        with_queues(*queues)


def test_every_digit_has_a_word() -> None:
    assert len(QueuePhrases().digits) == 10
