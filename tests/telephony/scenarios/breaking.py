"""Does each scenario notice when something is broken?

    python -m tests.telephony.scenarios.breaking [WORD...]

plays all scenarios against one broken node after the other, and prints for each scenario the fault
that it noticed, the most particular one: that which the fewest others noticed. With words, only the
faults that have them in their names. Takes ten minutes; README.md has what it printed.
"""

import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.telephony.scenarios.expectations import LONG, SCENARIOS
from tests.telephony.scenarios.playing import number_of, playing, scenarios_node
from tests.telephony.scenarios.talker import Agent

CALL_LIMIT_S = 12
# For the faults that only a scenario of half a minute can notice.
LONG_CALL_LIMIT_S = 40
REGISTERED = number_of("uac-registers-as-the-trunk-expect-403")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is broken: a line of the node's configuration, or what the agent does."""

    files: str = ""
    line: str = ""  # a regular expression
    becomes: str = ""
    agent: Mapping[Agent, Agent] = field(default_factory=dict)
    is_slow: bool = False


FAULTS: Mapping[str, Fault] = {
    "the trunk is unknown": Fault("pjsip.conf", "^match = .*", "match = 192.0.2.1"),
    "SIP listens elsewhere": Fault("pjsip.conf", r"^bind = 127\.0\.0\.1:.*", "bind = 127.0.0.9"),
    "everybody is the trunk": Fault(
        "pjsip.conf", "^(match|permit) = .*", r"\1 = 127.0.0.0/255.0.0.0"
    ),
    "the trunk may register": Fault(
        "pjsip.conf",
        r"(?s)identify_by = ip\n(.*)\Z",
        rf"identify_by = ip\naors = {REGISTERED}\n\1[{REGISTERED}]\ntype = aor\nmax_contacts = 9\n",
    ),
    "any number may be dialled": Fault(
        "dialplans/inbound.conf",
        r"^\[voicebot-trunk\]$",
        "[voicebot-trunk]\nexten => _[+0-9]!,1,Answer()\nexten => s,1,Answer()",
    ),
    "transfers are allowed": Fault("pjsip.conf", "^allow_transfer = no", "allow_transfer = yes"),
    "subscriptions are allowed": Fault(
        "pjsip.conf", "^allow_subscribe = no", "allow_subscribe = yes"
    ),
    "µ-law alone": Fault("pjsip.conf", "^allow = .*", "allow = !all,ulaw"),
    "A-law alone": Fault("pjsip.conf", "^allow = .*", "allow = !all,alaw"),
    "every codec is taken": Fault("pjsip.conf", "^allow = .*", "allow = all"),
    "video is taken": Fault("pjsip.conf", "^allow = .*", "allow = !all,ulaw,alaw,h263"),
    "encryption in clear text": Fault(
        "pjsip.conf", "^direct_media = no", "direct_media = no\nmedia_encryption = sdes"
    ),
    "no reliable answers": Fault(
        "pjsip.conf", "^direct_media = no", "direct_media = no\n100rel = no"
    ),
    "no session timers": Fault("pjsip.conf", "^timers = yes", "timers = no"),
    "keys in band": Fault("pjsip.conf", "^dtmf_mode = .*", "dtmf_mode = inband"),
    "no keys by INFO": Fault("modules.conf", r"^load = res_pjsip_dtmf_info\.so", ""),
    "no empty INFO": Fault("modules.conf", r"^load = res_pjsip_empty_info\.so", ""),
    "anybody may send RTP": Fault("rtp.conf", "^strictrtp = yes", "strictrtp = no"),
    "silence is waited out": Fault("pjsip.conf", "^rtp_timeout = .*", "", is_slow=True),
    "silence is not borne": Fault("pjsip.conf", "^rtp_timeout = .*", "rtp_timeout = 1"),
    "ten calls are too many": Fault("asterisk.conf", "^maxcalls = .*", "maxcalls = 10"),
    "records begin in the dialplan": Fault(
        "pjsip.conf", r"^set_var = (CDR_PROP|CHANNEL\(hangup_handler_push).*", ""
    ),
    "callers' names go unfiltered": Fault(
        "dialplans/*.conf",
        r"\$\{FILTER\(0-9A-Za-z[^,]*,(\$\{CALLERID\(num\)\})\)[^}]*\}",
        r"\1",
    ),
    "withheld numbers are kept": Fault(
        "dialplans/caller_id.conf",
        r"^\[voicebot-withheld\]$",
        r"[voicebot-withheld]\nexten => s,1,Return()",
    ),
    "no apology": Fault(
        "dialplans/fallback.conf", r"^ same => n,Playback\(.*", " same => n,Wait(9)"
    ),
    "agents hang up": Fault(agent={Agent.TALKS: Agent.HANGS_UP}),
    "agents ring for ever": Fault(agent={Agent.TALKS: Agent.RINGS}, is_slow=True),
    "agents answer at once": Fault(
        agent=dict.fromkeys(
            (
                Agent.RINGS,
                Agent.RINGS_THEN_TALKS,
                Agent.TALKS_EARLY,
                Agent.TALKS_EARLY_THEN_ANSWERS,
            ),
            Agent.TALKS,
        )
    ),
    "agents never end a call": Fault(
        agent={Agent.HANGS_UP: Agent.TALKS, Agent.GIVES_BACK: Agent.TALKS}
    ),
    "agents are absent": Fault(agent=dict.fromkeys(Agent, Agent.IS_ABSENT)),
    "agents take what nobody should": Fault(agent={Agent.IS_ABSENT: Agent.TALKS}),
}


def red_scenarios(fault: Fault, work_dir: Path) -> list[str]:
    """The scenarios that notice it."""
    node = scenarios_node(work_dir / "node")
    if fault.files:
        _break(node.etc, fault)
    names = [name for name in SCENARIOS if fault.is_slow or name not in LONG]
    limit_s = LONG_CALL_LIMIT_S if fault.is_slow else CALL_LIMIT_S
    with (
        node.running(settles=False),
        playing(
            node, names, work_dir / "calls", agent_instead=fault.agent, limit_s=limit_s
        ) as verdicts,
    ):
        return [name for name, verdict in verdicts.items() if verdict.result().faults]


def _break(etc: Path, fault: Fault) -> None:
    """In place: the files are Asterisk's own, and stay so."""
    changes = 0
    for file in etc.glob(fault.files):
        text, count = re.subn(fault.line, fault.becomes, file.read_text(), flags=re.MULTILINE)
        file.write_text(text)
        changes += count
    assert changes, f"nothing in {fault.files} is like {fault.line!r}"


def main(words: list[str]) -> None:
    noticed: dict[str, list[str]] = {}
    for name, fault in FAULTS.items():
        if words and not any(word in name for word in words):
            continue
        with tempfile.TemporaryDirectory() as work_dir:
            noticed[name] = red_scenarios(fault, Path(work_dir))
        print(f"{name}: {len(noticed[name])} red", *sorted(noticed[name]), sep="\n    ", flush=True)
    print("\n| scenario | what it noticed |\n|---|---|")
    for scenario in sorted(SCENARIOS):
        by = [name for name, red in noticed.items() if scenario in red]
        best = min(by, key=lambda name: len(noticed[name]), default="nothing")
        print(f"| {scenario} | {best} |")


if __name__ == "__main__":
    main(sys.argv[1:])
