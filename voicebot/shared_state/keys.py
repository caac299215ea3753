"""Which Redis key holds what?

Pure, and the only place that names keys, but for those of the inference work
(`workers.contract`). Every key expires or is bounded, so that no process that died
leaves anything behind for ever.
"""

from voicebot.calls.model import CallId

# Names of the agents that announced themselves; each one's entry has a key and a lease of its own.
AGENTS = "agents"
AGENT_PREFIX = "agent:"
# Of those, the ones that take no new calls, as people have ordered; an agent that starts is none.
AGENTS_DRAINING = "agents:draining"
# Queues whose callers wait on by an administrator's word.
PAUSED_QUEUES = "paused-queues"
# Names of the nodes that showed themselves; each is there as long as its key.
NODES = "nodes"
NODE_PREFIX = "node:"
# What happens on all calls, for those who watch.
ALL_CALL_EVENTS = "call-events"
# Who is being admitted, on a lease; and the stream of what may let the next one in.
LINE_CLAIM = "line-claim"
LINE_CHANGES = "line-changes"
# Which agent reckons the capacity for all, on a lease; and what each sees of it.
CAPACITY_LEADER = "capacity:leader"
CAPACITY_VIEWS = "capacity:views"
# Which process keeps samples of it, on a lease.
CAPACITY_SAMPLER = "capacity:sampler"
# The queues in whose lines somebody has waited of late.
LINES_KNOWN = "lines-known"
# What happened to those who waited, and how long conversations were: what waits are estimated by.
WAIT_FACTS = "wait-facts"
# How each agent does, on leases; the step that an administrator forces; and what changed.
DEGRADATION_AGENTS = "degradation:agents"
DEGRADATION_FORCED = "degradation:forced"
DEGRADATION_CHANGES = "degradation:changes"


# The calls that have a context, by when it ends: nobody need look through all keys for them.
CALL_CONTEXTS = "call-contexts"


def call_context(call_id: CallId) -> str:
    """The call's live context, as its agent saved it last."""
    return f"call-context:{call_id}"


def call_events(call_id: CallId) -> str:
    """The stream of what happened on one call."""
    return f"{ALL_CALL_EVENTS}:{call_id}"


def agent(name: str) -> str:
    """An agent process's load, as long as its lease lasts."""
    return f"{AGENT_PREFIX}{name}"


def line(queue: str) -> tuple[str, str, str, str]:
    """Of one queue: its callers in order, their tickets, the tickets' ends, the last number."""
    name = f"line:{queue}"
    return f"{name}:order", f"{name}:tickets", f"{name}:ends", f"{name}:number"


def slots() -> tuple[str, str, str, str, str]:
    """Calls by the end of their lease, the sign that somebody renews, the grace after a loss, how
    many slots there are, and the stream that tells of one that became free."""
    return "slots:held", "slots:alive", "slots:grace", "slots:capacity", LINE_CHANGES


def orders(agent_name: str) -> str:
    """The ids of what people order of one agent."""
    return f"orders:{agent_name}"


def order(order_id: str) -> str:
    """One of them, for as long as it may be carried out."""
    return f"order:{order_id}"


def listeners(call_id: CallId) -> str:
    """A lease: somebody listens in to this call."""
    return f"listeners:{call_id}"


def heard_audio(call_id: CallId) -> str:
    """The stream of what is heard on it, for as long."""
    return f"heard-audio:{call_id}"


def order_answer(order_id: str) -> str:
    """What came of it."""
    return f"order-answer:{order_id}"
