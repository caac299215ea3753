"""What does a channel tell of its call?

In variables that the dialplan or the dialer has set, and that `channelvars` in ari.conf names.
"""

from typing import Final

from voicebot.ari.model import Channel
from voicebot.calls.model import CallbackReason, CallFacts, CallId, Direction, Owed, TransferResult
from voicebot.calls.phone_number import caller_number

# As asterisk/etc and dialplans name them.
CODEC_VARIABLE: Final = "VOICEBOT_CODEC"
DIRECTION_VARIABLE: Final = "VOICEBOT_DIRECTION"
OPERATOR_VARIABLE: Final = "VOICEBOT_OPERATOR"
AGENT_NAME_VARIABLE: Final = "VOICEBOT_AGENT_NAME"
DID_VARIABLE: Final = "VOICEBOT_DID"
COUNTRY_VARIABLE: Final = "VOICEBOT_COUNTRY"
CALLBACK_VARIABLE: Final = "VOICEBOT_CALLBACK"


def facts_of(channel: Channel, did: str, country: str | None) -> CallFacts:
    """`country`: of callers who name none, where the trunk does not say better."""
    variables = channel.variables
    sent = caller_number(channel.caller.number, country=variables.get(COUNTRY_VARIABLE) or country)
    return CallFacts(
        call_id=CallId(channel.channel_id),
        channel_id=channel.channel_id,
        caller_number=sent.number,
        called_number=did,
        codec=variables.get(CODEC_VARIABLE, ""),
        direction=_direction_of(channel),
        owed=owed_of(variables.get(CALLBACK_VARIABLE, "")),
    )


def callback_text(owed: Owed) -> str:
    """What the channel of a callback says about it."""
    return f"{owed.reason.value}:{owed.of}"


def owed_of(text: str) -> Owed | None:
    """None where it is no callback."""
    reason, _, call_id = text.partition(":")
    if not call_id or reason not in set(CallbackReason):
        return None
    return Owed(CallbackReason(reason), CallId(call_id))


def _direction_of(channel: Channel) -> Direction:
    try:
        return Direction(channel.variables.get(DIRECTION_VARIABLE, Direction.INBOUND))
    except ValueError:
        return Direction.INBOUND


def transfer_result_of(text: str) -> TransferResult:
    """What the dialplan says came of a transfer; an unknown word is a failure."""
    try:
        return TransferResult(text)
    except ValueError:
        return TransferResult.FAILED
