import pytest

from voicebot.yaml_places import line_of

TEXT = """# A comment.
name: Shop

facts:
  - id: address
    answer: Here.
  - id: hours
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("name",), 2),
        (("facts",), 4),
        (("facts", 0, "answer"), 6),
        (("facts", 1), 7),
        # What is missing belongs to what it is missing from.
        (("facts", 1, "answer"), 7),
        (("facts", 9), 4),
        (("greeting",), 1),
        ((), 1),
    ],
)
def test_the_nearest_part_that_is_there_is_found(place: tuple[int | str, ...], line: int) -> None:
    assert line_of(TEXT, place) == line


def test_an_empty_file_has_one_line() -> None:
    assert line_of("", ("name",)) == 1
