"""What does the TTS stage answer to one phrase?"""

from collections.abc import Callable, Iterator

from workers import audio
from workers.assignment import Closing
from workers.batcher import always_wanted
from workers.contract import FailureReason, Reply, ReplyKind, SynthesizeWork, Unit
from workers.errors import WorkFailed
from workers.languages import ByLanguage
from workers.streams import WorkChannel
from workers.tts.engine import SynthesisEngine


def synthesize(
    voices: ByLanguage[SynthesisEngine], work: SynthesizeWork, channel: WorkChannel
) -> Closing:
    """The phrase's audio in the call's encoding, chunk by chunk as it is made."""
    engine = voices.choose(work.language)
    if not engine.has_voice(work.voice):
        raise WorkFailed(FailureReason.BAD_REQUEST)
    try:
        frame_length = audio.frame_bytes(work.encoding)
    except audio.UnknownEncoding as error:
        raise WorkFailed(FailureReason.BAD_REQUEST) from error
    channel.spend(Unit.CHARACTERS, len(work.text))
    spoken = encoded(engine, work.text, work.encoding, channel.check_wanted)
    for chunk in audio.whole_frames(spoken, frame_length):
        channel.check_wanted()
        channel.send(Reply(work.work_id, ReplyKind.AUDIO, audio=chunk))
    return Closing()


def encoded(
    engine: SynthesisEngine,
    text: str,
    encoding: str,
    check_wanted: Callable[[], None] = always_wanted,
) -> Iterator[bytes]:
    """The phrase's audio; its pieces begin and end in silence, so each is resampled alone."""
    rate_hz = audio.rate_hz(encoding)
    for samples in engine.synthesize(text, check_wanted):
        yield audio.encode(audio.resample(samples, engine.rate_hz, rate_hz), encoding)
