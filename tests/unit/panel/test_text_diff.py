from hypothesis import given
from hypothesis import strategies as st

from voicebot.panel.text_diff import diff

TEXTS = st.lists(st.sampled_from(["a: 1", "b: 2", "--- x", "+", ""]), max_size=12).map("\n".join)


@given(TEXTS, TEXTS)
def test_a_diff_tells_every_line_that_goes_or_comes(old: str, new: str) -> None:
    lines = diff(old, new)
    assert bool(lines) == (old != new)
    removed = [line.text[1:] for line in lines if line.kind == "removed"]
    added = [line.text[1:] for line in lines if line.kind == "added"]
    assert sorted([*old.split("\n"), *added]) == sorted([*new.split("\n"), *removed])


def test_a_diff_is_written_as_people_know_it() -> None:
    told = [(line.kind, line.text) for line in diff("a\nb", "a\nc")]
    assert told == [
        ("place", "@@ -1,2 +1,2 @@"),
        ("same", " a"),
        ("removed", "-b"),
        ("added", "+c"),
    ]
