from voicebot.simulation.clock import Clock
from voicebot.simulation.played_slots import PlayedSlots


def test_time_is_counted_after_the_warm_up_and_before_the_end() -> None:
    clock = Clock()
    slots = PlayedSlots(2, clock, from_s=10.0, until_s=30.0)
    slots.take()
    clock.now_s = 20.0
    slots.give_back()
    clock.now_s = 50.0
    slots.settle()
    assert (slots.busy_s, slots.slot_s) == (10.0, 40.0)


def test_slots_that_went_away_are_not_free() -> None:
    slots = PlayedSlots(3, Clock(), 0.0, 100.0)
    slots.take()
    slots.take()
    slots.become(1)
    assert slots.free == 0
    slots.give_back()
    slots.give_back()
    assert slots.free == 1
