"""Facts of waits, for tests."""

from hypothesis import strategies as st

from voicebot.queueing.model import QueueName, Rank
from voicebot.queueing.wait_facts import (
    ConversationOver,
    Joined,
    SlotLeftFree,
    SlotsChanged,
    TalkedAtOnce,
    Told,
    WaitEnding,
    WaitOver,
)

NOW_S = 1_800_000_000.0
MAIN, OTHER = QueueName("main@1000"), QueueName("other@1000")

_seconds = st.floats(0.0, 5_000.0, allow_nan=False)
_at_s = st.floats(NOW_S - 3600.0, NOW_S, allow_nan=False)
_ranks = st.sampled_from(Rank)
_told = st.builds(
    lambda low, width, model, average: Told(low + width / 2, low, low + width, model, average),
    _seconds,
    _seconds,
    st.floats(0.01, 5_000.0),
    _seconds,
)
facts = st.one_of(
    st.builds(Joined, _ranks, _at_s),
    st.builds(
        WaitOver,
        st.sampled_from((MAIN, OTHER)),
        _ranks,
        _at_s,
        st.integers(0, 10**9),
        _seconds,
        st.sampled_from(WaitEnding),
        st.none() | _told,
        _at_s,
    ),
    st.builds(TalkedAtOnce, _at_s),
    st.builds(SlotLeftFree, _at_s),
    st.builds(SlotsChanged, st.integers(0, 100), _at_s),
    st.builds(ConversationOver, _seconds, _at_s),
)
