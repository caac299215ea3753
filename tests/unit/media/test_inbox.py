"""The inbox keeps what matters."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.media.inbox import MAX_AUDIO_FRAMES, Inbox
from voicebot.ports import CallerAudio, DigitReceived, MarkPlayed, MediaEnded, MediaEvent

events = st.one_of(
    st.binary(min_size=1, max_size=2).map(CallerAudio),
    st.sampled_from("0123456789").map(DigitReceived),
    st.text(max_size=2).map(MarkPlayed),
    st.just(MediaEnded(1000)),
)


def taken(inbox: Inbox) -> list[MediaEvent]:
    return [inbox.take() for _ in range(len(inbox))]


@given(st.lists(events, max_size=MAX_AUDIO_FRAMES))
def test_events_come_out_in_order(put: list[MediaEvent]) -> None:
    inbox = Inbox()
    for event in put:
        inbox.put(event)
    assert taken(inbox) == put
    assert inbox.dropped_frames == 0


@given(st.lists(events, max_size=20), st.integers(0, 50))
def test_when_full_the_oldest_audio_goes_and_nothing_else(
    early: list[MediaEvent], excess: int
) -> None:
    inbox = Inbox()
    late: list[MediaEvent] = [
        CallerAudio(number.to_bytes(2)) for number in range(MAX_AUDIO_FRAMES + excess)
    ]
    for event in early + late:
        inbox.put(event)
    early_kept = [event for event in early if not isinstance(event, CallerAudio)]
    assert taken(inbox) == early_kept + late[excess:]
    assert inbox.dropped_frames == len(early) - len(early_kept) + excess


def test_room_made_by_reading_is_used_again() -> None:
    inbox = Inbox()
    for _ in range(3 * MAX_AUDIO_FRAMES):
        inbox.put(CallerAudio(b"\x01"))
        inbox.take()
    assert inbox.dropped_frames == 0
