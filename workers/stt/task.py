"""What does the STT stage answer to one utterance?"""

from workers import audio
from workers.assignment import Closing
from workers.contract import FailureReason, RecognizeWork, ReplyKind, Unit
from workers.errors import WorkFailed
from workers.languages import ByLanguage
from workers.streams import WorkChannel
from workers.stt.engine import RATE_HZ, RecognitionEngine


def recognize(
    recognizers: ByLanguage[RecognitionEngine], work: RecognizeWork, channel: WorkChannel
) -> Closing:
    """One transcript, whole."""
    engine = recognizers.choose(work.language)
    try:
        rate_hz = audio.rate_hz(work.encoding)
    except audio.UnknownEncoding as error:
        raise WorkFailed(FailureReason.BAD_REQUEST) from error
    samples = audio.decode(channel.take_audio(), work.encoding)
    recognition = engine.recognize(
        audio.resample(samples, rate_hz, RATE_HZ),
        language=work.language,
        hint=work.hint,
        accurate=work.accurate,
        check_wanted=channel.check_wanted,
    )
    channel.spend(Unit.AUDIO_MS, round(1000 * len(samples) / rate_hz))
    return Closing(ReplyKind.TRANSCRIPT, recognition.text, recognition.confidence)
