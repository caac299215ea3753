import gzip
import os
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.store.cdr_file import CHUNK_LINES, Line, Position, unread_lines


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "voicebot.csv"


def read(file: Path, position: Position | None = None) -> list[Line]:
    return list(chain.from_iterable(unread_lines(file, position)))


def texts(file: Path, position: Position | None = None) -> list[str]:
    return [line.text for line in read(file, position)]


def rotate(file: Path, name: str) -> None:
    """Renames the file, as logrotate does, and sees to it that it is older than its successor."""
    rotated = file.rename(file.with_name(name))
    os.utime(rotated, ns=(1, 1))


def test_without_a_file_there_is_nothing_to_read(file: Path) -> None:
    assert texts(file) == []


def test_a_line_still_being_written_waits_until_it_is_complete(file: Path) -> None:
    file.write_text("one\ntwo")
    assert texts(file) == ["one"]
    file.write_text("one")
    assert texts(file) == []


def test_reading_goes_on_behind_the_position(file: Path) -> None:
    file.write_text("one\ntwo\nthree\n")
    first = read(file)[0]
    assert texts(file, first.end) == ["two", "three"]
    assert texts(file, read(file)[-1].end) == []


def test_many_lines_come_in_chunks(file: Path) -> None:
    file.write_text("".join(f"{number}\n" for number in range(2 * CHUNK_LINES + 1)))
    sizes = [len(chunk) for chunk in unread_lines(file, None)]
    assert sizes == [CHUNK_LINES, CHUNK_LINES, 1]


def test_lines_left_in_a_rotated_file_are_read_before_the_new_file(file: Path) -> None:
    file.write_text("one\ntwo\n")
    reached = read(file)[0].end
    rotate(file, "voicebot.csv.1")
    assert texts(file, reached) == ["two"]
    file.write_text("three\n")
    assert texts(file, reached) == ["two", "three"]


def test_a_file_that_was_copied_and_truncated_loses_no_line(file: Path) -> None:
    file.write_text("one\ntwo\n")
    reached = read(file)[0].end
    copy = file.with_name("voicebot.csv.1")
    copy.write_bytes(file.read_bytes())
    os.utime(copy, ns=(1, 1))
    file.write_text("three, and longer than what was there\n")
    assert texts(file, reached) == ["two", "three, and longer than what was there"]


def test_a_file_that_took_the_place_of_another_is_read_from_its_start(file: Path) -> None:
    file.write_text("one\ntwo\n")
    reached = read(file)[1].end
    file.write_text("three\nfour\nfive\n")  # the same inode, and longer
    assert texts(file, reached) == ["three", "four", "five"]


def test_a_file_shorter_than_what_was_read_of_it_is_read_from_its_start(file: Path) -> None:
    file.write_text("one\ntwo\n")
    reached = read(file)[1].end
    file.write_text("one\n")
    assert texts(file, reached) == ["one"]


def test_compressed_files_are_left_alone(file: Path) -> None:
    file.with_name("voicebot.csv.2.gz").write_bytes(gzip.compress(b"old\n"))
    file.write_text("one\n")
    assert texts(file) == ["one"]


def test_bytes_that_are_no_text_do_not_stop_the_reading(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\nnext\r\n")
    assert texts(file) == ["\ufffd\ufffd", "next"]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.booleans())
def test_whatever_is_written_and_rotated_between_reads_each_line_is_read_once(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int], rotates: bool
) -> None:
    file = tmp_path_factory.mktemp("cdr") / "voicebot.csv"
    position, seen, written = None, [], 0
    for turn, batch in enumerate(batches):
        with file.open("a") as opened:
            opened.writelines(f"{written + number}\n" for number in range(batch))
        written += batch
        if rotates and turn % 2:
            rotate(file, f"voicebot.csv.{turn}")
            os.utime(file.with_name(f"voicebot.csv.{turn}"), ns=(turn + 1, turn + 1))
        for line in read(file, position):
            seen.append(int(line.text))
            position = line.end
    assert seen == list(range(written))
