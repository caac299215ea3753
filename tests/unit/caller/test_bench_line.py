from tests.fakes.waiting_lines import FakeWaitingLines
from voicebot.caller.bench_line import LineFigures, StepFigures, measure_line
from voicebot.queueing.model import QueueName

QUEUE = QueueName("bench")


async def test_the_line_is_as_long_as_asked_and_empty_afterwards() -> None:
    lines = FakeWaitingLines()
    figures = await measure_line(lines, QUEUE, callers=300, questions=100, seed=1)
    assert figures.waiting == 300
    assert figures.join.questions == figures.leave.questions == figures.position.questions == 100
    assert await lines.waiting(QUEUE) == 0


def test_figures_are_in_milliseconds() -> None:
    step = StepFigures.of([0.001] * 99 + [0.1])
    assert (step.p50_ms, step.longest_ms) == (1.0, 100.0)


def test_one_slow_kind_of_question_misses_the_target() -> None:
    quick, slow = StepFigures.of([0.001]), StepFigures.of([0.003])
    assert LineFigures(1, quick, quick, quick).is_met
    assert not LineFigures(1, quick, quick, slow).is_met
