"""Are these words the agent's own, come back to its ear?

What passes the judgement by sound (`audio.echo`) is recognised nearly as it was said: "around the
whole" as "round the hole" (2026-11). Three words of the sentence that is being spoken are no
caller's, unless they ask back.
"""

import re
from difflib import SequenceMatcher

FEWEST_WORDS = 3
# A sentence that is being spoken; what comes behind it cannot have come back.
LONGEST_OVER_WORDS = 40
ALIKE = 0.75
_WORD = re.compile(r"[\w']+")


def are_own_words(heard: str, over: str) -> bool:
    """`over`: the answer, from the phrase on that is being spoken."""
    words = _WORD.findall(heard.lower())
    if len(words) < FEWEST_WORDS or heard.rstrip().endswith("?"):
        return False
    said = _WORD.findall(over.lower())[:LONGEST_OVER_WORDS]
    # The matcher keeps what it knows of its second text.
    matcher = SequenceMatcher(a="", b=" ".join(words), autojunk=False)
    for count in (len(words), len(words) + 1, len(words) - 1):
        for first in range(len(said) - count + 1):
            matcher.set_seq1(" ".join(said[first : first + count]))
            # The cheap bounds first: most windows need no more.
            bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
            if all(bound() >= ALIKE for bound in bounds):
                return True
    return False
