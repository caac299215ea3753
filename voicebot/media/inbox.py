"""What did the call's media bring that nobody has looked at yet?

Bounded, because an agent that is held up must not hear the past for the rest of the
call: when full, the oldest audio goes. Keys, marks and the end are never dropped; they
are few, since the caller and the marks we sent bound them.
"""

from collections import deque

from voicebot.ports import CallerAudio, MediaEvent

# 2 s: longer than any pause a healthy agent makes, and older speech helps nobody.
MAX_AUDIO_FRAMES = 100


class Inbox:
    """Events in the order they came, with a bound on audio."""

    def __init__(self) -> None:
        self._events: deque[MediaEvent] = deque()
        self._audio_frames = 0
        self.dropped_frames = 0

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: MediaEvent) -> None:
        self._events.append(event)
        if isinstance(event, CallerAudio):
            self._audio_frames += 1
            if self._audio_frames > MAX_AUDIO_FRAMES:
                self._drop_oldest_audio()

    def take(self) -> MediaEvent:
        """The oldest event; there must be one."""
        event = self._events.popleft()
        if isinstance(event, CallerAudio):
            self._audio_frames -= 1
        return event

    def _drop_oldest_audio(self) -> None:
        oldest = next(i for i, event in enumerate(self._events) if isinstance(event, CallerAudio))
        del self._events[oldest]
        self._audio_frames -= 1
        self.dropped_frames += 1
