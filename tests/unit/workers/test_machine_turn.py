"""Workers of one machine do not falsify one another."""

from pathlib import Path

from structlog.testing import capture_logs

from workers.machine_turn import MachineTurn


def test_many_load_at_once_and_one_measures_alone(tmp_path: Path) -> None:
    one, other = MachineTurn(tmp_path / "lock"), MachineTurn(tmp_path / "lock")
    with one.loading(0) as first, other.loading(0) as second:
        assert first
        assert second
        with MachineTurn(tmp_path / "lock").alone(0) as third:
            assert not third
    with one.alone(0) as first:
        assert first
        with other.alone(0) as second, other.loading(0) as third:
            assert not second
            assert not third
    with other.alone(0) as second:
        assert second


def test_a_place_that_cannot_be_written_to_gives_no_turn(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with capture_logs() as logs, MachineTurn(tmp_path / "file" / "lock").alone(0) as is_ours:
        assert not is_ours
    assert [line["event"] for line in logs] == ["calibration.no_lock"]
