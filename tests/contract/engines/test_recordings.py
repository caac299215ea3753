"""What everything does that reads recordings after the call."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from workers.audio import Samples, resample
from workers.errors import EngineMissing, WorkFailed
from workers.stt.after_call import transcribed
from workers.stt.conversation import Speaker
from workers.stt.engine import RATE_HZ
from workers.stt.recording_engine import RecordingEngine, WordTimes
from workers.stt.whisperx_recording import WhisperXRecordings
from workers.tts.hibari_engine import HibariEngine
from workers.wav_files import write_wav

QUESTION = "When are you open on Saturday?"
ANSWER = "We are open on Saturday from nine to five."


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ), dtype=np.float32)


def said(hibari: HibariEngine, text: str) -> Samples:
    return resample(np.concatenate(list(hibari.synthesize(text))), hibari.rate_hz, RATE_HZ)


def lower(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalpha() or letter == " ")


def test_each_word_has_its_time(recordings: RecordingEngine, hibari: HibariEngine) -> None:
    sentence = said(hibari, QUESTION)
    samples = np.concatenate([silence(3), sentence, silence(2), sentence])
    words = recordings.words(samples, "en")
    text = [lower(word.text) for word in words]
    assert " ".join(text).count("open on saturday") == 2
    second = 3_000 + sentence.size * 1000 // RATE_HZ + 2_000
    saturdays = [word.start_ms for word in words if lower(word.text) == "saturday"]
    assert 3_500 < saturdays[0] < second - 2_000
    assert second < saturdays[1] < second + 2_500
    assert all(one.start_ms <= other.start_ms for one, other in pairwise(words))
    assert all(0 <= word.start_ms <= word.end_ms for word in words)
    assert all(0 <= word.probability <= 1 for word in words)
    assert words[-1].end_ms <= samples.size * 1000 // RATE_HZ + 200


@pytest.mark.parametrize("seconds", [0, 0.1, 6])
def test_silence_has_no_words(recordings: RecordingEngine, seconds: float) -> None:
    assert recordings.words(silence(seconds), "en") == []


def test_the_two_channels_make_a_conversation(
    recordings: RecordingEngine, hibari: HibariEngine, tmp_path: Path
) -> None:
    question, answer = said(hibari, QUESTION), said(hibari, ANSWER)
    caller = np.concatenate([question, silence(1), silence(answer.size / RATE_HZ), silence(1)])
    agent = np.concatenate([silence(question.size / RATE_HZ + 1), answer, silence(1)])
    files: dict[Speaker, Path | None] = {}
    for speaker, samples in ((Speaker.CALLER, caller), (Speaker.AGENT, agent)):
        file = tmp_path / f"{speaker}.wav"
        write_wav(file, resample(samples, RATE_HZ, 8_000), 8_000)
        files[speaker] = file
    told = transcribed(recordings, files, "en")
    assert json.loads(json.dumps(told)) == told
    lines = [(line["speaker"], lower(line["text"])) for line in told["lines"]]
    assert [speaker for speaker, _ in lines] == ["caller", "agent"]
    assert "open on saturday" in lines[0][1]
    assert "we are open" in lines[1][1]
    assert told["word_times"] == "recognizer"
    assert told["engine"] == recordings.name


def test_a_language_that_it_does_not_know_is_refused(
    recordings: RecordingEngine, tmp_path: Path
) -> None:
    with pytest.raises(WorkFailed, match="language-unsupported"):
        transcribed(recordings, {Speaker.CALLER: tmp_path / "any.wav"}, "de")


def test_alignment_weights_that_are_absent_are_named(
    whisperx_recordings: WhisperXRecordings, tmp_path: Path
) -> None:
    with pytest.raises(EngineMissing, match=r"/no/such.*VOICEBOT_STT_ALIGNMENT"):
        WhisperXRecordings(threads=1, language="en", alignment="/no/such")
    with pytest.raises(EngineMissing, match=r"no alignment model.*VOICEBOT_STT_ALIGNMENT"):
        WhisperXRecordings(threads=1, language="en", alignment=str(tmp_path))


def test_alignment_weights_that_the_operator_brings_tell_the_times(
    whisperx_recordings: WhisperXRecordings, hibari: HibariEngine, tmp_path: Path
) -> None:
    """Untrained weights: they align badly, but they are what aligns."""
    untrained_alignment_model(tmp_path)
    engine = WhisperXRecordings(threads=1, language="en", alignment=str(tmp_path))
    assert engine.word_times is WordTimes.ALIGNMENT
    samples = said(hibari, QUESTION)
    words = engine.words(samples, "en")
    assert "open on saturday" in lower(" ".join(word.text for word in words))
    assert all(0 <= word.start_ms <= word.end_ms for word in words)
    assert words[-1].end_ms <= samples.size * 1000 // RATE_HZ + 200


def untrained_alignment_model(directory: Path) -> None:
    """A wav2vec2 model with letters for its classes, as small as the architecture allows."""
    transformers = pytest.importorskip("transformers")
    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefghijklmnopqrstuvwxyz'"]
    vocabulary = directory / "vocab.json"
    vocabulary.write_text(json.dumps({letter: number for number, letter in enumerate(letters)}))
    tokenizer = transformers.Wav2Vec2CTCTokenizer(str(vocabulary))
    extractor = transformers.Wav2Vec2FeatureExtractor(sampling_rate=RATE_HZ)
    transformers.Wav2Vec2Processor(extractor, tokenizer).save_pretrained(directory)
    configuration = transformers.Wav2Vec2Config(
        vocab_size=len(letters),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(16,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
    )
    transformers.Wav2Vec2ForCTC(configuration).save_pretrained(directory)
