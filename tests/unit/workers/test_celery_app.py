"""What Celery is told about queues and messages."""

from workers.celery_app import create_app
from workers.contract import Stage


def test_nothing_but_json_is_accepted() -> None:
    assert create_app("redis://127.0.0.1:1/0", Stage.STT).conf.accept_content == ["json"]


def test_a_message_is_kept_until_its_work_is_done_and_none_is_fetched_ahead() -> None:
    conf = create_app("redis://127.0.0.1:1/0", Stage.STT).conf
    assert (conf.task_acks_late, conf.worker_prefetch_multiplier) == (True, 1)
    assert conf.worker_disable_prefetch


def test_each_stage_has_its_own_queue() -> None:
    for stage in Stage:
        assert create_app("redis://127.0.0.1:1/0", stage).conf.task_default_queue == stage.value


def test_results_are_ignored() -> None:
    assert create_app("redis://127.0.0.1:1/0", Stage.LLM).conf.task_ignore_result
