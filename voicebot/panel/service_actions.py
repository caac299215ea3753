"""What may be ordered about the service as a whole: its step, its queues, who takes new calls."""

from starlette.requests import Request
from starlette.responses import Response

from voicebot.calls.orders import OrderResult
from voicebot.panel.access import Action
from voicebot.panel.floor_orders import Unknown, drain_agent, force_step, pause_queue
from voicebot.panel.pages import failure, field_of, open_to, see


@open_to(Action.FORCE_DEGRADATION)
async def force(request: Request) -> Response:
    match await force_step(request, field_of(request, "step")):
        case Unknown():
            return failure(request, 422, "service.step_unknown")
        case OrderResult.DONE:
            return see(request, "/")
    return failure(request, 503, "order.unclear")


@open_to(Action.STEER_CALLS)
async def pause(request: Request) -> Response:
    """A queue, or let its callers in again."""
    is_paused = field_of(request, "do") == "pause"
    match await pause_queue(request, field_of(request, "queue"), is_paused=is_paused):
        case Unknown():
            return failure(request, 409, "service.queue_unknown")
        case OrderResult.DONE:
            return see(request, "/")
    return failure(request, 503, "order.unclear")


@open_to(Action.FORCE_DEGRADATION)
async def drain(request: Request) -> Response:
    """An agent, or have it take calls again."""
    is_on = field_of(request, "do") == "drain"
    result = await drain_agent(request, field_of(request, "agent"), is_draining=is_on)
    if result is OrderResult.DONE:
        return see(request, "/")
    return failure(request, 409, f"order.{result.value}")
