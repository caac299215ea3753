from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.queueing.owed import owed
from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.queueing.callbacks import BEFORE_DIALLING, CallbackState
from voicebot.queueing.model import Place, Rank
from voicebot.queueing.ranks import entry, rank_of

VIP, OTHER = "+12025550123", "+12025550199"
SETTINGS = QueueSettings(name="main", vip_numbers=(VIP,), vip_dids=("2000",))
PLACE = Place(Rank.REGULAR, 1000.0, 7)


def test_who_is_named_by_the_business_goes_first() -> None:
    assert rank_of(SETTINGS, VIP, "1000") is Rank.VIP
    assert rank_of(SETTINGS, OTHER, "2000") is Rank.VIP


def test_all_others_are_alike_also_who_withholds_the_number() -> None:
    assert rank_of(SETTINGS, "", "1000") is Rank.REGULAR
    assert rank_of(SETTINGS, OTHER, "1000") is Rank.REGULAR


def test_who_is_owed_nothing_comes_in_behind_all_others() -> None:
    assert entry(SETTINGS, OTHER, "1000", 2000.0, None) == (Rank.REGULAR, 2000.0)


def test_the_place_is_kept_for_who_does_not_wait_for_the_callback() -> None:
    rank, at_s = entry(SETTINGS, OTHER, "1000", 2000.0, owed(place=PLACE))
    assert rank is Rank.REGULAR
    assert 999.9 < at_s < 1000.0  # its own ticket stands behind


def test_who_was_rung_in_vain_and_rings_back_goes_before_others() -> None:
    callback = owed(place=PLACE, attempts=1)
    assert entry(SETTINGS, OTHER, "1000", 2000.0, callback)[0] is Rank.RETURNING
    assert entry(SETTINGS, VIP, "1000", 2000.0, callback)[0] is Rank.VIP


def test_who_was_cut_off_and_rings_again_goes_on_first_of_all() -> None:
    callback = owed(place=replace(PLACE, rank=Rank.DROPPED))
    assert entry(SETTINGS, OTHER, "1000", 2000.0, callback)[0] is Rank.DROPPED


@given(
    st.sampled_from(CallbackState),
    st.sampled_from(Rank),
    st.integers(0, 3),
    st.floats(0, 1e10),
    st.floats(0, 1e10),
    st.sampled_from([VIP, OTHER, ""]),
)
def test_being_owed_a_call_never_costs_a_place(
    state: CallbackState, kept: Rank, attempts: int, kept_s: float, at_s: float, number: str
) -> None:
    callback = owed(state=state, place=Place(kept, kept_s, 1), attempts=attempts)
    with_it, without = (entry(SETTINGS, number, "1000", at_s, one) for one in (callback, None))
    assert with_it[0] <= without[0]
    assert with_it[1] <= without[1]
    if state not in BEFORE_DIALLING:
        assert with_it == without
