"""Which words of a language model's reply may be said, and how soon?

They come phrase by phrase, and the first is a clause, so that it is heard early. A clause is
said when it may stand alone; else it waits for the rest of its sentence. A sentence is judged
whole, whatever of it was said before. The reply ends with the first that is withheld.
"""

from voicebot.calls.model import AnswerSource
from voicebot.dialogue import guard
from voicebot.dialogue.agent import Say
from voicebot.dialogue.business import Business

_CLAUSE_END = (",", ";", ":")


class ModelReply:
    """The reply to what was `heard`, as it comes."""

    def __init__(self, business: Business, heard: str) -> None:
        self._known = known_words(business)
        self._unknown = business.phrases.unknown
        self._heard = heard
        self._said: list[str] = []
        self._sentence: list[str] = []  # what was said of the sentence that goes on
        self._held = ""
        self._has_sentence = False
        self.is_withheld = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said that could be called an answer."""
        return not self._has_sentence and (self.is_withheld or not self._said)

    @property
    def said(self) -> tuple[str, ...]:
        """What was said so far."""
        return tuple(self._said)

    @property
    def is_whole(self) -> bool:
        """Whether what was said is an answer by itself, up to the end of a sentence."""
        return self._has_sentence and not self._sentence

    def receive(self, phrase: str) -> list[Say]:
        """What of it is said now."""
        text = f"{self._held} {phrase}".strip()
        is_end = not phrase.endswith(_CLAUSE_END)
        if is_end or self._may_be_said(text):
            return self._judge(text, is_end=is_end)
        self._held = text
        return []

    def finish(self) -> list[Say]:
        """No more comes, from nobody: whoever asked gets an answer."""
        held = self.rest()
        return [*held, Say(self._unknown)] if self.is_empty else held

    def rest(self) -> list[Say]:
        """No more comes: what was held is judged as it is."""
        return self._judge(self._held, is_end=True) if self._held and not self.is_withheld else []

    def _judge(self, text: str, *, is_end: bool) -> list[Say]:
        self._held = ""
        if not self._may_be_said(text):
            self.is_withheld = True
            return []
        self._said.append(text)
        self._sentence = [] if is_end else [*self._sentence, text]
        self._has_sentence = self._has_sentence or is_end
        return [Say(text, AnswerSource.MODEL)]

    def _may_be_said(self, text: str) -> bool:
        # Small models say the same sentence again and again: then they are done.
        verdict = guard.review(" ".join((*self._sentence, text)), self._heard, self._known)
        return text not in self._said and isinstance(verdict, guard.Pass)


def known_words(business: Business) -> frozenset[str]:
    """The business's own names, in lower case."""
    names = (business.name, *business.words)
    return frozenset(word.lower() for name in names for word in name.split())
