"""A business file is read, or its faults are named."""

from pathlib import Path

import pytest
import yaml

from tests.fakes.sample_business import CONTENT, a_business
from voicebot.business_file import load_business
from voicebot.dialogue.answers import questions_of
from voicebot.errors import BusinessFileInvalid
from voicebot.settings import PROJECT_DIR

DEMO = PROJECT_DIR / "config" / "lakeside_bikes.yaml"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path) -> tuple[str, ...]:
    with pytest.raises(BusinessFileInvalid) as caught:
        load_business(path)
    assert caught.value.path == str(path)
    assert str(path) in str(caught.value)
    return caught.value.problems


def test_a_good_file_is_a_business(tmp_path: Path) -> None:
    path = written(tmp_path / "shop.yaml", yaml.safe_dump(CONTENT))
    assert load_business(path) == a_business()


def test_the_demo_business_can_be_talked_with_for_five_minutes() -> None:
    business = load_business(DEMO)
    assert "machine" in business.greeting
    assert len(business.facts) >= 20
    assert all(len(fact.questions) >= 2 for fact in business.facts)
    questions = [question.lower() for question in questions_of(business)]
    assert len(questions) == len(set(questions)), "a question leads to one fact"
    assert any(fact.when_open is not None for fact in business.facts)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert faults(tmp_path / "nowhere.yaml") == ("there is no such file",)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert faults(tmp_path) == ("it cannot be read: Is a directory",)


@pytest.mark.parametrize("text", ["name: [", "a: b: c", "\tname: x"])
def test_a_file_that_is_no_yaml_says_where(tmp_path: Path, text: str) -> None:
    (problem,) = faults(written(tmp_path / "shop.yaml", text))
    assert problem.startswith("this is no YAML")
    assert "line 1" in problem


def test_a_date_that_no_calendar_has_is_a_fault(tmp_path: Path) -> None:
    (problem,) = faults(written(tmp_path / "shop.yaml", "hours: {closed_on: [2026-02-30]}"))
    assert "day" in problem


def test_bytes_that_are_no_text_are_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_bytes(b"name: \xff\xfe\x00")
    (problem,) = faults(path)
    assert problem.startswith("this is no YAML")


@pytest.mark.parametrize("text", ["", "- a list", "just words", "42"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "shop.yaml", text)
    assert faults(path) == ("must be a mapping, beginning with name:",)


def test_a_file_can_run_no_code(tmp_path: Path) -> None:
    text = "name: !!python/object/apply:os.system ['true']"
    assert faults(written(tmp_path / "shop.yaml", text))[0].startswith("this is no YAML")


def test_every_fault_is_named_with_its_place(tmp_path: Path) -> None:
    content = CONTENT | {
        "dids": ["1000", 1001],
        "silence": {"patience_s": 500},
        "hours": {"time_zone": "Mars/Olympus", "week": {"mon": ["9-5"]}},
        "greetings": "Hello",
    }
    del content["persona"]
    problems = faults(written(tmp_path / "shop.yaml", yaml.safe_dump(content)))
    named = {problem.split(": ")[1] for problem in problems}
    assert named == {"dids.1", "silence.patience_s", "hours.week.mon.0", "greetings", "persona"}
    told = 'hours.week.mon.0: "9-5" is no opening interval; write it as "09:00-18:00"'
    assert any(problem.endswith(told) for problem in problems)


def test_a_fault_is_named_with_its_line(tmp_path: Path) -> None:
    lines = yaml.safe_dump(CONTENT | {"silence": {"patience_s": 500}}).splitlines()
    (problem,) = faults(written(tmp_path / "shop.yaml", "\n".join(lines)))
    (number,) = [n for n, line in enumerate(lines, 1) if "patience_s" in line]
    assert problem.startswith(f"line {number}: silence.patience_s: ")


def test_a_fault_of_the_whole_names_its_key(tmp_path: Path) -> None:
    text = yaml.safe_dump(CONTENT | {"greeting": "Hello."})
    (problem,) = faults(written(tmp_path / "shop.yaml", text))
    (number,) = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("greeting")]
    assert problem.startswith(f"line {number}: greeting: must say that the caller speaks")
