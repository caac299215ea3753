"""What would Asterisk's own queue tell the same callers? Our estimates are compared with it."""


class AsteriskAverage:
    """The hold time that Asterisk's app_queue tells: in whole seconds, a quarter of it the newest.

    recalc_holdtime() of apps/app_queue.c, called for each caller who is connected:
    holdtime = (4 holdtime - holdtime + new) >> 2.
    """

    __slots__ = ("hold_time_s",)

    def __init__(self) -> None:
        self.hold_time_s = 0

    def connected(self, waited_s: float) -> None:
        self.hold_time_s = (3 * self.hold_time_s + int(waited_s)) >> 2
