"""How well did a call sound, as far as RTCP tells?

Asterisk tells three things of an audio stream: the reports it sends (what we got of the
caller), those it receives (what the caller's side got of ours), and, when the stream is over,
sums. Loss is the mean of the reports' "fraction lost" (RFC 3550, 6.4.1): each report covers as
long a time. Jitter and round trip are Asterisk's own means over the call.

The MOS is an estimate by the E-model (ITU-T G.107, 06/2015, with its default values, so that
R0 - Is = 93.2 and A = 0):

    R      = 93.2 - Idd - Ie_eff
    Ie_eff = Ie + (95 - Ie) * Ppl / (Ppl + Bpl)          (G.107, 7.5, random loss: BurstR = 1)
    Idd    = 0.024 Ta + 0.11 (Ta - 177.3) H(Ta - 177.3)  (Cole and Rosenbluth, "Voice over IP
                                                          Performance Monitoring", 2001)
    MOS    = 1 + 0.035 R + R (R - 60) (100 - R) 7e-6     (G.107, Annex B)

Ppl is the loss in percent, Ta the one-way delay in ms, H the unit step. Ie and Bpl are those of
G.711 (G.113, Appendix I): 0 and 4.3 where lost packets are heard as gaps, as we hear the caller;
0 and 25.1 where they are concealed, as telephones do. Wide-band codecs are held to the same scale.
"""

from dataclasses import dataclass, field, replace

from voicebot.calls.model import CallQuality

BEST_R = 93.2
BPL_WITH_GAPS = 4.3
BPL_CONCEALED = 25.1
# What a report's one byte stands for.
FRACTION_LOST_UNITS = 256
# A frame is collected for so long before it is sent.
PACKETISATION_MS = 20.0


@dataclass(frozen=True, slots=True)
class StreamSums:
    """What Asterisk says of a stream when it is over; None: it does not know."""

    received_jitter_ms: float | None = None
    sent_jitter_ms: float | None = None
    round_trip_ms: float | None = None


@dataclass(slots=True)
class QualityReports:
    """What was reported of one call so far."""

    _received: list[int] = field(default_factory=list)
    _sent: list[int] = field(default_factory=list)
    _sums: StreamSums = StreamSums()

    def we_lost(self, fraction_lost: int) -> None:
        """A report that we sent: so many of 256 packets of the caller's did not come."""
        self._received.append(fraction_lost)

    def caller_lost(self, fraction_lost: int) -> None:
        """A report of the caller's side: so many of 256 packets of ours did not come."""
        self._sent.append(fraction_lost)

    def ended(self, sums: StreamSums) -> None:
        """What is not known any more does not replace what was."""
        known = {
            name: value
            for name in StreamSums.__dataclass_fields__
            if (value := getattr(sums, name)) is not None
        }
        self._sums = replace(self._sums, **known)

    def quality(self) -> CallQuality | None:
        """None when nothing was reported at all."""
        received_loss, sent_loss = _mean_percent(self._received), _mean_percent(self._sent)
        sums = self._sums
        if received_loss is None and sent_loss is None and sums == StreamSums():
            return None
        return CallQuality(
            received_jitter_ms=sums.received_jitter_ms,
            received_loss_percent=received_loss,
            sent_jitter_ms=sums.sent_jitter_ms,
            sent_loss_percent=sent_loss,
            round_trip_ms=sums.round_trip_ms,
            mos=_mos_of_the_worse(received_loss, sent_loss, sums),
        )


def mos(loss_percent: float, one_way_ms: float, packet_loss_robustness: float) -> float:
    """The E-model's estimate for one direction, from 1 to 4.5."""
    impairment = 95 * loss_percent / (loss_percent + packet_loss_robustness)
    late_ms = max(0.0, one_way_ms - 177.3)
    rating = BEST_R - (0.024 * one_way_ms + 0.11 * late_ms) - impairment
    if rating <= 0:
        return 1.0
    estimate = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6
    # Between 0 and 6.5 the polynomial dips below what the scale has.
    return max(1.0, estimate)


def _mos_of_the_worse(
    received_loss: float | None, sent_loss: float | None, sums: StreamSums
) -> float | None:
    """Who hears the other badly is in a bad call, whichever of the two it is."""
    estimates = [
        mos(loss, _one_way_ms(sums.round_trip_ms, jitter_ms), robustness)
        for loss, jitter_ms, robustness in (
            (received_loss, sums.received_jitter_ms, BPL_WITH_GAPS),
            (sent_loss, sums.sent_jitter_ms, BPL_CONCEALED),
        )
        if loss is not None
    ]
    return round(min(estimates), 2) if estimates else None


def _one_way_ms(round_trip_ms: float | None, jitter_ms: float | None) -> float:
    """A receiver waits for late packets: commonly twice the jitter."""
    travel_ms = 0.0 if round_trip_ms is None else round_trip_ms / 2
    return PACKETISATION_MS + travel_ms + 2 * (0.0 if jitter_ms is None else jitter_ms)


def _mean_percent(fractions_lost: list[int]) -> float | None:
    if not fractions_lost:
        return None
    # The byte is rounded down: what is lost lies half a unit higher on average.
    units = sum(lost + 0.5 if lost else 0.0 for lost in fractions_lost) / len(fractions_lost)
    return round(100 * units / FRACTION_LOST_UNITS, 2)
