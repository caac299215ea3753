"""How is what was said on a call shown, line by line with its times?"""

from rich.console import Console

from voicebot.calls.transcript import CallTranscript
from voicebot.commands.showing import plain


def print_transcript(console: Console, transcript: CallTranscript | None) -> None:
    """Nothing when the call's recordings have not been read."""
    if transcript is None or not transcript.lines:
        return
    console.print()
    console.print(f"[dim]recordings, read by {transcript.engine} {plain(transcript.model)}[/]")
    for line in transcript.lines:
        times = f"{_clock(line.start_ms)} - {_clock(line.end_ms)}"
        console.print(f"[dim]{times}[/] [bold]{line.speaker:<6}[/] {plain(line.text)}")


def _clock(at_ms: int) -> str:
    """Minutes, seconds and tenths from the start of the recordings."""
    tenths = at_ms // 100
    return f"{tenths // 600:02}:{tenths // 10 % 60:02}.{tenths % 10}"
