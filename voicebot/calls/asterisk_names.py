"""What are a call's parts and places called in Asterisk?

Names derive from the caller's channel, so that whoever finds a part, after the death of the
process that made it, knows whose it is.
"""

from voicebot.calls.model import BridgeId, ChannelId, Leaving

# As dialplans/inbound.conf offers calls to them.
AGENT_APP_PREFIX = "voicebot-"
# dialplans/fallback.conf: apology, people, voicemail.
FALLBACK_CONTEXT = "voicebot-fallback"
# And there: the voicemail alone.
MESSAGE_CONTEXT = "voicebot-message"
# Set on who waits in a line: there, such a caller is offered to the other agents first.
IN_LINE_VARIABLE = "VOICEBOT_IN_LINE"
CONTEXTS = {
    Leaving.HANDED_ON: FALLBACK_CONTEXT,
    Leaving.BROKEN: FALLBACK_CONTEXT,
    Leaving.TURNED_AWAY: FALLBACK_CONTEXT,
    Leaving.FOR_MESSAGE: MESSAGE_CONTEXT,
}
# First argument of an operator's leg that is in Stasis to be told who calls.
BRIEF_ARGUMENT = "brief"
# Of a caller who waited for an agent that is gone.
WAIT_ARGUMENT = "wait"
# Of a channel that hears what is said on another one.
SNOOP_ARGUMENT = "snoop"
SNOOP_PREFIX = "snoop-"
# Of a supervisor's phone that is put on a call.
SUPERVISOR_ARGUMENT = "supervisor"
SUPERVISOR_PREFIX = "supervisor-"
MEDIA_PREFIX = "media-"
BRIDGE_PREFIX = "bridge-"
ANNOUNCEMENT_PREFIX = "announcement-"


def media_channel_of(channel_id: ChannelId) -> ChannelId:
    """The external-media channel beside a caller's or an operator's channel."""
    return ChannelId(f"{MEDIA_PREFIX}{channel_id}")


def snoop_of(channel_id: ChannelId) -> ChannelId:
    """The channel that hears a waiting caller; it has media and a bridge of its own, and may
    outlive neither the wait nor the process: so it is driven, and freed, apart from the caller."""
    return ChannelId(f"{SNOOP_PREFIX}{channel_id}")


def listening_of(channel_id: ChannelId) -> ChannelId:
    """The channel that hears both sides of a call for people who listen in; a snoop as well."""
    return ChannelId(f"{SNOOP_PREFIX}both-{channel_id}")


def supervisor_of(channel_id: ChannelId) -> ChannelId:
    """The phone of a supervisor who is on a call; its bridge has a snoop on that call."""
    return ChannelId(f"{SUPERVISOR_PREFIX}{channel_id}")


def supervising_of(channel_id: ChannelId, number: int) -> ChannelId:
    """That snoop. How it is heard cannot be changed: each change makes another one."""
    return ChannelId(f"{SNOOP_PREFIX}{number}-{supervisor_of(channel_id)}")


def is_beside(channel_id: ChannelId) -> bool:
    """Whether it is there for somebody else's call, and ends with it."""
    return channel_id.startswith((SNOOP_PREFIX, SUPERVISOR_PREFIX))


def bridge_of(channel_id: ChannelId) -> BridgeId:
    """The bridge that joins the two."""
    return BridgeId(f"{BRIDGE_PREFIX}{channel_id}")


def announcements_of(channel_id: ChannelId) -> tuple[str, str]:
    """The playbacks of a waiting caller, in turn: one may begin before the one before it is over.

    Asterisk takes a channel elsewhere only when its playback has ended, so that whoever sends it
    must be able to end these.
    """
    return f"{ANNOUNCEMENT_PREFIX}0-{channel_id}", f"{ANNOUNCEMENT_PREFIX}1-{channel_id}"


def owner_of(part_id: ChannelId | BridgeId) -> ChannelId:
    """Whose media channel or bridge it is; anybody else is his own."""
    for prefix in (MEDIA_PREFIX, BRIDGE_PREFIX):
        if part_id.startswith(prefix):
            return ChannelId(part_id.removeprefix(prefix))
    return ChannelId(part_id)
