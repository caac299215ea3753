"""What is said to words that no fact of the business answers?

A reply that was given before to what means the same, or a model's; the small model's if it will
do. Whatever a model says is reviewed before it is heard, and asked of the next one when it may
not be said. If nobody has words that may be said, the business owns up.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from voicebot.calls.model import AnswerSource, Route, Tier
from voicebot.dialogue import misfortune, prompt
from voicebot.dialogue.actions import Action, action_of
from voicebot.dialogue.agent import Say, Turn
from voicebot.dialogue.business import Business
from voicebot.dialogue.masking import mask
from voicebot.dialogue.model_reply import ModelReply, known_words
from voicebot.dialogue.routing import (
    PastSuccess,
    Why,
    complexity_of,
    escalate,
    kind_of,
    route,
)
from voicebot.dialogue.same_meaning import may_be_kept
from voicebot.errors import InferenceError

MODELS = (Tier.SMALL, Tier.LARGE)


class FreeTalk:
    """Of one business; learns which words its models do well with."""

    def __init__(self, business: Business, actions: Sequence[Action]) -> None:
        self._business = business
        self._actions = actions if business.lets_model_act else ()
        self._past = PastSuccess()

    async def answer(self, turn: Turn, offered: str) -> AsyncGenerator[Say]:
        """`offered`: where in the agent's notes an action is put that the caller is asked about."""
        heard = mask(turn.heard, strictly=turn.is_recording_paused)
        # What was masked is a secret, and answered for nobody else.
        is_plain = heard == turn.heard and not turn.is_recording_paused
        kept = await turn.tools.recall(heard) if is_plain else ()
        if kept and self._may_be_said(kept, heard):
            for phrase in kept:
                yield Say(
                    phrase, AnswerSource.RETRIEVED, route=Route(Tier.RETRIEVED, Why.SAME_MEANING)
                )
            return
        now, kind = turn.tools.conditions(), kind_of(heard)
        chosen = route(kind, complexity_of(heard, len(turn.history)), now, self._past)
        while chosen.tier in MODELS:
            reply = ModelReply(self._business, turn.heard)
            replying = self._reply(turn, heard, chosen, reply, offered)
            try:
                async with aclosing(replying):
                    async for step in replying:
                        yield step
            except InferenceError:
                following = escalate(chosen, Why.FAILED, now)
                if reply.said or following.tier not in MODELS:
                    raise
                chosen = following
                continue
            if turn.memory.get(offered) is not None:
                return
            self._past.note(chosen.tier, kind, passed=not reply.is_empty)
            if not reply.is_empty:
                known, whole = known_words(self._business), " ".join(reply.said)
                if reply.is_whole and is_plain and may_be_kept(heard, whole, known):
                    await turn.tools.keep_reply(heard, reply.said)
                return
            chosen = (
                # Nobody else goes on with a sentence that was begun.
                Route(Tier.SCRIPT, Why.WITHHELD)
                if reply.said
                else escalate(chosen, Why.WITHHELD, now)
            )
        phrases = self._business.phrases
        own = phrases.sympathy if misfortune.is_told_of(heard) else phrases.unknown
        yield Say(own, route=chosen)

    async def _reply(
        self, turn: Turn, heard: str, chosen: Route, said: ModelReply, offered: str
    ) -> AsyncGenerator[Say]:
        """As much of a model's reply as may be said."""
        actions = self._actions
        reply = turn.tools.respond(
            prompt.messages_for(self._business, turn.history, heard, actions),
            max_tokens=prompt.MAX_TOKENS,
            temperature=prompt.TEMPERATURE,
            grammar=prompt.grammar_for(actions) if self._business.lets_model_act else None,
            pool=chosen.tier.value,
        )
        # Closed when it is not wanted any more: the worker's work ends with it.
        async with aclosing(reply):
            async for phrase in reply:
                proposed = action_of(actions, phrase.strip())
                if proposed is not None and said.is_empty:
                    # The model's idea, not the caller's word: it is asked about first.
                    turn.memory[offered] = proposed.id
                    question = self._business.phrases.shall_i.format(offer=proposed.offer)
                    yield Say(question, route=chosen)
                    return
                for words in said.receive(phrase):
                    yield replace(words, route=chosen)
                if said.is_withheld:
                    return
        for words in said.rest():
            yield replace(words, route=chosen)

    def _may_be_said(self, kept: Sequence[str], heard: str) -> bool:
        """Also to these words."""
        reply = ModelReply(self._business, heard)
        for phrase in kept:
            reply.receive(phrase)
        reply.rest()
        return reply.is_whole and not reply.is_withheld
