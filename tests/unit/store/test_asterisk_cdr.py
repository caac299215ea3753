import itertools
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_calls import NOON
from tests.unit.store.cdr_lines import cdr_line, quoted
from voicebot.calls.model import CallRecord, Direction, HandledBy, Outcome, TransferResult
from voicebot.store.asterisk_cdr import Skip, join, read_line


def stub(
    call_id: str = "node1-1.1", *, ended_at: datetime = NOON, lasted_s: float = 30, **columns: str
) -> CallRecord:
    read = read_line(cdr_line(call_id, ended_at=ended_at, lasted_s=lasted_s, **columns))
    assert isinstance(read, CallRecord)
    return read


def test_a_call_that_nobody_took_is_abandoned() -> None:
    read = stub("node1-5.7", hangup_cause="16", answer="0.000000")
    assert read.outcome is Outcome.ABANDONED
    assert read.handled_by is HandledBy.DIALPLAN
    assert (read.facts.call_id, read.facts.channel_id) == ("node1-5.7", "node1-5.7")
    assert (read.facts.caller_number, read.facts.called_number) == ("+15550100", "100")
    assert (read.facts.codec, read.hangup_cause) == ("ulaw", 16)
    assert (read.started_at, read.ended_at) == (NOON - timedelta(seconds=30), NOON)
    assert read.answered_at is None
    assert read.turns == ()


def test_a_caller_who_gave_up_before_the_dialplan_had_them_is_abandoned() -> None:
    assert stub(handled_by="").outcome is Outcome.ABANDONED


def test_a_voicemail_is_a_message_taken() -> None:
    read = stub(
        voicemail="voicemail/node1-1.1.wav", voicemail_s="4.2", answer=f"{NOON.timestamp() - 4.5}"
    )
    assert read.outcome is Outcome.MESSAGE_TAKEN
    assert read.voicemail == "asterisk/spool/voicemail/node1-1.1.wav"
    assert read.answered_at == NOON - timedelta(seconds=4.5)


@pytest.mark.parametrize("seconds", ["", "0", "0.0", "-0.00275", "0.99"])
def test_a_voicemail_in_which_nothing_was_said_is_no_message(seconds: str) -> None:
    read = stub(voicemail="voicemail/node1-1.1.wav", voicemail_s=seconds)
    assert (read.outcome, read.voicemail) == (Outcome.ABANDONED, None)


def test_an_agent_that_left_no_record_has_failed() -> None:
    answered = stub(handled_by="agent", answer="1763640000.5")
    assert answered.outcome is Outcome.FAILED


def test_a_caller_who_gave_up_before_an_agent_answered_has_abandoned() -> None:
    assert stub(handled_by="agent", answer="0.000000").outcome is Outcome.ABANDONED


@pytest.mark.parametrize("channel", ["WebSocket/INCOMING/0x1", "Local/100@x-0001;1"])
def test_channels_of_our_own_are_no_callers(channel: str) -> None:
    assert read_line(cdr_line(channel=channel)) is Skip.NOT_A_CALLER


def test_an_operators_leg_is_no_caller() -> None:
    assert read_line(cdr_line("node1-1.2", linkedid="node1-1.1")) is Skip.NOT_A_CALLER


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        quoted("a", "a"),
        cdr_line(operator="anna", direction="inbound") + ',"one more"',
        cdr_line(direction="sideways"),
        cdr_line(uniqueid="", linkedid=""),
        cdr_line(start="yesterday"),
        cdr_line(start=""),
        cdr_line(end="0.0"),
        cdr_line(end="nan"),
        cdr_line(end="1e300"),
        cdr_line(answer="-5"),
        cdr_line(hangup_cause="normal"),
        cdr_line(handled_by="nobody"),
        cdr_line(voicemail="x.wav", voicemail_s="long"),
    ],
)
def test_what_is_not_understood_is_called_malformed(line: str) -> None:
    assert read_line(line) is Skip.MALFORMED


@given(st.text())
def test_no_line_whatever_is_in_it_raises(text: str) -> None:
    assert isinstance(read_line(text), CallRecord | Skip)


@given(st.text(st.characters(exclude_characters="\0")))
def test_a_caller_number_may_hold_any_characters(number: str) -> None:
    assert stub(caller_number=number).facts.caller_number == number


later = st.sampled_from(["", ',"anna"', ',"","inbound"'])


@given(st.data())
def test_a_line_torn_by_a_crash_does_not_spoil_the_one_glued_to_it(data: st.DataObject) -> None:
    torn = cdr_line("node1-1.1", caller_number='a "b", c')
    torn += data.draw(later)
    whole = cdr_line("node1-2.2", caller_number='d ""e"') + data.draw(later)
    length = data.draw(st.integers(0, len(torn) - 1))
    assert read_line(torn[:length] + "\0" * 3 + whole) == read_line(whole)


def test_a_call_that_a_person_took_is_transferred_and_names_the_person() -> None:
    read = stub(handled_by="operator", operator="anna", answer="1763640000.5")
    assert (read.handled_by, read.outcome) == (HandledBy.OPERATOR, Outcome.TRANSFERRED)
    (transfer,) = read.transfers
    assert (transfer.operator, transfer.result) == ("anna", TransferResult.CONNECTED)
    assert (transfer.started_at, transfer.ended_at) == (read.answered_at, read.ended_at)


def test_lines_of_every_width_that_was_ever_written_are_read() -> None:
    for line in (cdr_line(), cdr_line(operator=""), cdr_line(operator="", direction="")):
        read = read_line(line)
        assert isinstance(read, CallRecord)
        assert read.facts.direction is Direction.INBOUND
        assert read.transfers == ()


def test_our_own_probe_is_told_from_a_caller() -> None:
    assert stub(operator="", direction="probe").facts.direction is Direction.PROBE


stubs = st.builds(
    lambda ended_s, lasted_s, answered, cause, by, message, number, operator: stub(
        ended_at=NOON + timedelta(seconds=ended_s),
        lasted_s=lasted_s,
        answer=f"{NOON.timestamp() - 1:.6f}" if answered else "",
        hangup_cause=str(cause),
        handled_by=by,
        voicemail="voicemail/x.wav" if message else "",
        voicemail_s="2",
        caller_number=number,
        operator=operator,
    ),
    st.integers(0, 2),
    st.integers(1, 3),
    st.booleans(),
    st.sampled_from([16, 127]),
    st.sampled_from(["agent", "dialplan", "operator"]),
    st.booleans(),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["", "anna", "ben"]),
)


@given(st.lists(stubs, min_size=1, max_size=4))
def test_stubs_of_a_call_join_to_the_same_in_any_order(parts: list[CallRecord]) -> None:
    joined = {reduce(join, order) for order in itertools.permutations(parts)}
    assert len(joined) == 1


@given(st.lists(stubs, min_size=1, max_size=4))
def test_reading_stubs_again_changes_nothing(parts: list[CallRecord]) -> None:
    joined = reduce(join, parts)
    assert all(join(joined, part) == joined for part in parts)
    assert reduce(join, parts, joined) == joined


@given(stubs, stubs)
def test_a_joined_stub_spans_both_and_keeps_a_message(one: CallRecord, other: CallRecord) -> None:
    joined = join(one, other)
    assert joined.started_at == min(one.started_at, other.started_at)
    assert joined.ended_at == max(one.ended_at, other.ended_at)
    has_message = one.voicemail is not None or other.voicemail is not None
    assert (joined.outcome is Outcome.MESSAGE_TAKEN) == has_message


def test_whoever_had_the_caller_last_handled_the_call() -> None:
    first = stub(handled_by="agent")
    last = stub(ended_at=NOON + timedelta(seconds=5))
    assert join(first, last).handled_by is HandledBy.DIALPLAN
    assert join(first, last).outcome is Outcome.ABANDONED


seconds_from_noon = st.floats(-3e6, 3e6).map(lambda s: f"{NOON.timestamp() + s:.6f}")


@given(seconds_from_noon, seconds_from_noon, seconds_from_noon)
def test_wherever_the_clock_is_set_in_mid_call_a_call_is_answered_while_it_lasts(
    start: str, answer: str, end: str
) -> None:
    read = stub(start=start, answer=answer, end=end)
    assert read.answered_at is not None
    assert read.started_at <= read.answered_at <= read.ended_at
    assert read.started_at == datetime.fromtimestamp(float(start), UTC)
