"""Plays single steps of calls from their contexts, in a process of its own.

Each line in: the context, the event (null: its deadline passes), this process's `now`.
Each line out: the commands, the seconds until the next deadline, the context.
"""

import json
import sys

from tests.fakes.sample_business import a_business
from tests.unit.calls import wire
from voicebot.calls.session import CallSession, dump_context, load_context


def play(line: str) -> str:
    step = json.loads(line)
    session = CallSession(a_business(), load_context(step["context"]), step["taken_now"])
    now = step["now"]
    commands = (
        session.on_deadline(now)
        if step["event"] is None
        else session.receive(wire.load_event(step["event"]), now)
    )
    deadline = session.next_deadline()
    return json.dumps(
        {
            "commands": [wire.dump(command) for command in commands],
            "deadline_in_s": None if deadline is None else round(deadline - now, 6),
            "context": dump_context(session.context(now)),
        }
    )


if __name__ == "__main__":
    for each in sys.stdin:
        print(play(each))
