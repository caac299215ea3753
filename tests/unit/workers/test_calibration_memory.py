"""What a worker bears is known from one start to the next."""

from pathlib import Path

from workers.calibration_memory import Calibrations

SUBJECT = {"engine": "piper", "cores": 2}


def test_exactly_the_same_subject_is_known(tmp_path: Path) -> None:
    kept = Calibrations(tmp_path / "calibration")
    assert kept.get(SUBJECT) is None
    kept.keep(SUBJECT, 6, [{"at_once": 1}])
    assert kept.get(SUBJECT) == 6
    assert kept.get(SUBJECT | {"cores": 4}) is None


def test_what_cannot_be_read_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    kept = Calibrations(tmp_path)
    for content in ("", "[]", '{"conversations": "six"}', '{"conversations": -1}'):
        kept.keep(SUBJECT, 6, [])
        (file,) = tmp_path.iterdir()
        file.write_text(content)
        assert kept.get(SUBJECT) is None


def test_a_directory_that_cannot_be_written_to_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Calibrations(tmp_path / "file")
    kept.keep(SUBJECT, 6, [])
    assert kept.get(SUBJECT) is None
