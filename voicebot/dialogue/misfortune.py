"""Does the caller tell of something bad, and would this sentence be glad of it?

A small model calls a broken arm wonderful. Words alone decide, and too early rather than too
late: whoever is told "I am sorry to hear that" of a small thing has not been hurt.
"""

import re

_BAD = re.compile(
    r"\b(died|dead|death|funeral|passed away|lost my|accident|crash(ed)?|hospital|surgery|injur\w+|"
    r"hurt(s|ing)?|pain(ful)?|broke (my|his|her|our|their)|broken (arm|leg|hand|wrist|foot|bone)|"
    r"fell (off|down|from|ill)|sick|ill|cancer|stolen|stole|robbed|burgl\w+|terrible|awful|"
    r"horrible|worst|tired|exhausted|sad|unhappy|lonely|afraid|scared|worried|angry|upset|"
    r"frustrat\w+|disappoint\w+|annoy(ed|ing)|divorced?|fired|flooded|ruined|ran over)\b",
    re.IGNORECASE,
)
# "not bad, never sick, no longer tired": no misfortune.
_NOT = re.compile(r"\b(not|never|no longer|isn't|wasn't|aren't|weren't)( \w+)?$", re.IGNORECASE)
_GLAD = re.compile(
    r"\b(wonderful|lovely|great|fantastic|excellent|awesome|amazing|perfect|nice|cool|glad|happy|"
    r"delighted|congratulations|cheers|fun|funny|exciting|beautiful|sweet|haha?|wow)\b",
    re.IGNORECASE,
)


def is_told_of(heard: str) -> bool:
    """Whether these words of the caller's tell of a misfortune."""
    return any(not _NOT.search(heard[: found.start()].rstrip()) for found in _BAD.finditer(heard))


def is_glad(sentence: str) -> bool:
    return _GLAD.search(sentence) is not None
