"""How is a call placed in Asterisk, so that it goes on without us?

The channel's id is chosen beforehand and Asterisk makes no second channel of that id; what is to
become of the call once it is answered is in the dialplan (dialplans/outbound.conf).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from voicebot.agents.channel_facts import (
    AGENT_NAME_VARIABLE,
    CALLBACK_VARIABLE,
    DIRECTION_VARIABLE,
    callback_text,
)
from voicebot.ari.client import AriClient
from voicebot.calls.asterisk_names import AGENT_APP_PREFIX
from voicebot.calls.model import ChannelId, Direction, Owed
from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.calls.phone_number import caller_number, country_of
from voicebot.dialogue.business import Business
from voicebot.errors import AriRequestRefused
from voicebot.store.outbound_calls import OutboundCall

CONTEXT = "voicebot-outbound"
# dialplans/inbound.conf refuses calls while it is "1": the node is being emptied.
DRAINING_VARIABLE = "VOICEBOT_DRAINING"
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Way:
    """The trunk over which a call goes."""

    name: str
    endpoint: str
    max_calls: int


async def obstacle(ari: AriClient, way: Way) -> Refused | None:
    """Why Asterisk cannot place a call now, or nobody could talk with whoever answers."""
    if await ari.asterisk.get_global_var(DRAINING_VARIABLE) == "1":
        return Refused(Refusal.DRAINING, "the node is being emptied; start it again")
    applications = await ari.applications.list()
    if not any(one.name.startswith(AGENT_APP_PREFIX) for one in applications):
        return Refused(Refusal.NO_AGENT, "no agent is there to talk: voicebot up")
    channels = await ari.channels.list()
    over_it = sum(channel.name.startswith(f"PJSIP/{way.endpoint}-") for channel in channels)
    if over_it >= way.max_calls:
        return Refused(
            Refusal.TRUNK_FULL, f"trunk {way.name} has {over_it} calls (max_calls); try again"
        )
    return None


async def talks_with(ari: AriClient, number: str) -> bool:
    """Whether a call with this number (E.164) is up: whoever rang us is not rung."""
    country = country_of(number)
    channels = await ari.channels.list()
    return any(
        caller_number(channel.caller.number, country=country).number == number
        for channel in channels
        if channel.name.startswith("PJSIP/")
    )


async def originate(
    ari: AriClient, call: OutboundCall, way: Way, business: Business, owed: Owed | None = None
) -> None:
    """Asks Asterisk to ring. Raises AsteriskError; after a timeout it may ring all the same."""
    rules = business.outbound
    assert rules is not None, "judged before"
    await ari.channels.originate(
        f"PJSIP/{call.number}@{way.endpoint}",
        context=CONTEXT,
        extension="s",
        priority=1,
        caller_id=call.did,
        ring_timeout_s=rules.ring_s,
        channel_id=ChannelId(call.call_id),
        variables=_variables(call, business, owed),
    )


async def is_there(ari: AriClient, call: OutboundCall) -> bool:
    """Whether the call's channel exists."""
    try:
        await ari.channels.get(ChannelId(call.call_id))
    except AriRequestRefused as error:
        if error.status != NOT_FOUND:
            raise
        return False
    return True


def _variables(call: OutboundCall, business: Business, owed: Owed | None) -> Mapping[str, str]:
    return {
        DIRECTION_VARIABLE: Direction.OUTBOUND.value,
        "VOICEBOT_DID": call.did,
        "VOICEBOT_NUMBER": call.number,
        AGENT_NAME_VARIABLE: call.agent,
        CALLBACK_VARIABLE: "" if owed is None else callback_text(owed),
        "VOICEBOT_IS_RECORDED": str(int(business.recording.enabled)),
        "VOICEBOT_MAX_MESSAGE_S": str(business.voicemail_max_s),
        "VOICEBOT_DEFAULT_TRANSFER": business.operator or "",
    }
