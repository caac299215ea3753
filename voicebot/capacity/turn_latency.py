"""What is measured to correct the capacity: how long callers wait for an answer.

From the caller's last sound to ours, a whole turn: whatever in the chain is short of anything makes
it longer.
"""

from voicebot.capacity.adaptive_limit import AdaptiveLimit, LimitRules

# What density is measured by, at four callers on two cores.
TURN, TURN_BUDGET_S = "turn", 1.5
# An agent of four callers ends a turn every two seconds; the newest latencies are kept anyway.
RULES = LimitRules(window_s=120.0)


def turn_limit() -> AdaptiveLimit:
    """The correction as one agent sees it."""
    return AdaptiveLimit({TURN: TURN_BUDGET_S}, RULES)
