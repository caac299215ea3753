"""What is a call to be, and what happened on it? The values between plan, phone and report."""

from dataclasses import dataclass, field

from voicebot.caller.measurement import Spoken
from voicebot.caller.script import Manners, Step
from voicebot.caller.sound import Samples, Span


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the caller can say: 8 kHz linear samples, and how the report names them."""

    label: str
    samples: Samples


@dataclass(frozen=True, slots=True)
class SipAccount:
    """Whose call it is, and the password that shows it."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallPlan:
    """One call: whom, as whom, and what is said."""

    number: str
    host: str
    port: int
    caller: str
    steps: tuple[Step, ...]
    utterances: tuple[Utterance, ...]
    manners: Manners = field(default_factory=Manners)
    codec: str = "ulaw"
    account: SipAccount | None = None  # None: the called side knows us by our address


@dataclass(frozen=True, slots=True)
class PacketCounts:
    """RTP as received."""

    received: int = 0
    lost: int = 0
    discarded: int = 0
    jitter_ms: float = 0.0


@dataclass(slots=True)
class HeldCall:
    """What happened on the line, collected by the phone. Instants are monotonic seconds."""

    invited_s: float
    ringing_s: float | None = None
    answered_s: float | None = None
    first_packet_s: float | None = None
    ended_s: float | None = None
    sip_status: int = 0
    sip_reason: str = ""
    gave_up: bool = False  # nobody answered before the limit
    ended_by_us: bool = False
    said: list[bytes] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    arrivals_s: list[float] = field(default_factory=list)
    missing: list[Span] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    rtp: PacketCounts = field(default_factory=PacketCounts)
