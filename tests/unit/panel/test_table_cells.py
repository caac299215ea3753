import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.panel.table_cells import cell, csv_line


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_every_line_is_read_again_as_it_was_written(values: list[str]) -> None:
    (read,) = csv.reader(io.StringIO(csv_line(["id", *values]), newline=""))
    assert read == ["id", *(cell(one) for one in values)]


@given(st.text())
def test_no_cell_begins_a_formula(text: str) -> None:
    assert not cell(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["=1+1", " =1", "+4366012", "@SUM(A1)", "\t=1"])
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_what_is_absent_is_an_empty_cell_and_zero_is_zero() -> None:
    assert csv_line([None, 0]) == ",0\r\n"
