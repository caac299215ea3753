"""Orders about calls, queues, agents and the service's step; each on the audit log first.

For the pages and for the HTTP API alike: `request.state.visitor` says who orders.
"""

from collections.abc import Sequence
from enum import StrEnum

from starlette.requests import Request

from voicebot.calls.model import CallId
from voicebot.calls.orders import Drain, Order, OrderResult, Presence, Supervise
from voicebot.capacity.degradation import step_named
from voicebot.dialogue.operators import Transfer
from voicebot.errors import DegradationStepUnknown, SharedStateError
from voicebot.panel.access import Action, may
from voicebot.panel.running_call import RunningCall
from voicebot.panel.running_call_pages import running, scope_of
from voicebot.panel.services import note, services_of, visitor_of
from voicebot.queueing.model import QueueName, Rank

AUTOMATIC = "auto"


class Unknown(StrEnum):
    """What an order names that there is not, or not for who gives it."""

    STEP = "step-unknown"
    QUEUE = "queue-unknown"


async def steerable(request: Request, call_id: CallId) -> RunningCall | None:
    """Of a call that this reader may not steer, nothing is told either."""
    call, account = await running(request, call_id), visitor_of(request).account
    if call is None or account is None:
        return None
    return call if may(account, Action.STEER_CALLS, scope_of(request, call)) else None


async def targets_of(request: Request, call_id: CallId) -> Sequence[Transfer] | None:
    """Whom the caller can be handed to; None: there is no such call."""
    call = await steerable(request, call_id)
    return None if call is None else await services_of(request).calls.targets(call.seen.did)


async def order_call(
    request: Request, call_id: CallId, action: str, order: Order, what: str = ""
) -> OrderResult:
    """By the agent that has the call."""
    call, subject = await steerable(request, call_id), f"{call_id} {what}".strip()
    if call is None:
        await note(request, action, OrderResult.NOT_HERE.value, subject)
        return OrderResult.NOT_HERE
    await note(request, action, "ordered", subject)
    account = visitor_of(request).account
    assert account is not None
    result = await services_of(request).calls.order(call.seen.agent, account.name, order)
    if result is not OrderResult.DONE:
        await note(request, action, result.value, subject)
    return result


async def supervise_call(request: Request, call_id: CallId, presence: Presence) -> OrderResult:
    """By the account's own phone: to listen, to whisper to an operator, or to barge in."""
    kept = visitor_of(request).kept
    assert kept is not None
    action, extension = f"supervise-{presence.value}", kept.extension
    if extension is None:
        await note(request, action, OrderResult.EXTENSION_MISSING.value, call_id)
        return OrderResult.EXTENSION_MISSING
    order = Supervise(call_id, extension, presence)
    return await order_call(request, call_id, action, order, extension)


async def serve_caller_next(request: Request, call_id: CallId) -> OrderResult:
    """Before all who were not cut off; among those by the time of arrival."""
    action = "serve-caller-next"
    call = await steerable(request, call_id)
    queue = "" if call is None else scope_of(request, call)
    await note(request, action, "ordered" if queue else OrderResult.NOT_HERE.value, call_id)
    try:
        place = await services_of(request).lines.rank_as(QueueName(queue), call_id, Rank.DROPPED)
    except SharedStateError:
        await note(request, action, OrderResult.UNCLEAR.value, call_id)
        return OrderResult.UNCLEAR
    if place is not None:
        return OrderResult.DONE
    if queue:
        await note(request, action, OrderResult.NOT_WAITING.value, call_id)
    return OrderResult.NOT_WAITING if queue else OrderResult.NOT_HERE


async def pause_queue(request: Request, name: str, *, is_paused: bool) -> OrderResult | Unknown:
    """Or let its callers in again."""
    services, account = services_of(request), visitor_of(request).account
    assert account is not None
    queue = QueueName(name.replace("\0", ""))
    action = "pause-queue" if is_paused else "resume-queue"
    # Of a queue that this reader may not steer, nothing is told either.
    if queue not in services.watch.queues or not may(account, Action.STEER_CALLS, queue):
        await note(request, action, "refused", queue)
        return Unknown.QUEUE
    await note(request, action, "ordered", queue)
    try:
        await services.lines.pause(queue, is_paused=is_paused)
    except SharedStateError:
        await note(request, action, OrderResult.UNCLEAR.value, queue)
        return OrderResult.UNCLEAR
    return OrderResult.DONE


async def force_step(request: Request, name: str) -> OrderResult | Unknown:
    """On all agents; a call takes it up at its next turn. `auto`: none is forced."""
    try:
        step = None if name == AUTOMATIC else step_named(name)
    except DegradationStepUnknown:
        return Unknown.STEP
    await note(request, "force-degradation", "ordered", name)
    try:
        await services_of(request).health.force(step)
    except SharedStateError:
        await note(request, "force-degradation", OrderResult.UNCLEAR.value, name)
        return OrderResult.UNCLEAR
    return OrderResult.DONE


async def drain_agent(request: Request, name: str, *, is_draining: bool) -> OrderResult:
    """It takes no new calls, or takes them again."""
    account, agent = visitor_of(request).account, name.replace("\0", "")
    assert account is not None
    action = "drain-agent" if is_draining else "undrain-agent"
    await note(request, action, "ordered", agent)
    result = await services_of(request).calls.order(agent, account.name, Drain(is_draining))
    if result is not OrderResult.DONE:
        await note(request, action, result.value, agent)
    return result
