"""Where may speech be cut, so that the first words are heard early?

Sentences are cut at their ends, and the first one also at a clause, since
nothing is heard before its first phrase is synthesised. What a model is still
writing is cut sooner: its first phrase lasts as long as the next takes to be
made, and a long sentence goes on by clauses. Cuts fall behind punctuation only,
so that intonation stays natural.
"""

import re

# A phrase shorter than this sounds chopped; measured by ear with piper, 2026-11.
SHORTEST_PHRASE_CHARS = 25
# Up to the mark behind "I'm sorry": some 600 ms of speech, and the rest of a short sentence takes
# about 300 to be written and begun (2026-11). Its first words are heard 170 ms sooner.
SHORTEST_LIVE_CHARS = 9
# Of a sentence that is still being written: beyond this, the speech before it may run out.
LONGEST_LIVE_CHARS = 70

_SENTENCE_END = re.compile(r"[.!?]+[\"')\]]*(?=\s|$)")
_CLAUSE_END = re.compile(r"[,;:](?=\s)")
# A full stop behind these ends no sentence.
_ABBREVIATIONS = (
    *("mr", "mrs", "ms", "dr", "st", "no", "a.m", "p.m", "e.g", "i.e", "approx", "jan", "feb"),
    *("aug", "sept", "oct", "nov", "dec", "tue", "wed", "thu", "fri"),
)


class PhraseSplitter:
    """Cuts text into phrases as it arrives, piece by piece."""

    def __init__(self, *, is_live: bool = False) -> None:
        """`is_live`: somebody writes it while it is spoken."""
        self._shortest = SHORTEST_LIVE_CHARS if is_live else SHORTEST_PHRASE_CHARS
        self._is_live = is_live
        self._pending = ""
        self._is_first = True

    def receive(self, text: str) -> list[str]:
        """Takes the next piece; returns the phrases it completed."""
        self._pending += text
        phrases = []
        while (cut := self._next_cut()) is not None:
            phrases.append(self._pending[:cut].strip())
            self._pending = self._pending[cut:]
            self._is_first = False
        return phrases

    def finish(self) -> list[str]:
        """No more text comes; returns what was left."""
        rest, self._pending = self._pending.strip(), ""
        return [rest] if rest else []

    def _next_cut(self) -> int | None:
        for match in _SENTENCE_END.finditer(self._pending):
            # Behind the last character of a stream a sentence may still go on: "18." "50".
            if match.end() == len(self._pending):
                break
            last_word = self._pending[: match.start()].rsplit(maxsplit=1)[-1:]
            if not last_word or last_word[0].lower() not in _ABBREVIATIONS:
                return self._earlier_clause(match.end())
        return self._earlier_clause(None)

    def _earlier_clause(self, sentence_end: int | None) -> int | None:
        if self._is_first:
            shortest = self._shortest
        elif self._is_live and sentence_end is None:
            shortest = LONGEST_LIVE_CHARS
        else:
            return sentence_end
        for match in _CLAUSE_END.finditer(self._pending, shortest):
            if sentence_end is not None and match.end() >= sentence_end:
                break
            rest = self._pending[match.end() : sentence_end]
            if sentence_end is not None and len(rest) < self._shortest:
                break
            return match.end()
        return sentence_end


def split(text: str) -> list[str]:
    """The phrases of a text that is known whole."""
    splitter = PhraseSplitter()
    # The space tells that the last sentence is over.
    return [*splitter.receive(f"{text} "), *splitter.finish()]
