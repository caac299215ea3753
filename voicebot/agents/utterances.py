"""The audio of what one caller said lately, until it is understood and answered."""

from collections.abc import Iterable

from voicebot.calls.model import UtteranceId

# A turn rarely has more, those before a pause that was not the end among them.
KEPT = 8


class Utterances:
    """The latest utterances of a call, each in the call's encoding."""

    def __init__(self) -> None:
        self._audio: dict[UtteranceId, bytes] = {}

    def keep(self, utterance_id: UtteranceId, audio: bytes) -> None:
        self._audio[utterance_id] = audio
        while len(self._audio) > KEPT:
            del self._audio[next(iter(self._audio))]

    def of(self, utterance_id: UtteranceId) -> bytes:
        return self._audio[utterance_id]

    def joined(self, utterance_ids: Iterable[UtteranceId]) -> bytes:
        """One behind the other; what is too long ago is missing."""
        return b"".join(self._audio.get(utterance_id, b"") for utterance_id in utterance_ids)
