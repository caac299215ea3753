"""How does a business want its callers to wait?

The part of a business file that makes queues: which of its numbers belong to one, how long the
line may grow, who goes first, and what waiting callers hear. Without one nobody waits.
"""

from collections import Counter
from collections.abc import Collection, Sequence

from pydantic import Field

from voicebot.dialogue.business_parts import Hours, Part, Spoken
from voicebot.dialogue.operators import Transfer

# Positions that are said; whoever stands behind them hears that there are more.
LAST_SAID_POSITION = 20
# Minutes that a wait is told in; none is told that is longer than the last.
MINUTES = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60)
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class QueuePhrases(Part):
    """What waiting callers hear; each sentence is made into speech before anybody waits."""

    all_busy: Spoken = "All our lines are busy at the moment. Please stay on the line."
    next_in_line: Spoken = "You are next in line."
    position: Spoken = "You are number {position} in line."
    many_before: Spoken = "There are more than twenty callers before you."
    wait_up_to: Spoken = "It will probably take less than {high} minutes."
    wait_between: Spoken = "It will probably take between {low} and {high} minutes."
    takes_longer: Spoken = "I am sorry, it takes longer than I told you."
    line_full: Spoken = "All our lines are busy, and so many callers wait that I cannot keep you."
    closed: Spoken = "We are closed at the moment."
    offer_callback: Spoken = "Press one and we will call you back."
    keys: Spoken = "Press zero for a person, or the pound key to leave a message."
    offer_callback_heard: Spoken = "Press one or say, call me back, and we will call you back."
    keys_heard: Spoken = (
        "Press zero or say, operator, for a person. Press pound or say, message, to leave one."
    )
    confirm_heard: Spoken = "Press one or say yes if that is right. If it is not, two or no."
    wants_operator: Spoken = "You want to speak with a person. Press zero or say yes."
    wants_message: Spoken = "You want to leave a message. Press pound or say yes."
    staying: Spoken = "All right. You keep your place in the line."
    call_back_at: Spoken = "We will call you back at this number."
    confirm: Spoken = "Press one if that is right, or two if it is not."
    booked: Spoken = "Good. We will call you back. Goodbye."
    not_booked: Spoken = "I am sorry, I cannot write that down right now."
    number_refused: Spoken = "I am sorry, that is a number that we cannot call back."
    number_unknown: Spoken = "I cannot see your number, so we cannot call you back at it."
    digits: tuple[Spoken, ...] = Field(default=DIGITS, min_length=10, max_length=10)


class QueueSettings(Part):
    """One queue of a business."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    dids: tuple[str, ...] = Field(default=(), description="None: all that no other queue has.")
    max_waiting: int = Field(
        default=50, ge=0, le=100_000, description="Who comes then is turned away."
    )
    hours: Hours | None = Field(default=None, description="None: at any time.")
    callbacks: bool = Field(default=True, description="Whether callers may be called back instead.")
    offer_callback_above_s: int | None = Field(
        default=300, ge=0, description="A callback is offered at once to whoever would wait longer."
    )
    overflow: str | None = Field(
        default=None, description="A transfer, for callers whom the line has no room for."
    )
    vip_numbers: tuple[str, ...] = Field(
        default=(),
        description="Callers who go first, in E.164. A caller's number can be forged: this gives "
        "a place in the line, and nothing else.",
    )
    vip_dids: tuple[str, ...] = Field(
        default=(), description="Whoever rings one of these goes first."
    )
    announce_every_s: int = Field(
        default=30, ge=10, le=600, description="Between two announcements."
    )
    music: str = Field(
        default="default",
        pattern=r"^[A-Za-z0-9_-]+$",
        description="Asterisk's class of music on hold.",
    )
    phrases: QueuePhrases = QueuePhrases()

    @property
    def texts(self) -> tuple[str, ...]:
        """All that a waiting caller may hear."""
        said = self.phrases
        patterns = {"position", "wait_up_to", "wait_between", "digits"}
        fixed = said.model_dump(exclude=patterns)
        low_high = [(low, high) for low in MINUTES for high in MINUTES if low < high]
        return (
            *fixed.values(),
            *said.digits,
            *(said.position.format(position=n) for n in range(2, LAST_SAID_POSITION + 1)),
            *(said.wait_up_to.format(high=high) for high in MINUTES[1:]),
            *(said.wait_between.format(low=low, high=high) for low, high in low_high),
        )


def queue_of(queues: Sequence[QueueSettings], did: str) -> QueueSettings | None:
    """The queue that callers of this number wait in; None: nobody waits."""
    wanted = did.removeprefix("+")
    for queue in queues:
        if wanted in {one.removeprefix("+") for one in queue.dids}:
            return queue
    return next((queue for queue in queues if not queue.dids), None)


def problems_of(
    queues: Sequence[QueueSettings], dids: Collection[str], transfers: Sequence[Transfer]
) -> list[str]:
    """What does not fit together."""
    problems = [
        f'queues: {name}: "{value}" occurs {count} times'
        for name, values in (
            ("name", [queue.name for queue in queues]),
            ("dids", [did for queue in queues for did in queue.dids]),
        )
        for value, count in Counter(values).items()
        if count > 1
    ]
    if sum(not queue.dids for queue in queues) > 1:
        problems.append("queues: only one may be without dids: it takes all the others")
    targets = {transfer.id for transfer in transfers}
    for queue in queues:
        problems += [
            f'queues: {queue.name}: "{did}" is none of the dids'
            for did in (*queue.dids, *queue.vip_dids)
            if did not in dids
        ]
        if queue.overflow is not None and queue.overflow not in targets:
            problems.append(f'queues: {queue.name}: overflow: "{queue.overflow}" is no transfer')
        problems += _problems_of_patterns(queue)
    return problems


def _problems_of_patterns(queue: QueueSettings) -> list[str]:
    said = queue.phrases
    places = {
        "position": (said.position, {"position": "?"}),
        "wait_up_to": (said.wait_up_to, {"high": "?"}),
        "wait_between": (said.wait_between, {"low": "?", "high": "!"}),
    }
    problems = []
    for name, (pattern, values) in places.items():
        wanted = " and ".join(f"{{{place}}}" for place in values)
        try:
            filled = pattern.format(**values)
        except (LookupError, ValueError, AttributeError):
            filled = ""
        if not all(value in filled for value in values.values()) or not filled:
            problems.append(
                f"queues: {queue.name}: phrases: {name}: must contain {wanted}, and no other place"
            )
    return problems
