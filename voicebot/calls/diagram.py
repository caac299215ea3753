"""How do the states of a call look as a picture? Drawn from the table, so it cannot drift."""

from collections import defaultdict

from voicebot.calls.transitions import DECISIONS, TRANSITIONS, CallState


def mermaid() -> str:
    """A Mermaid state diagram; events that change nothing are left out."""
    labels: dict[tuple[CallState, CallState], list[str]] = defaultdict(list)
    for (state, event), following in TRANSITIONS.items():
        if state is not following:
            labels[state, following].append(event.__name__)
    for decision, following in DECISIONS.items():
        labels[CallState.TALKING, following].append(decision.__name__)
    lines = ["stateDiagram-v2", f"    [*] --> {CallState.OFFERED}"]
    lines += [
        f"    {state} --> {following}: {', '.join(names)}"
        for (state, following), names in labels.items()
    ]
    return "\n".join([*lines, f"    {CallState.ENDED} --> [*]"])
