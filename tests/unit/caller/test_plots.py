"""Every plot can be drawn, and says where its figures come from."""

from pathlib import Path

from voicebot.caller.plots import caption_of, draw_bars, draw_lines, draw_shares, draw_waterfalls

CAPTION = caption_of({"cpu": "A processor", "cores": 2, "memory_gb": 23.5}, "2026-11-23T01:02:03")
PNG = b"\x89PNG\r\n\x1a\n"


def test_the_caption_names_machine_and_day() -> None:
    assert CAPTION == "A processor, 2 cores, 23.5 GiB · 2026-11-23"


def test_plots_are_pictures(tmp_path: Path) -> None:
    draw_shares(
        {"fact": [400, 410, 470], "llm.small": [600], "nothing": []},
        tmp_path / "shares.png",
        title="Voice to voice",
        caption=CAPTION,
        limits={"limit": 600},
    )
    draw_waterfalls(
        {"fact": {"silence": 360.0, "recognition": 110.0}},
        {"fact": 410.0},
        tmp_path / "waterfall.png",
        title="Stages",
        caption=CAPTION,
        prepared_from_ms=200,
    )
    draw_lines(
        [1, 2, 4],
        {"p50": [400, 420, 500], "p95": [600, None, 900]},
        tmp_path / "lines.png",
        title="Callers",
        caption=CAPTION,
        x_label="callers",
        y_label="ms",
        limits={"limit": 1_500},
    )
    draw_bars(
        {"200 to 349 ms": (1, 40), "350 to 600 ms": (0, 50), "natural": (0, 0)},
        tmp_path / "bars.png",
        title="Cut-ins",
        caption=CAPTION,
        y_label="cut in, %",
        limit_percent=3.0,
    )
    assert all(path.read_bytes().startswith(PNG) for path in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 4
