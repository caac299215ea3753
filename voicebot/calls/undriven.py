"""Which channels does nobody drive any more, and what is to become of them?

Inside Stasis nobody but us notices that an agent is dead, frozen, or has lost one of its calls:
the caller would sit in silence. A channel of an agent's application that no heartbeat names for
PATIENCE_S is undriven.

Only time that was watched counts. A step is at most LONGEST_STEP_S long: when the guardian or
Asterisk stood still, heartbeats could not be heard, and their absence proves nothing. A channel
that has just entered Stasis has the same patience before it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from voicebot.calls.asterisk_names import (
    BRIEF_ARGUMENT,
    SUPERVISOR_ARGUMENT,
    media_channel_of,
    owner_of,
)
from voicebot.calls.heartbeat import BEAT_EVERY_S, Beat
from voicebot.calls.model import BridgeId, ChannelId

PATIENCE_S = 2.0
# A killed process takes its media socket with it, and Asterisk hangs that channel up at once: two
# missed heartbeats are then enough.
PATIENCE_WITHOUT_MEDIA_S = 1.0
LONGEST_STEP_S = 0.5
# Who was named so recently needs no looking up.
SURELY_DRIVEN_S = 1.5 * BEAT_EVERY_S

_MEDIA_TECHNOLOGIES = frozenset({"WebSocket", "Snoop", "UnicastRTP"})
_STASIS_APPLICATIONS = frozenset({"Stasis", "StasisBroadcast"})


class Place(StrEnum):
    """Where a channel is that an agent's application knows."""

    CONVERSATION = "conversation"  # a caller, in Stasis
    BRIEFING = "briefing"  # an operator being told who calls, in Stasis
    DIALPLAN = "dialplan"  # a person, outside Stasis: none of our business
    SUPERVISING = "supervising"  # a supervisor's phone, in Stasis
    MEDIA = "media"  # no person's


class Remedy(StrEnum):
    """What becomes of an undriven channel."""

    FALLBACK = "fallback"  # out of Stasis: the dialplan looks after the caller
    GO_ON = "go_on"  # out of Stasis: the dialplan goes on where it stood
    HANG_UP = "hang_up"


REMEDIES: Mapping[Place, Remedy] = {
    Place.CONVERSATION: Remedy.FALLBACK,
    # Behind Stasis come recorded prompts with the same keys.
    Place.BRIEFING: Remedy.GO_ON,
    Place.SUPERVISING: Remedy.HANG_UP,
    Place.MEDIA: Remedy.HANG_UP,
}


@dataclass(frozen=True, slots=True)
class Free:
    """Take this channel out of the hands of nobody."""

    channel_id: ChannelId
    remedy: Remedy
    undriven_s: float


def place_of(name: str, application: str, application_data: str) -> Place:
    """By a channel's name and by what runs on it in the dialplan."""
    technology, _, _ = name.partition("/")
    if technology in _MEDIA_TECHNOLOGIES:
        return Place.MEDIA
    if application not in _STASIS_APPLICATIONS:
        return Place.DIALPLAN
    arguments = {BRIEF_ARGUMENT: Place.BRIEFING, SUPERVISOR_ARGUMENT: Place.SUPERVISING}
    first = application_data.split(",")[1:2]
    return arguments.get(first[0], Place.CONVERSATION) if first else Place.CONVERSATION


class Watch:
    """Heartbeats and looks at Asterisk in, who is to be freed out.

    A part that an agent opens beside a call is named after it (`asterisk_names`), or stands in
    the heartbeat itself. Begin anew when the connection to Asterisk did.
    """

    def __init__(self, now: float) -> None:
        self._now = now
        self._watched_s = 0.0
        # All in watched seconds.
        self._named_at: dict[ChannelId, float] = {}
        self._held_since: dict[ChannelId, float] = {}
        self._empty_since: dict[BridgeId, float] = {}
        self._had_media: set[ChannelId] = set()

    def receive(self, beat: Beat, now: float) -> None:
        self._advance(now)
        for channel_id in beat.channel_ids:
            self._named_at[channel_id] = self._watched_s

    def questionable(self, held: Collection[ChannelId], now: float) -> frozenset[ChannelId]:
        """Who was not named lately: where they are must be looked up before `look`."""
        self._advance(now)
        return frozenset(
            channel_id for channel_id in held if self._unnamed_s(channel_id) > SURELY_DRIVEN_S
        )

    def look(
        self, held: Collection[ChannelId], places: Mapping[ChannelId, Place], now: float
    ) -> tuple[Free, ...]:
        """Judges: `held` are the channels of all agents' applications, `places` where the
        questionable ones among them are."""
        self._advance(now)
        self._forget_all_but(held)
        for channel_id in held:
            if places.get(channel_id) is Place.DIALPLAN:
                self._held_since.pop(channel_id, None)
                self._had_media.discard(channel_id)
            else:
                self._held_since.setdefault(channel_id, self._watched_s)
            if (owner := owner_of(channel_id)) != channel_id:
                self._had_media.add(owner)
        to_free = (
            Free(channel_id, REMEDIES[place], self._undriven_s(channel_id))
            for channel_id, place in places.items()
            if place is not Place.DIALPLAN
            and self._undriven_s(channel_id) >= self._patience_s(channel_id, held)
        )
        # People first: each of them sits in silence.
        return tuple(sorted(to_free, key=lambda free: free.remedy is Remedy.HANG_UP))

    def freed(self, channel_id: ChannelId) -> None:
        """It left; an agent that takes it over has all patience before it."""
        self._held_since.pop(channel_id, None)
        self._had_media.discard(channel_id)

    def abandoned(self, empty: Collection[BridgeId], now: float) -> tuple[BridgeId, ...]:
        """Which of the empty bridges nobody will fill: their call is not driven."""
        self._advance(now)
        for bridge_id in self._empty_since.keys() - set(empty):
            del self._empty_since[bridge_id]
        for bridge_id in empty:
            self._empty_since.setdefault(bridge_id, self._watched_s)
        return tuple(
            bridge_id
            for bridge_id in empty
            if self._watched_s - self._empty_since[bridge_id] >= PATIENCE_S
            and self._unnamed_s(bridge_id) >= PATIENCE_S
        )

    def _advance(self, now: float) -> None:
        self._watched_s += min(max(now - self._now, 0.0), LONGEST_STEP_S)
        self._now = now

    def _unnamed_s(self, part_id: ChannelId | BridgeId) -> float:
        named_at = self._named_at.get(owner_of(part_id))
        return float("inf") if named_at is None else self._watched_s - named_at

    def _undriven_s(self, channel_id: ChannelId) -> float:
        held_s = self._watched_s - self._held_since[channel_id]
        return min(held_s, self._unnamed_s(channel_id))

    def _patience_s(self, channel_id: ChannelId, held: Collection[ChannelId]) -> float:
        has_lost_media = channel_id in self._had_media and media_channel_of(channel_id) not in held
        return PATIENCE_WITHOUT_MEDIA_S if has_lost_media else PATIENCE_S

    def _forget_all_but(self, held: Collection[ChannelId]) -> None:
        for channel_id in self._held_since.keys() - set(held):
            del self._held_since[channel_id]
        self._had_media.intersection_update(map(owner_of, held))
        for channel_id, named_at in list(self._named_at.items()):
            if self._watched_s - named_at > PATIENCE_S and channel_id not in self._held_since:
                del self._named_at[channel_id]
