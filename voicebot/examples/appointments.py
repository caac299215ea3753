"""Makes appointments: asks for a day, sends it to a web service, and says what that answers."""

import os
from collections.abc import AsyncIterator

from voicebot.calls.model import CallFacts
from voicebot.dialogue.agent import EndCall, Say, Step, Turn, VoiceAgent
from voicebot.errors import ActionFailed

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
CALENDAR_URL = os.environ.get("APPOINTMENTS_URL", "http://127.0.0.1:8000/appointments")


class AppointmentAgent(VoiceAgent):
    def opening(self, call: CallFacts) -> str:
        return f"Hello, this is the calendar machine of {self.business.name}. Which day suits you?"

    async def answer(self, turn: Turn) -> AsyncIterator[Step]:
        day = next((day for day in DAYS if day in turn.heard.lower()), None)
        if day is None:
            yield Say("Please name a day from Monday to Saturday.")
            return
        try:
            reply = await turn.tools.post(
                CALENDAR_URL, {"day": day, "who": turn.call.caller_number}
            )
        except ActionFailed:
            yield Say("I cannot reach the calendar. Please call again later.")
        else:
            time = reply.get("time") if isinstance(reply, dict) else None
            yield Say(f"You have an appointment on {day} at {time}." if time else f"{day} is full.")
        yield Say("Goodbye.")
        yield EndCall()
