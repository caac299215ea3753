"""How does a conversation end that somebody else sends to people, in mid-sentence perhaps?"""

from voicebot.calls import commands as do
from voicebot.dialogue.business import Business
from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.conversation_state import Phase
from voicebot.dialogue.summary import summarise


def handed_over(conversation: Conversation, business: Business, target: str) -> list[do.Command]:
    """To a transfer of the business, at once; nothing for who has taken leave or is on the way.

    Should nobody take the caller, the conversation goes on.
    """
    state = conversation.state
    if state.phase in (Phase.CLOSING, Phase.AWAY, Phase.OVER):
        return []
    commands = conversation.end()
    state.phase, state.interruption = Phase.AWAY, None
    return [*commands, do.Transfer(target, summarise(business, state.history, ""))]
