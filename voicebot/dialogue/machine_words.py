"""Do these words come from an answering machine?

Only what a person who picks up would hardly say: "you have reached the workshop" is said by both.
"""

import re
from collections.abc import Iterable

_ENGLISH = re.compile(
    r"""
    \b(leave|record)\ (me\ |us\ )?(a|an|your|the)\ (\w+\ ){0,2}message\b
    | \b(after|at|following|wait\ for)\ the\ (tone|beep|signal)\b
    | \bvoice\ ?-?mail(box)?\b | \bmail\ ?box\b | \banswering\ (machine|service)\b
    | \b(can\ ?no|can.?)t\ (come|get)\ to\ the\ phone\b
    | \bperson\ you\ (are|were)\ (calling|trying)\b
    | \bnumber\ you\ (have\ |are\ )?(dialed|dialled|called|calling|dialing|dialling)\b
    """,
    re.VERBOSE,
)


def sounds_like_a_machine(text: str, more: Iterable[str] = ()) -> bool:
    """`more`: what machines say in other languages, part of a sentence each."""
    words = re.sub("[^\\w'\u2019 -]", " ", text.lower())
    words = " ".join(words.split())
    if _ENGLISH.search(words) is not None:
        return True
    return any(part.lower() in words for part in more if part.strip())
