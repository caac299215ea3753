"""Does the caller learn that a machine speaks?

An agent says what it likes first; but callers are told, always, and heard it is checked later.
"""

import re

from voicebot.dialogue.business import MACHINE_WORDS, Business

DISCLOSURE = "You are speaking with a machine."


def disclosed(business: Business, opening: str) -> str:
    """The opening, with the disclosure before it where it does not say so itself.

    In a language whose words are not known here, the business's own greeting must say it.
    """
    words = set(re.findall(r"[a-z]+", opening.lower()))
    if not business.language.startswith("en") or words & set(MACHINE_WORDS):
        return opening
    return f"{DISCLOSURE} {opening}"
