"""What may be ordered about the service as a whole: its step, and who takes new calls."""

from starlette.requests import Request
from starlette.responses import Response

from voicebot.calls.orders import Drain, OrderResult
from voicebot.capacity.degradation import step_named
from voicebot.errors import DegradationStepUnknown, SharedStateError
from voicebot.panel.access import Action, may
from voicebot.panel.pages import failure, field_of, open_to, see
from voicebot.panel.services import note, services_of, visitor_of
from voicebot.queueing.model import QueueName

AUTOMATIC = "auto"


@open_to(Action.FORCE_DEGRADATION)
async def force(request: Request) -> Response:
    """A step on all agents; a call takes it up at its next turn."""
    name = field_of(request, "step")
    try:
        step = None if name == AUTOMATIC else step_named(name)
    except DegradationStepUnknown:
        return failure(request, 422, "service.step_unknown")
    await note(request, "force-degradation", "ordered", name)
    try:
        await services_of(request).health.force(step)
    except SharedStateError:
        await note(request, "force-degradation", OrderResult.UNCLEAR.value, name)
        return failure(request, 503, "order.unclear")
    return see(request, "/")


@open_to(Action.STEER_CALLS)
async def pause(request: Request) -> Response:
    """A queue, or let its callers in again."""
    services, account = services_of(request), visitor_of(request).account
    assert account is not None
    queue, is_paused = QueueName(field_of(request, "queue")), field_of(request, "do") == "pause"
    action = "pause-queue" if is_paused else "resume-queue"
    # Of a queue that this reader may not steer, nothing is told either.
    if queue not in services.watch.queues or not may(account, Action.STEER_CALLS, queue):
        await note(request, action, "refused", queue.replace("\0", ""))
        return failure(request, 409, "service.queue_unknown")
    await note(request, action, "ordered", queue)
    try:
        await services.lines.pause(queue, is_paused=is_paused)
    except SharedStateError:
        await note(request, action, OrderResult.UNCLEAR.value, queue)
        return failure(request, 503, "order.unclear")
    return see(request, "/")


@open_to(Action.FORCE_DEGRADATION)
async def drain(request: Request) -> Response:
    """An agent, or have it take calls again."""
    services, account = services_of(request), visitor_of(request).account
    assert account is not None
    agent, is_on = field_of(request, "agent").replace("\0", ""), field_of(request, "do") == "drain"
    action = "drain-agent" if is_on else "undrain-agent"
    await note(request, action, "ordered", agent)
    result = await services.calls.order(agent, account.name, Drain(is_on))
    if result is OrderResult.DONE:
        return see(request, "/")
    await note(request, action, result.value, agent)
    return failure(request, 409, f"order.{result.value}")
