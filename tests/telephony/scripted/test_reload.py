"""`voicebot reload` in the middle of a conversation, which goes on whatever comes of it."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.fakes.call_services import Outside
from tests.fakes.sample_business import content
from tests.polling import tasks_until, until
from tests.stack_fixture import free_ports, stack_for_tests
from tests.telephony import leftovers
from tests.telephony.fallback.sipp import tone
from tests.telephony.scripted.agent import ScriptedAgent, scripted_agent
from tests.telephony.transfers.phones import Telephone, playing
from voicebot.audio.frames import Encoding
from voicebot.dialogue.conversation_state import Phase
from voicebot.settings import PROJECT_DIR
from voicebot.stack import asterisk_console
from voicebot.stack.stack import Stack
from voicebot.stack.supervisor_config import environment_of

NUMBER, NEW_NUMBER, CALLER = "1000", "2000", "+4930123456"
STAYS = "uac-stays-until-told-expect-bye-or-200"
QUESTION = "How long does a repair take?"
TRUNK = {"name": "carrier", "host": "127.0.0.9", "country": "US", "numbers": [NUMBER]}
LIMIT_S = 40.0


@dataclass(frozen=True, slots=True)
class Conversation:
    """A caller on the phone with our agent, beside which things change."""

    stack: Stack
    agent: ScriptedAgent
    phone: Telephone

    async def goes_on(self) -> None:
        """The caller asks, and has an answer."""
        recognizer = self.agent.outside.recognizer
        recognizer.script.append(QUESTION)
        asked = len(recognizer.asked)
        await self._phase_is(Phase.LISTENING)
        self.phone.headset.say(tone() + Encoding.ULAW.silence_frame * 50)
        await tasks_until(lambda: len(recognizer.asked) > asked, "the caller is heard", LIMIT_S)
        since_s = time.monotonic()
        await tasks_until(
            lambda: self.phone.headset.hears_sound(since_s), "the caller has an answer", LIMIT_S
        )
        await self._phase_is(Phase.LISTENING)

    async def _phase_is(self, phase: Phase) -> None:
        def is_there() -> bool:
            # Before the greeting it listens, too; what is said over that is heard piece by piece.
            states = [each.conversation for each in self.agent.contexts]
            return [state.phase for state in states if state.records] == [phase]

        await tasks_until(is_there, f"the conversation is {phase.value}", LIMIT_S)

    async def reload(self) -> tuple[int | None, str]:
        """The command's exit status and what it says."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "voicebot", "reload"),
            cwd=PROJECT_DIR,
            env={**os.environ, **environment_of(self.stack.settings), "COLUMNS": "200"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), LIMIT_S)
        return process.returncode, said.decode()

    def console(self, command: str) -> str:
        return asterisk_console.ask(self.stack.paths, command)


@pytest.fixture
def stack(tmp_path: Path, state_dir: Path) -> Iterator[Stack]:
    """A node with a business and no trunk; the agent is the test's."""
    business, trunks = tmp_path / "shop.yaml", tmp_path / "trunks.yaml"
    business.write_text(yaml.safe_dump(content(), sort_keys=False))
    trunks.write_text("trunks: []\n")
    with stack_for_tests(
        state_dir, "asterisk", business_file=business, trunks_file=trunks
    ) as running:
        yield running
        until(
            lambda: not leftovers.in_asterisk(running),
            lambda: f"nothing is left: {leftovers.in_asterisk(running)}",
            LIMIT_S,
        )


async def test_what_is_valid_is_in_force_what_is_not_is_refused_and_the_caller_notices_neither(
    stack: Stack, tmp_path: Path
) -> None:
    business, trunks = stack.settings.business_file, stack.settings.trunks_file
    [port] = free_ports(1, socket.SOCK_DGRAM)
    arguments = ("-s", NUMBER, "-key", "caller", CALLER)
    async with scripted_agent(stack.settings, Outside()) as agent:
        with playing(stack, STAYS, tmp_path / "one", port, 0, *arguments) as phone:
            call = Conversation(stack, agent, phone)
            await call.goes_on()

            trunks.write_text(yaml.safe_dump({"trunks": [{**TRUNK, "max_calls": 0}]}))
            status, said = await call.reload()
            assert status == 1
            assert "line 4: carrier.max_calls: " in said
            assert "trunk-carrier" not in call.console("pjsip show endpoints")
            await call.goes_on()

            trunks.write_text(yaml.safe_dump({"trunks": [TRUNK]}))
            business.write_text(yaml.safe_dump(content(dids=["x"]), sort_keys=False))
            status, said = await call.reload()
            assert status == 1
            assert "line 2: dids" in said
            assert "trunk-carrier" not in call.console("pjsip show endpoints")
            assert NUMBER in call.console("dialplan show voicebot-numbers")
            await call.goes_on()

            changed = content(dids=[NUMBER, NEW_NUMBER])
            business.write_text(yaml.safe_dump(changed, sort_keys=False))
            status, said = await call.reload()
            assert status == 0, said
            assert "extensions.conf" in said
            assert "trunks/pjsip.conf" in said
            assert "trunk-carrier" in call.console("pjsip show endpoints")
            assert NEW_NUMBER in call.console("dialplan show voicebot-numbers")
            await call.goes_on()

            phone.hang_up()
            await tasks_until(lambda: phone.process.poll() is not None, "it is over", LIMIT_S)
            assert phone.process.returncode == 0, phone.log
    [record] = agent.outside.records.written
    assert [turn.heard for turn in record.turns] == ["", *[QUESTION] * 4]
