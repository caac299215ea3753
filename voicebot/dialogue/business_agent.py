"""What does the agent that we ship answer?

The surest source comes first: what it has just asked, short forms, keys, the business's own
facts; then actions; last the language model, whose words are reviewed before they are heard.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from pydantic import JsonValue

from voicebot.calls.model import Route, Tier, TransferResult
from voicebot.dialogue import form_filling, forms, number_entry, prompt
from voicebot.dialogue.actions import (
    CALLBACK,
    ENTRY_PREFIX,
    MESSAGE,
    OPERATOR,
    PAUSE_RECORDING,
    TRANSFER_PREFIX,
    Action,
    actions_of,
    chosen_instead,
)
from voicebot.dialogue.agent import (
    EndCall,
    HandOver,
    Listen,
    Say,
    SetRecording,
    Step,
    Turn,
    VoiceAgent,
)
from voicebot.dialogue.answering import (
    Answer,
    Do,
    answer_at_once,
    answer_from_facts,
    told,
)
from voicebot.dialogue.business import Business
from voicebot.dialogue.form_filling import FORM
from voicebot.dialogue.free_talk import FreeTalk
from voicebot.dialogue.history import Exchange
from voicebot.dialogue.intents import Intent, agrees_or_refuses, recognise_intent
from voicebot.dialogue.masking import mask
from voicebot.dialogue.menu import REPEAT
from voicebot.dialogue.routing import Why
from voicebot.dialogue.spoken_digits import digits_in
from voicebot.dialogue.summary import summarise
from voicebot.errors import ActionFailed

# What the agent notes about a call.
OFFERED = "offered"  # the fact or action that the caller was asked about
ENTRY = "entry"
CONSENT = "consent"
PAUSED = "paused"  # the recording, for what the caller is about to say
WAS_TURNED_AWAY = "was_turned_away"  # nobody took the caller: message or callback?

DONE = Route(Tier.FACT, Why.SURE)
YES_OR_NO = ("Yes.", "No.")
# Card numbers have 19 digits at most (ISO/IEC 7812-1), and are said in groups.
LISTEN_FOR_CARD = Listen(end_silence_ms=forms.NUMBER_SILENCE_MS, max_keys=19)


class BusinessAgent(VoiceAgent):
    """Answers from one business file."""

    def __init__(self, business: Business) -> None:
        super().__init__(business)
        self._actions = actions_of(business)
        self._free_talk = FreeTalk(business, self._actions)

    def actions(self) -> Sequence[Action]:
        return self._actions

    def texts(self) -> Sequence[str]:
        offer = self.business.phrases.shall_i
        return [offer.format(offer=action.offer) for action in self._actions]

    def prompt_so_far(self, history: Sequence[Exchange]) -> Sequence[Mapping[str, str]]:
        proposals = self._actions if self.business.lets_model_act else ()
        return prompt.messages_before(self.business, history, proposals)

    def foresees(self, memory: Mapping[str, JsonValue]) -> Sequence[str]:
        return YES_OR_NO if OFFERED in memory or forms.asks_yes_or_no(memory.get(FORM)) else ()

    async def answer(self, turn: Turn) -> AsyncIterator[Step]:
        if self._is_secret_over(turn):
            yield SetRecording(is_on=True)
        async for step in self._answer(turn):
            yield step

    def _answer(self, turn: Turn) -> AsyncIterator[Step]:
        """Who answers this turn."""
        memory, recording = turn.memory, self.business.recording
        if turn.came_back is not None:
            return self._turn_away(turn, turn.came_back)
        if isinstance(entry := memory.get(ENTRY), dict):
            return self._take_entry(turn, number_entry.load_entry(entry))
        if _was_apologised(turn, self.business.phrases.trouble):
            # Told to try something else, the caller does not answer the form's question.
            memory.pop(FORM, None)
        if isinstance(form := memory.get(FORM), dict):
            return form_filling.fill(turn, forms.load_form(form), self.business)
        if memory.get(PAUSED):
            return _steps(Say(self.business.phrases.anything_else), LISTEN_FOR_CARD)
        if turn.keys:
            return self._press(turn)
        if recording.asks_consent and CONSENT not in memory:
            agrees = agrees_or_refuses(turn.heard)
            memory[CONSENT] = agrees is True
            if agrees is not None:
                return self._note_consent(is_given=agrees)
        if memory.pop(WAS_TURNED_AWAY, False):
            action = chosen_instead(turn.heard)
            if action is not None:
                return self._act(action, turn)
            if recognise_intent(turn.heard) in (Intent.NO, Intent.DECLINE):
                return _say(self.business.phrases.anything_else)
        return self._converse(turn)

    # --- facts, actions, small talk ----------------------------------------

    async def _converse(self, turn: Turn) -> AsyncIterator[Step]:
        offered = turn.memory.pop(OFFERED, None)
        answer = answer_at_once(
            self.business,
            turn.heard,
            turn.at,
            actions=self._actions,
            offered_fact_id=offered if isinstance(offered, str) else None,
            last=turn.last,
        )
        if answer is None:
            candidates = await turn.tools.facts(turn.heard)
            answer = answer_from_facts(self.business, self._actions, candidates, turn.at)
        match answer:
            case Answer():
                for step in self._give(turn, answer):
                    yield step
            case Do(action):
                async for step in self._act(action.name, turn):
                    yield replace(step, route=DONE) if isinstance(step, Say) else step
            case None:
                talking = self._free_talk.answer(turn, OFFERED)
                async with aclosing(talking):
                    async for step in talking:
                        yield step

    def _give(self, turn: Turn, answer: Answer) -> Sequence[Step]:
        if answer.offered_fact_id is not None:
            turn.memory[OFFERED] = answer.offered_fact_id
        words = Say(answer.text, answer.source, answer.fact_id, answer.route)
        return (words, EndCall()) if answer.is_farewell else (words,)

    # --- actions -----------------------------------------------------------

    async def _act(self, name: str, turn: Turn) -> AsyncIterator[Step]:
        steps: AsyncIterator[Step] | None = None
        if name == OPERATOR and self.business.operator is not None:
            steps = self._hand_over(turn, self.business.operator)
        elif name.startswith(TRANSFER_PREFIX):
            steps = self._hand_over(turn, name.removeprefix(TRANSFER_PREFIX))
        elif name.startswith(ENTRY_PREFIX):
            steps = self._begin_entry(turn, name.removeprefix(ENTRY_PREFIX))
        elif name == PAUSE_RECORDING:
            steps = self._pause_recording(turn)
        elif name in (MESSAGE, CALLBACK):
            steps = form_filling.begin(turn, forms.FormKind(name), self.business)
        assert steps is not None, "an action of ours is one of these"
        async for step in steps:
            yield step

    async def _hand_over(self, turn: Turn, transfer_id: str) -> AsyncIterator[Step]:
        if not self.business.is_open(self.business.transfer(transfer_id), turn.at):
            async for step in self._turn_away(turn, TransferResult.CLOSED):
                yield step
            return
        yield Say(self.business.phrases.connecting)
        heard = mask(turn.heard, strictly=turn.is_recording_paused)
        yield HandOver(transfer_id, summarise(self.business, turn.history, heard))

    async def _turn_away(self, turn: Turn, result: TransferResult) -> AsyncIterator[Step]:
        phrases = self.business.phrases
        if not self.business.takes_messages:
            yield Say(phrases.nobody_takes_calls)
            return
        turn.memory[WAS_TURNED_AWAY] = True
        is_closed = result is TransferResult.CLOSED
        yield Say(phrases.nobody_in if is_closed else phrases.nobody_free)

    # --- keys --------------------------------------------------------------

    def _press(self, turn: Turn) -> AsyncIterator[Step]:
        phrases = self.business.phrases
        # A pound key may have been meant for a number that was complete without it.
        is_pound = turn.keys[-1] == number_entry.POUND
        choice = self.business.menu.get(turn.keys[-1], REPEAT if is_pound else None)
        if choice is None:
            return _say(phrases.not_understood)
        if choice.fact is not None:
            answer = told(self.business, choice.fact, turn.at)
            return _steps(*self._give(turn, answer))
        if choice.transfer is not None:
            return self._hand_over(turn, choice.transfer)
        if choice.entry is not None:
            return self._begin_entry(turn, choice.entry)
        if choice.message or choice.callback:
            return self._act(MESSAGE if choice.message else CALLBACK, turn)
        if choice.pause_recording:
            return self._toggle_recording(turn)
        if (last := turn.last) is None:
            return _say(self.business.opening)
        return _steps(Say(last.said, last.source, last.fact_id))

    async def _begin_entry(self, turn: Turn, entry_id: str) -> AsyncIterator[Step]:
        wanted = self.business.entry(entry_id)
        if wanted.is_secret:
            yield SetRecording(is_on=False)
        asked = number_entry.ask(wanted, number_entry.Entry(entry_id), wanted.ask)
        for step in _asking(turn, asked):
            yield step

    async def _take_entry(self, turn: Turn, entry: number_entry.Entry) -> AsyncIterator[Step]:
        phrases, wanted = self.business.phrases, self.business.entry(entry.entry_id)
        verdict = number_entry.receive(wanted, entry, turn.heard, turn.keys, phrases)
        if isinstance(verdict, number_entry.AskEntry):
            for step in _asking(turn, verdict):
                yield step
            return
        del turn.memory[ENTRY]
        if wanted.is_secret and self._may_record(turn):
            yield SetRecording(is_on=True)
        if isinstance(verdict, forms.Dropped):
            yield Say(phrases.ask_again)
            return
        said = wanted.done
        if wanted.webhook is not None:
            try:
                reply = await turn.tools.post(wanted.webhook, {"digits": verdict.digits})
            except ActionFailed:
                yield Say(phrases.not_kept)
                return
            said = _words_of(reply) or wanted.done
        yield Say(said)

    # --- recording ---------------------------------------------------------

    async def _note_consent(self, *, is_given: bool) -> AsyncIterator[Step]:
        phrases = self.business.phrases
        if is_given:
            yield SetRecording(is_on=True)
        yield Say(phrases.consent_given if is_given else phrases.consent_refused)

    async def _pause_recording(self, turn: Turn) -> AsyncIterator[Step]:
        """Until the caller says something that is no number."""
        turn.memory[PAUSED] = True
        yield SetRecording(is_on=False)
        yield Say(self.business.phrases.recording_paused)
        yield LISTEN_FOR_CARD

    def _is_secret_over(self, turn: Turn) -> bool:
        if not turn.memory.get(PAUSED) or turn.keys or digits_in(turn.heard):
            return False
        del turn.memory[PAUSED]
        return self._may_record(turn)

    async def _toggle_recording(self, turn: Turn) -> AsyncIterator[Step]:
        phrases, is_on = self.business.phrases, turn.is_recording_paused
        if not is_on or self._may_record(turn):
            yield SetRecording(is_on=is_on)
        yield Say(phrases.ask_again if is_on else phrases.recording_paused)

    def _may_record(self, turn: Turn) -> bool:
        return not self.business.recording.asks_consent or turn.memory.get(CONSENT) is True


def _asking(turn: Turn, asked: number_entry.AskEntry) -> Sequence[Step]:
    turn.memory[ENTRY] = number_entry.dump_entry(asked.entry)
    return (Say(asked.text), asked.listen if asked.listen is not None else Listen())


def _was_apologised(turn: Turn, apology: str) -> bool:
    """Whether the caller heard last that this could not be answered."""
    return turn.last is not None and turn.last.said_heard.endswith(apology)


def _words_of(reply: JsonValue) -> str:
    """What a web service wants said; "" when it says nothing."""
    said = reply.get("say") if isinstance(reply, dict) else None
    return " ".join(said.split()) if isinstance(said, str) else ""


async def _steps(*steps: Step) -> AsyncIterator[Step]:
    for step in steps:
        yield step


def _say(text: str) -> AsyncIterator[Step]:
    return _steps(Say(text))
