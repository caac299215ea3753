"""A real call to a real Asterisk, whose prompts and pauses are known."""

import numpy as np
import pytest

from tests.integration.caller.conftest import Call, Finished
from tests.integration.caller.far_end import FarEnd
from voicebot.caller.audio_files import read_wav
from voicebot.caller.sound import RATE_HZ, Samples

# The bound asked of every measured latency.
NEAR_MS = 40


def place_of(prompt: Samples, recording: Samples) -> float:
    """Where a prompt begins in a recording, in ms: the peak of their cross-correlation."""
    size = 1 << (len(prompt) + len(recording)).bit_length()
    spectrum = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(prompt, size))
    return int(np.argmax(np.fft.irfft(spectrum, size)[: len(recording)])) * 1000 / RATE_HZ


def sound_of(prompt: Samples) -> tuple[float, float]:
    """The first and the last sample louder than 1 % of full scale, in ms."""
    loud = np.flatnonzero(np.abs(prompt.astype(np.int32)) > 327)
    return float(loud[0]) * 1000 / RATE_HZ, float(loud[-1]) * 1000 / RATE_HZ


@pytest.fixture(scope="module")
def measured(far_end: FarEnd, call: Call) -> Finished:
    """A call with a greeting, an answer, and an interruption of that answer."""
    utterance = str(far_end.prompt("auth-thankyou"))
    done = call("prompts", "--wav", utterance, "--wav", utterance, "--interrupt-after", "1")
    assert done.exit_code == 0
    return done


def test_measured_latencies_agree_with_the_prompts_and_pauses_that_were_played(
    far_end: FarEnd, measured: Finished
) -> None:
    greeting, answer, utterance = (
        read_wav(far_end.prompt(name))
        for name in ("vm-goodbye", "cannot-complete-as-dialed", "auth-thankyou")
    )
    said, heard = (read_wav(measured.record_dir / name) for name in ("said.wav", "heard.wav"))
    welcomed, answered = measured.report["turns"][:2]

    answer_at, greeting_at = place_of(answer, heard), place_of(greeting, heard)
    # What the dialplan says lies between the two, give or take a frame.
    pause_ms = answer_at - greeting_at - len(greeting) * 1000 / RATE_HZ
    assert pause_ms == pytest.approx(far_end.pause_s * 1000, abs=NEAR_MS)

    # The utterance was said twice: the first of the two lies before the answer.
    first_said = said[: int(answer_at) * RATE_HZ // 1000]
    caller_ended = place_of(utterance, first_said) + sound_of(utterance)[1]
    first, last = sound_of(answer)
    assert answered["utterance"]["end_ms"] == pytest.approx(caller_ended, abs=NEAR_MS)
    assert answered["answer"]["start_ms"] == pytest.approx(answer_at + first, abs=NEAR_MS)
    assert answered["answer"]["end_ms"] == pytest.approx(answer_at + last, abs=NEAR_MS)
    assert answered["voice_to_voice_ms"] == pytest.approx(
        answer_at + first - caller_ended, abs=NEAR_MS
    )
    assert answered["gaps"] == []
    assert welcomed["answer"]["start_ms"] == pytest.approx(
        greeting_at + sound_of(greeting)[0], abs=NEAR_MS
    )


def test_the_set_up_is_timed_from_the_invite(measured: Finished) -> None:
    set_up = measured.report["set_up"]
    assert 0 < set_up["answered_ms"] <= set_up["first_packet_ms"] <= set_up["greeting_ms"]
    # The dialplan waits a second before it greets.
    assert set_up["greeting_ms"] - set_up["answered_ms"] > 1_000
    assert measured.report["hung_up_by"] == "caller"


def test_an_answer_is_interrupted_when_asked(measured: Finished) -> None:
    first, second = measured.report["turns"][1:]
    into_answer_ms = second["utterance"]["start_ms"] - first["answer"]["start_ms"]
    assert 900 < into_answer_ms < 1_500
    # This far end talks on regardless: the caller measures for how long.
    assert second["barge_in_ms"] is not None
    assert second["barge_in_ms"] <= first["answer"]["end_ms"] - second["utterance"]["start_ms"]


def test_an_echo_comes_back_at_once_and_on_the_same_clock(far_end: FarEnd, call: Call) -> None:
    utterance_file = far_end.prompt("auth-thankyou")
    done = call("echo", "--wav", str(utterance_file), "--patience-s", "1")
    said, heard = (read_wav(done.record_dir / name) for name in ("said.wav", "heard.wav"))
    assert len(said) == len(heard)
    utterance = read_wav(utterance_file)
    spoken_at, echoed_at = place_of(utterance, said), place_of(utterance, heard)
    assert 0 < echoed_at - spoken_at < 150
    turn = done.report["turns"][1]
    assert turn["answer"]["start_ms"] - turn["utterance"]["start_ms"] == pytest.approx(
        echoed_at - spoken_at, abs=NEAR_MS
    )


def test_a_busy_number_is_no_held_call(call: Call) -> None:
    done = call("busy")
    assert done.exit_code == 1
    assert done.report["is_held"] is False
    assert done.report["sip_status"] == 486
    assert done.report["failure"] == "486 Busy Here"
    assert done.report["hung_up_by"] is None


def test_a_call_that_nobody_answers_is_given_up(call: Call) -> None:
    done = call("ringing", "--ring-s", "1")
    assert done.exit_code == 1
    assert done.report["failure"] == "nobody answered within 1 s"
    assert done.report["set_up"]["ringing_ms"] is not None
    assert done.report["set_up"]["answered_ms"] is None


def test_the_agents_hanging_up_is_noticed(far_end: FarEnd, call: Call) -> None:
    done = call("goodbye", "--wav", str(far_end.prompt("auth-thankyou")))
    assert done.exit_code == 0
    assert done.report["hung_up_by"] == "agent"
    assert len(done.report["turns"]) == 1


def test_steps_of_all_kinds_are_done_in_the_order_given(far_end: FarEnd, call: Call) -> None:
    utterance = str(far_end.prompt("auth-thankyou"))
    keys_and_words = ("--dtmf", "47", "--wav", utterance, "--dtmf", "11")
    done = call("digits", *keys_and_words, "--from", "5550123", "--patience-s", "0.5")
    assert done.exit_code == 0
    turns = done.report["turns"]
    assert [turn["said"] for turn in turns] == ["", "keys 47", "auth-thankyou.wav", "keys 11"]
    assert "read 4711 of 5550123" in far_end.log
    assert turns[3]["answer"] is not None


def test_the_call_is_told_as_a_table_and_recorded_slice_by_slice(call: Call) -> None:
    done = call("goodbye", as_json=False)
    assert "(greeting)" in done.printed
    assert "agent hung up" in done.printed
    assert {path.name for path in done.record_dir.iterdir()} == {
        *("said.wav", "heard.wav", "conversation.wav", "answer-0.wav", "pjsua.log", "call.json")
    }


def test_a_server_that_cannot_be_is_a_clear_error(call: Call) -> None:
    done = call("echo", "--dtmf", "hello")
    assert done.exit_code == 1
    assert done.printed == ""
    assert done.complained.startswith("voicebot: caller: --dtmf 'hello'")
