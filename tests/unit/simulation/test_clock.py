from voicebot.simulation.clock import Clock


def test_things_happen_in_the_order_of_their_times() -> None:
    clock, seen = Clock(), []

    def note(number: int) -> None:
        seen.append((clock.now_s, number))
        if number == 1:
            clock.at(2.0, note, 4)

    clock.at(3.0, note, 3)
    clock.at(1.0, note, 1)
    clock.at(1.0, note, 2)
    clock.run()
    assert seen == [(1.0, 1), (1.0, 2), (2.0, 4), (3.0, 3)]
