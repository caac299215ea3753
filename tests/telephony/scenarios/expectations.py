"""What must come of each scenario, beyond the SIP that its file demands?

Every scenario has a line here, and dials a number of its own, by which its calls are told apart on
the agent's side and in the CDR file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from tests.telephony.scenarios.sounds import Says
from tests.telephony.scenarios.talker import Agent
from voicebot.audio.frames import Encoding


class Heard(Enum):
    """What one side of a call must have heard."""

    TONE = auto()  # the other side's, and nothing else
    NOTHING = auto()
    PROMPT = auto()  # Asterisk's recorded voice
    TONE_THEN_PROMPT = auto()
    ANYTHING = auto()  # who is to hear what is a matter of milliseconds


@dataclass(frozen=True, slots=True)
class Scenario:
    """A call that is answered, talks both ways and is ended by the caller, unless it says else."""

    agent: Agent = Agent.TALKS
    says: Says = Says.TONE
    caller_hears: Heard = Heard.TONE
    caller_hears_on_second_address: Heard = Heard.NOTHING
    agent_hears: Heard = Heard.TONE
    keys: str = ""
    encoding: Encoding = Encoding.ULAW
    records: int = 1
    # None: a matter of milliseconds.
    disposition: str | None = "ANSWERED"
    cause: str | None = "16"  # ITU-T Q.850
    handled_by: str | None = "agent"
    caller: str = "+4930123456"
    caller_on_record: str = "+4930123456"
    source: str = "127.0.0.1"
    calls: int = 1
    is_known_number: bool = True
    # SIPp takes an answer for unexpected while it has more to send at once, and two equal ones for
    # a message and its retransmission.
    repeats_itself: bool = False


_CALL = Scenario()
# Whoever is refused never becomes a call: no channel, no record.
_REFUSED = Scenario(caller_hears=Heard.NOTHING, agent_hears=Heard.NOTHING, records=0)
_UNANSWERED = Scenario(
    caller_hears=Heard.NOTHING,
    agent_hears=Heard.NOTHING,
    disposition="NO ANSWER",
    cause="127",  # "interworking": SIP's own 487 has no cause in Q.850
)
# Over before anybody can be sure to have heard anything.
_BRIEF = Scenario(caller_hears=Heard.ANYTHING, agent_hears=Heard.ANYTHING)
_APOLOGY = Scenario(
    agent=Agent.IS_ABSENT,
    caller_hears=Heard.PROMPT,
    agent_hears=Heard.NOTHING,
    handled_by="dialplan",
)

SCENARIOS: Mapping[str, Scenario] = {
    # Hang-ups, at each event of a call in turn.
    "uac-cancels-before-100-expect-one-record": replace(
        _BRIEF, disposition=None, cause=None, handled_by=None, repeats_itself=True
    ),
    "uac-cancels-after-100-expect-487": replace(_UNANSWERED, agent=Agent.RINGS, handled_by=None),
    "uac-cancels-while-ringing-expect-487": replace(_UNANSWERED, agent=Agent.RINGS),
    "uac-cancels-in-early-media-expect-487": replace(
        _UNANSWERED,
        agent=Agent.TALKS_EARLY,
        caller_hears=Heard.TONE,
        agent_hears=Heard.TONE,
    ),
    "uac-cancels-twice-expect-481-the-second-time": replace(_UNANSWERED, agent=Agent.RINGS),
    "uac-cancels-after-answer-expect-481-and-the-call-goes-on": _CALL,
    "uac-cancels-a-call-that-is-not-expect-481": _REFUSED,
    "uac-hangs-up-before-ack-expect-200": _BRIEF,
    "uac-hangs-up-right-after-ack-expect-200": _BRIEF,
    "uac-hangs-up-in-greeting-expect-200": replace(_CALL, agent_hears=Heard.ANYTHING),
    "uac-hangs-up-in-mid-audio-expect-200": _CALL,
    "uac-hangs-up-twice-expect-200-twice": _CALL,
    "uac-repeats-bye-expect-200-twice": replace(_CALL, repeats_itself=True),
    "uac-never-acks-expect-bye": replace(_CALL, cause="18"),
    "uac-stays-expect-bye": replace(_CALL, agent=Agent.HANGS_UP),
    "uac-hangs-up-as-the-agent-does-expect-200": replace(_CALL, agent=Agent.HANGS_UP),
    "uac-ignores-the-bye-expect-it-again": replace(_CALL, agent=Agent.HANGS_UP),
    # Before the answer.
    "uac-repeats-invite-expect-one-call": replace(_CALL, repeats_itself=True),
    "uac-repeats-ack-expect-the-call-goes-on": _CALL,
    "uac-waits-expect-180-then-200": replace(_CALL, agent=Agent.RINGS_THEN_TALKS),
    "uac-waits-expect-183-then-200": replace(_CALL, agent=Agent.TALKS_EARLY_THEN_ANSWERS),
    "uac-requires-100rel-expect-prack-200": replace(_CALL, agent=Agent.RINGS_THEN_TALKS),
    # Who and what is refused.
    "uac-unknown-number-expect-404": replace(_REFUSED, is_known_number=False),
    "uac-no-number-expect-404": _REFUSED,
    "uac-stranger-expect-401": replace(_REFUSED, source="127.0.0.2"),
    "uac-stranger-guesses-password-expect-401-again": replace(_REFUSED, source="127.0.0.2"),
    "uac-requires-an-unknown-extension-expect-420": _REFUSED,
    "uac-offers-text-for-sdp-expect-415": _REFUSED,
    "uac-options-expect-200": _REFUSED,
    "uac-unknown-method-expect-501": _REFUSED,
    "uac-subscribes-expect-603": _REFUSED,
    "uac-registers-as-the-trunk-expect-403": _REFUSED,
    "uac-sends-a-message-expect-501": _REFUSED,
    "uac-refers-outside-a-call-expect-501": _REFUSED,
    "uac-refers-the-call-elsewhere-expect-603-and-the-call-goes-on": _CALL,
    "uac-bye-for-a-call-that-is-not-expect-481": _REFUSED,
    "uac-reinvites-a-call-that-is-not-expect-481": _REFUSED,
    # Session descriptions.
    # Asterisk finds it out when the call is answered.
    "uac-no-common-codec-expect-488": replace(_REFUSED, records=1, cause="58"),
    "uac-malformed-sdp-expect-400": _REFUSED,
    "uac-offers-no-media-expect-488": _REFUSED,
    "uac-offers-video-alone-expect-488": _REFUSED,
    "uac-offers-srtp-alone-expect-488": _REFUSED,
    "uac-content-length-too-long-expect-answer": _CALL,
    "uac-content-length-too-short-expect-answer": _CALL,
    "uac-prefers-alaw-expect-alaw": replace(_CALL, encoding=Encoding.ALAW),
    "uac-prefers-foreign-codecs-expect-ulaw": _CALL,
    "uac-names-no-codec-by-name-expect-ulaw": _CALL,
    "uac-offers-video-too-expect-audio-alone": _CALL,
    "uac-offers-sdp-in-multipart-expect-audio": _CALL,
    "uac-offers-late-expect-audio": _CALL,
    "uac-offers-late-and-answers-nothing-expect-bye": replace(_BRIEF, cause="127"),
    "uac-offers-long-packets-expect-audio": replace(_CALL, says=Says.LONG_PACKETS),
    # Strange messages and callers.
    "uac-huge-headers-expect-answer": _CALL,
    "uac-garbage-packets-expect-silence-then-answer": _CALL,
    "uac-malformed-caller-expect-one-record": replace(_CALL, caller_on_record="xUNIQUEID"),
    "uac-anonymous-expect-no-number-on-record": replace(_CALL, caller_on_record=""),
    # In mid-call.
    "uac-holds-and-resumes-expect-audio-again": _CALL,
    "uac-holds-both-ways-expect-inactive": _CALL,
    "uac-hangs-up-on-hold-expect-200": _CALL,
    "uac-moves-to-another-address-expect-audio-there": replace(
        _CALL, says=Says.STOPS, caller_hears_on_second_address=Heard.TONE
    ),
    "uac-reinvites-without-offer-expect-offer": _CALL,
    "uac-reinvites-with-foreign-codecs-expect-500-and-bye": replace(_CALL, cause="58"),
    "uac-sends-empty-info-expect-200": _CALL,
    "uac-updates-without-offer-expect-200": _CALL,
    "uac-asks-for-a-session-timer-expect-it": _CALL,
    "uac-session-timer-too-short-expect-422": _REFUSED,
    # Keys.
    "uac-presses-keys-expect-each-once": replace(_CALL, says=Says.KEYS, keys="55#"),
    "uac-loses-ends-of-keys-expect-each-once": replace(
        _CALL, says=Says.KEY_WITHOUT_ITS_ENDS, keys="7"
    ),
    "uac-loses-starts-of-keys-expect-each-once": replace(
        _CALL, says=Says.KEY_WITHOUT_ITS_START, keys="7"
    ),
    "uac-sends-keys-thrice-expect-each-once": replace(_CALL, says=Says.KEY_THRICE_OVER, keys="7"),
    "uac-presses-key-by-info-expect-it-once": replace(_CALL, keys="4"),
    "uac-sends-unknown-info-expect-the-call-goes-on": _CALL,
    # RTP.
    "uac-falls-silent-without-bye-expect-bye": replace(_CALL, says=Says.STOPS, cause="44"),
    "uac-never-speaks-expect-tone": replace(_CALL, says=Says.NOTHING, agent_hears=Heard.NOTHING),
    "uac-pauses-with-dtx-expect-audio": replace(_CALL, says=Says.WITH_PAUSES),
    "uac-sends-garbage-rtp-expect-audio-unharmed": replace(_CALL, says=Says.GARBAGE),
    "uac-sends-wrong-payload-types-expect-audio-unharmed": replace(_CALL, says=Says.WRONG_TYPES),
    "uac-stranger-sends-rtp-expect-it-unheard": replace(_CALL, says=Says.BESIDE_A_STRANGER),
    "uac-sends-rtp-in-disorder-expect-audio": replace(_CALL, says=Says.IN_DISORDER),
    "uac-changes-rtp-source-expect-audio": replace(_CALL, says=Says.NEW_SOURCES),
    "uac-rtp-clock-jumps-expect-audio": replace(_CALL, says=Says.JUMPING_CLOCK),
    # Many at once.
    "uac-twenty-in-one-second-expect-twenty-answers": replace(_CALL, calls=20, records=20),
    "uac-same-caller-twice-expect-two-calls": replace(_CALL, calls=2, records=2),
    # Without an agent.
    "uac-nobody-claims-expect-apology": _APOLOGY,
    "uac-nobody-claims-and-cancels-expect-487": replace(
        _UNANSWERED, agent=Agent.IS_ABSENT, handled_by=None
    ),
    "uac-agent-gives-back-expect-tone-then-apology": replace(
        _CALL,
        agent=Agent.GIVES_BACK,
        caller_hears=Heard.TONE_THEN_PROMPT,
        handled_by="dialplan",
    ),
}
# The longest first, so that none of them is waited for alone.
LONG = (
    "uac-falls-silent-without-bye-expect-bye",
    "uac-never-acks-expect-bye",
)
