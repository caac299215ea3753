from voicebot.queueing.asterisk_average import AsteriskAverage


def test_asterisk_counts_a_quarter_of_the_newest_in_whole_seconds() -> None:
    average = AsteriskAverage()
    seen = []
    for waited_s in (100.9, 100.0, 0.0):
        average.connected(waited_s)
        seen.append(average.hold_time_s)
    assert seen == [25, 43, 32]
