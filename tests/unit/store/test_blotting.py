import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.store.cdr_lines import cdr_line
from voicebot.calls.model import CallRecord
from voicebot.store.asterisk_cdr import read_line
from voicebot.store.blotted_files import blot_caller, blot_files, blot_old
from voicebot.store.blotting import asterisk_log_blot, cdr_blot, log_blot, number_blot, words_blot

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NUMBER = "+12025550123"


@pytest.mark.parametrize(
    "written",
    [
        "+12025550123",
        "12025550123",
        "0012025550123",
        "2025550123",
        "(202) 555-0123",
        "202.555.0123",
    ],
)
def test_a_number_is_blotted_however_it_is_written(written: str) -> None:
    line = f'"PJSIP/trunk","{written}","1000"\n'.encode()
    blotted = number_blot(NUMBER)(line)
    assert len(blotted) == len(line)
    assert b"555" not in blotted
    assert blotted.endswith(b'","1000"\n')


@pytest.mark.parametrize("other", ["+12025550124", "920255501234", "20255501239"])
def test_other_numbers_stay(other: str) -> None:
    line = f"call from {other}.\n".encode()
    assert number_blot(NUMBER)(line) == line


@pytest.mark.parametrize("number", ["", "12", "anonymous", "2025550123", "+1"])
def test_what_is_no_number_with_a_country_code_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="country code"):
        number_blot(number)


@given(st.binary(max_size=200))
def test_nothing_ever_moves(line: bytes) -> None:
    blots = (
        number_blot(NUMBER),
        words_blot({"a"}),
        log_blot(NOON),
        asterisk_log_blot(NOON),
        cdr_blot(NOON),
    )
    for blot in blots:
        assert len(blot(line)) == len(line)


@given(
    st.text(max_size=30), st.text(max_size=30), st.integers(), st.booleans()
)  # fmt: skip
def test_what_is_private_in_our_logs_goes_and_the_rest_stays(
    private: str, public: str, number: int, is_ascii: bool
) -> None:
    entry = {
        "call_id": "a-1",
        "event": public,
        "private_text": private,
        "private_number": number,
        "timestamp": NOON.isoformat().replace("+00:00", "Z"),
    }
    line = json.dumps(entry, ensure_ascii=is_ascii).encode() + b"\n"
    for blot in (words_blot({"a-1"}), log_blot(NOON + timedelta(seconds=1))):
        blotted = blot(line)
        assert len(blotted) == len(line)
        left = json.loads(blotted)
        assert (left["call_id"], left["event"]) == ("a-1", public)
        assert set(str(left["private_text"])) <= set("x")
        assert set(str(left["private_number"])) <= set("x0")
    assert words_blot({"a-2"})(line) == log_blot(NOON)(line) == line


def test_old_lines_of_asterisk_lose_their_numbers() -> None:
    old = b"[2026-11-23 11:59:59.999] NOTICE[12]: call from '+12025550123' at 127.0.0.1:5060\n"
    new = old.replace(b"11:59", b"12:00")
    assert asterisk_log_blot(NOON)(new) == new
    assert asterisk_log_blot(NOON)(old) == old.replace(b"12025550123", b"xxxxxxxxxxx")


def test_old_lines_of_the_cdr_lose_the_callers_number() -> None:
    line = cdr_line("node1-1.1", ended_at=NOON, caller_number="+12025550123").encode()
    assert cdr_blot(NOON - timedelta(minutes=1))(line) == line
    blotted = cdr_blot(NOON)(line)
    assert blotted == line.replace(b"12025550123", b"xxxxxxxxxxx")
    assert isinstance(read_line(blotted.decode()), CallRecord)


def test_a_file_is_blotted_where_it_stands(tmp_path: Path) -> None:
    file, link = tmp_path / "voicebot.csv", tmp_path / "link.csv"
    file.write_text('"1","+12025550123"\n"2","+12025550199"\n"3","2025550123"')
    link.symlink_to(file)
    inode, blot = file.stat().st_ino, number_blot(NUMBER)
    with file.open("a") as appending:
        assert blot_files([file, tmp_path / "none.csv", tmp_path], blot) == 2
        appending.write("\nlater\n")
    assert file.read_text() == '"1","+xxxxxxxxxxx"\n"2","+12025550199"\n"3","xxxxxxxxxx"\nlater\n'
    assert file.stat().st_ino == inode
    with pytest.raises(OSError, match="symbolic"):
        blot_files([link], blot)


def test_a_caller_is_blotted_out_of_all_files_of_a_node(tmp_path: Path) -> None:
    files = {
        "asterisk/log/cdr-custom/voicebot.csv": cdr_line("node1-1.1", caller_number=NUMBER) + "\n",
        "asterisk/log/messages.log": f"[2026-11-23 11:00:00.000] NOTICE: {NUMBER} rang\n",
        "log/agent-1.log": "".join(
            json.dumps({"call_id": call_id, "private_text": "my name is Ann"}) + "\n"
            for call_id in ("node1-1.1", "node1-1.2")
        ),
        "log/agent-1.log.1": json.dumps({"event": "call.started", "private_caller": NUMBER}),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert blot_caller(tmp_path, NUMBER, ()) == 4
    left = {name: (tmp_path / name).read_text() for name in files}
    assert not any("5550123" in text for text in left.values())
    assert left["log/agent-1.log"].count("my name is Ann") == 1
    assert blot_caller(tmp_path, NUMBER, ()) == 0


def test_what_is_old_is_blotted_out_of_all_files_of_a_node(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    lines = [
        json.dumps({"private_text": "Hello", "timestamp": at.isoformat()})
        for at in (NOON - timedelta(days=1), NOON)
    ]
    (tmp_path / "log/agent-1.log").write_text("\n".join(lines))
    assert blot_old(tmp_path, NOON) == 1
    assert (tmp_path / "log/agent-1.log").read_text().count("Hello") == 1
