"""The picture in the README is drawn from the table."""

from voicebot.calls.diagram import mermaid
from voicebot.settings import PROJECT_DIR


def test_the_readme_shows_the_states_as_they_are() -> None:
    readme = (PROJECT_DIR / "README.md").read_text()
    assert f"```mermaid\n{mermaid()}\n```" in readme, (
        "put the output of voicebot.calls.diagram.mermaid() between the marks in README.md"
    )


def test_every_change_of_state_is_drawn() -> None:
    drawing = mermaid()
    assert "offered --> connecting: Claimed" in drawing
    assert "talking --> ended: HungUp" in drawing
