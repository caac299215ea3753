"""What does the caller hear while the answer is not there yet?

First a short filler, as people make one while they think; then a request for a moment; then
nothing more can be asked of the caller. All of it comes from the cache, and none of it is an
answer: history does not hold it. Nothing is said over the caller, nor once words of the answer
are known. Two turns in a row have no filler each: that would be a habit.
"""

from voicebot.calls import commands as do
from voicebot.dialogue.conversation_state import OWN_UP_AFTER_S, ConversationState
from voicebot.dialogue.fixed_phrases import Phrases

# A filler takes some 700 ms itself; whoever has heard one waits a little longer.
PUT_OFF_AFTER_FILLER_S = 1.6


def ask_for_patience(
    state: ConversationState, phrases: Phrases, t: float
) -> list[do.Command] | None:
    """None: the caller was asked for all the patience there is."""
    turn = state.turn
    assert turn is not None
    if state.was_put_off:
        return None
    if t >= state.put_off_at_s:
        state.was_put_off, state.deadline_s = True, t + OWN_UP_AFTER_S
        text = phrases.one_moment
    else:
        state.deadline_s = state.put_off_at_s
        if turn.reply_id is None or not phrases.fillers:
            return []  # without words of the caller's it may have been a noise
        state.put_off_at_s = state.deadline_s = max(state.put_off_at_s, t + PUT_OFF_AFTER_FILLER_S)
        text = phrases.fillers[state.fillers_said % len(phrases.fillers)]
        state.fillers_said, state.filled_in = state.fillers_said + 1, turn.number
    phrase = turn.add_phrase(text, t, is_filler=True)
    return [do.Say(phrase.phrase_id, phrase.text)]
