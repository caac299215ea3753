"""Who said what, and when?"""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workers.stt.conversation import LINE_PAUSE_MS, Line, Speaker, Word, lines_of


def word(text: str, start_ms: int, end_ms: int) -> Word:
    return Word(text, start_ms, end_ms, 1.0)


def told(lines: tuple[Line, ...]) -> list[tuple[str, str]]:
    return [(line.speaker.value, line.text) for line in lines]


def test_turns_come_in_the_order_in_which_they_began() -> None:
    caller = [word("Hello?", 0, 400), word("Saturday?", 2_000, 2_500)]
    agent = [word("Good", 700, 900), word("morning.", 900, 1_300)]
    assert told(lines_of({Speaker.AGENT: agent, Speaker.CALLER: caller})) == [
        ("caller", "Hello?"),
        ("agent", "Good morning."),
        ("caller", "Saturday?"),
    ]


def test_two_who_speak_at_once_still_each_have_a_whole_line() -> None:
    caller = [word("When", 0, 300), word("are", 310, 500), word("you", 520, 700)]
    agent = [word("We", 100, 305), word("are", 306, 505), word("open", 506, 900)]
    assert told(lines_of({Speaker.CALLER: caller, Speaker.AGENT: agent})) == [
        ("caller", "When are you"),
        ("agent", "We are open"),
    ]


def test_a_long_pause_begins_a_new_line() -> None:
    caller = [word("One", 0, 300), word("two", 300 + LINE_PAUSE_MS + 1, 3_000)]
    assert told(lines_of({Speaker.CALLER: caller})) == [("caller", "One"), ("caller", "two")]


def test_a_line_tells_when_it_began_and_ended() -> None:
    (line,) = lines_of({Speaker.CALLER: [word("One", 10, 300), word("two", 310, 290)]})
    assert (line.start_ms, line.end_ms) == (10, 300)


def test_nobody_who_said_nothing_has_a_line() -> None:
    assert lines_of({Speaker.CALLER: [], Speaker.AGENT: []}) == ()


starts_ms = st.lists(st.integers(0, 30_000), max_size=12, unique=True)


def words_at(starts: list[int]) -> list[Word]:
    return [word(str(start), start, start + 200) for start in starts]


@given(starts_ms, starts_ms)
def test_every_word_is_in_one_line_of_its_speaker_and_in_order(
    caller: list[int], agent: list[int]
) -> None:
    lines = lines_of({Speaker.CALLER: words_at(caller), Speaker.AGENT: words_at(agent)})
    assert all(one.start_ms <= other.start_ms for one, other in pairwise(lines))
    for speaker, starts in ((Speaker.CALLER, caller), (Speaker.AGENT, agent)):
        said = [w.start_ms for line in lines if line.speaker is speaker for w in line.words]
        assert said == sorted(starts)
