from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.queueing.admission import OfferCallback, Reason, Wait
from voicebot.queueing.wait_time import WaitEstimate
from voicebot.queueing.waiting_session import (
    DECIDE_WITHIN_S,
    KEY_EVERY_S,
    WANTS_MESSAGE,
    WANTS_OPERATOR,
    Book,
    Booked,
    GoElsewhere,
    KeyPressed,
    ListeningChanged,
    NotBooked,
    PositionTold,
    Speak,
    Spoken,
    TakeLeave,
    WaitingCommand,
    WaitingEvent,
    WaitingPhase,
    WaitingSession,
    WordsHeard,
)

SETTINGS = QueueSettings(name="main", announce_every_s=30)
SAID = SETTINGS.phrases
NUMBER = "+12"
BUSY = Wait(Reason.ALL_SLOTS_TAKEN)
FULL = OfferCallback(Reason.LINE_FULL, may_wait=False)


def waiting(verdict: Wait | OfferCallback = BUSY, number: str = NUMBER) -> WaitingSession:
    session = WaitingSession(SETTINGS, verdict, number, 0.0)
    session.begin(0.0)
    return session


def at(position: int, slots: int = 2, *range_s: float) -> PositionTold:
    if not range_s:
        return PositionTold(position, None, slots)
    low_s, high_s = range_s
    return PositionTold(position, WaitEstimate((low_s + high_s) / 2, low_s, high_s, 0.0), slots)


def texts(commands: list[WaitingCommand]) -> tuple[str, ...]:
    (command,) = commands
    assert isinstance(command, Speak)
    return command.texts


def test_the_caller_hears_the_position_as_soon_as_it_is_known() -> None:
    session = waiting()
    assert session.next_deadline() is None
    assert texts(session.receive(at(3), 0.1)) == (
        SAID.all_busy,
        "You are number 3 in line.",
        SAID.offer_callback,
        SAID.keys,
    )


def test_position_and_wait_are_told_again_and_again() -> None:
    session = waiting()
    session.receive(at(3, 2, 60.0, 120.0), 0.0)
    assert session.receive(at(2, 2, 30.0, 100.0), 20.0) == []
    assert session.next_deadline() == 30.0
    assert texts(session.on_deadline(30.0)) == (
        "You are number 2 in line.",
        "It will probably take less than 2 minutes.",
    )


def test_when_capacity_falls_it_is_said_once_and_a_callback_offered() -> None:
    session = waiting()
    session.receive(at(3, 4, 60.0, 120.0), 0.0)
    session.receive(at(3, 1, 400.0, 500.0), 10.0)
    assert texts(session.on_deadline(30.0)) == (
        SAID.takes_longer,
        "You are number 3 in line.",
        "It will probably take between 5 and 10 minutes.",
        SAID.offer_callback,
        SAID.keys,
    )
    assert SAID.takes_longer not in texts(session.on_deadline(60.0))


def test_a_callback_is_confirmed_before_it_is_booked_and_booked_before_it_is_promised() -> None:
    session = waiting()
    asked = texts(session.receive(KeyPressed("1"), 1.0))
    assert asked == (SAID.call_back_at, "one", "two", SAID.confirm)
    assert session.receive(KeyPressed("1"), 2.0) == [Book()]
    assert not session.may_be_admitted, "nobody is torn out of a booking"
    assert texts(session.receive(Booked(), 2.1)) == (SAID.booked,)
    assert session.receive(Spoken(), 4.0) == [TakeLeave()]
    assert session.is_over


def test_who_does_not_confirm_stays_in_the_line() -> None:
    session = waiting()
    session.receive(KeyPressed("1"), 1.0)
    assert texts(session.receive(KeyPressed("2"), 2.0)) == (SAID.staying,)
    session.receive(KeyPressed("1"), 3.0)
    deadline = session.next_deadline()
    assert deadline is not None
    assert texts(session.on_deadline(deadline)) == (SAID.staying,)
    assert session.phase is WaitingPhase.IN_LINE


def test_what_could_not_be_booked_is_not_promised() -> None:
    session = waiting()
    session.receive(KeyPressed("1"), 1.0)
    session.receive(KeyPressed("1"), 2.0)
    assert texts(session.receive(NotBooked(), 3.0)) == (SAID.not_booked,)
    assert session.phase is WaitingPhase.IN_LINE


def test_a_caller_without_a_number_cannot_be_called_back() -> None:
    session = waiting(number="")
    assert SAID.offer_callback not in texts(session.receive(at(1), 0.0))
    assert texts(session.receive(KeyPressed("1"), 1.0))[0] == SAID.number_unknown


def test_a_person_or_a_message_is_one_key_away() -> None:
    assert waiting().receive(KeyPressed("0"), 1.0) == [GoElsewhere(WANTS_OPERATOR)]
    message = GoElsewhere(WANTS_MESSAGE, is_for_message=True)
    assert waiting().receive(KeyPressed("#"), 1.0) == [message]


def test_keys_that_are_mashed_do_what_the_first_does() -> None:
    session = waiting()
    asked = [session.receive(KeyPressed(key), 1.0 + 0.1 * n) for n, key in enumerate("1110#0")]
    assert SAID.confirm in texts(asked[0])
    assert asked[1:] == [[]] * 5, "what is confirmed must have been heard"
    assert session.receive(KeyPressed("1"), 3.0) == [Book()]


def test_where_the_line_is_full_the_caller_hears_so_and_goes_elsewhere_in_the_end() -> None:
    session = WaitingSession(SETTINGS, FULL, NUMBER, 0.0)
    assert texts(session.begin(0.0)) == (SAID.line_full, SAID.offer_callback, SAID.keys)
    assert not session.may_be_admitted
    assert session.on_deadline(DECIDE_WITHIN_S - 1) == []
    assert session.on_deadline(DECIDE_WITHIN_S) == [GoElsewhere(Reason.LINE_FULL)]


def test_who_is_turned_away_by_the_hours_hears_that_we_are_closed() -> None:
    closed = OfferCallback(Reason.CLOSED, may_wait=False)
    assert SAID.closed in texts(WaitingSession(SETTINGS, closed, NUMBER, 0.0).begin(0.0))


def test_a_spoken_wish_for_a_callback_is_booked_only_after_a_yes_or_the_key() -> None:
    for yes in (WordsHeard("Yes.", 0.9), KeyPressed("1")):
        session = waiting()
        session.receive(ListeningChanged(is_listened=True), 0.5)
        asked = texts(session.receive(WordsHeard("Call me back, please.", 0.9), 1.0))
        assert asked == (SAID.call_back_at, "one", "two", SAID.confirm_heard)
        assert session.receive(WordsHeard("Call me back.", 0.9), 2.0) == []
        assert session.receive(yes, 3.0) == [Book()]


def test_a_spoken_wish_that_costs_the_place_is_asked_about_first() -> None:
    for words, question, end in (
        ("Operator.", SAID.wants_operator, GoElsewhere(WANTS_OPERATOR)),
        ("Leave a message.", SAID.wants_message, GoElsewhere(WANTS_MESSAGE, is_for_message=True)),
    ):
        session = waiting()
        assert texts(session.receive(WordsHeard(words, 0.9), 1.0)) == (question,)
        assert session.may_be_admitted
        assert texts(session.receive(WordsHeard("No.", 0.9), 2.0)) == (SAID.staying,)
        session.receive(WordsHeard(words, 0.9), 3.0)
        deadline = session.next_deadline()
        assert deadline is not None
        assert texts(session.on_deadline(deadline)) == (SAID.staying,)
        session.receive(WordsHeard("Call me back.", 0.9), 60.0)
        assert texts(session.receive(WordsHeard(words, 0.9), 61.0)) == (question,)
        assert session.receive(WordsHeard("Yes.", 0.9), 62.0) == [end]


def test_words_to_others_and_a_yes_to_nothing_change_nothing() -> None:
    session = waiting()
    for words in ("Yes.", "No.", "The dog has to go out.", "Did they call me back yesterday?"):
        assert session.receive(WordsHeard(words, 0.9), 1.0) == []
    assert session.receive(WordsHeard("Call me back.", 0.3), 2.0) == []
    assert session.phase is WaitingPhase.IN_LINE


def test_speech_is_told_of_only_while_it_is_heard() -> None:
    session = waiting()
    session.receive(ListeningChanged(is_listened=True), 0.0)
    heard = (SAID.offer_callback_heard, SAID.keys_heard)
    assert texts(session.receive(at(3), 0.1))[2:] == heard
    session.receive(ListeningChanged(is_listened=False), 1.0)
    assert texts(session.on_deadline(31.0)) == ("You are number 3 in line.",)
    session.receive(ListeningChanged(is_listened=True), 32.0)
    assert texts(session.on_deadline(62.0)) == ("You are number 3 in line.", *heard)


WORDS = ("Call me back.", "Yes.", "No.", "Operator.", "Leave a message.", "I'll stay.")
events: st.SearchStrategy[WaitingEvent | None] = st.one_of(
    st.builds(at, st.integers(1, 30), st.integers(0, 3)),
    st.builds(at, st.integers(1, 30), st.integers(0, 3), st.just(5.0), st.integers(5, 900)),
    st.builds(KeyPressed, st.sampled_from("0123456789*#")),
    st.builds(WordsHeard, st.sampled_from([*WORDS, "The soup is hot."]), st.just(0.9)),
    st.builds(ListeningChanged, st.booleans()),
    st.sampled_from([Spoken(), Booked(), NotBooked(), NotBooked(is_refused=True)]),
    st.none(),
)


@given(st.sampled_from([BUSY, FULL, OfferCallback(Reason.LONG_WAIT, may_wait=True)]), st.data())
def test_whatever_happens_all_that_is_said_is_known_and_the_end_comes_once(
    verdict: Wait | OfferCallback, data: st.DataObject
) -> None:
    session = WaitingSession(SETTINGS, verdict, NUMBER, 0.0)
    known, now, ends = set(SETTINGS.texts), 0.0, 0
    commands = session.begin(now)
    happening: list[WaitingEvent | None] = data.draw(st.lists(events, max_size=25))
    for event in happening:
        was_booking = session.phase is WaitingPhase.BOOKING
        if event is None:
            deadline = session.next_deadline()
            now = now + 5.0 if deadline is None else max(now, deadline)
            commands = session.on_deadline(now)
        else:
            now += data.draw(st.sampled_from([0.1, KEY_EVERY_S]))
            commands = session.receive(event, now)
        for command in commands:
            if isinstance(command, Speak):
                assert command.texts
                assert set(command.texts) <= known
            if isinstance(command, GoElsewhere | TakeLeave):
                ends += 1
            if isinstance(command, Speak) and SAID.booked in command.texts:
                assert was_booking
                assert isinstance(event, Booked)
    assert ends == int(session.is_over)
    if session.is_over:
        assert session.next_deadline() is None
