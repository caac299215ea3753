"""The running service, everybody around it, and what its database says of its calls."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from tests.polling import until
from tests.telephony.service.caller import Caller, calling
from tests.telephony.service.web_server import WebServer
from tests.telephony.transfers.phones import Operator
from voicebot.business_file import load_business
from voicebot.calls.model import CallId, CallRecord
from voicebot.dialogue.business import Business
from voicebot.stack.stack import Stack
from voicebot.store.callbacks import KeptRequest, SqlCallbackRequests
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.messages import KeptMessage, SqlMessages

AGENTS = ("agent-1", "agent-2")
_numbers = itertools.count(2025551001)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Service:
    """One whole stack with its businesses, their people and their web service."""

    stack: Stack
    directory: Path
    operators: dict[str, Operator]
    web: WebServer

    def business(self, name: str) -> Business:
        return load_business(self.business_file(name))

    def business_file(self, name: str) -> Path:
        return self.business_dir / f"{name}.yaml"

    @property
    def business_dir(self) -> Path:
        return self.stack.settings.business_file

    def has_all_sentences(self) -> bool:
        """Whether no agent has speech to make beforehand any more."""
        logs = (self.stack.paths.log(agent).read_text() for agent in AGENTS)
        return all('"agent.speech_is_warm"' in log for log in logs)

    def pid_of(self, process: str) -> int:
        [pid] = [one.pid for one in self.stack.status() if one.name == process]
        assert pid is not None
        return pid

    @contextmanager
    def calling(self, did: str) -> Iterator[Caller]:
        """A call of somebody who never called before."""
        number = str(next(_numbers))
        with calling(self.stack, did, number, self.directory / number) as caller:
            yield caller

    def record_of(self, caller: Caller) -> CallRecord:
        """The call's one record, once it is there."""
        records = until(lambda: self._records_of(caller), "the call's record", 20)
        assert len(records) == 1
        return records[0]

    def messages_of(self, call_id: CallId) -> Sequence[KeptMessage]:
        return self._ask(lambda database: SqlMessages(database).of_call(call_id))

    def requests_of(self, call_id: CallId) -> Sequence[KeptRequest]:
        found = self._ask(lambda database: SqlCallbackRequests(database).latest(100))
        return [one for one in found if one.request.call_id == call_id]

    def left(self) -> list[str]:
        """Channels and bridges that exist right now."""
        settings = self.stack.settings
        credentials = (settings.ari_username, settings.ari_password.get_secret_value())
        found: list[str] = []
        for resource in ("channels", "bridges"):
            answer = httpx.get(f"{settings.ari_url}/ari/{resource}", auth=credentials)
            answer.raise_for_status()
            found += [one["id"] for one in answer.json()]
        return found

    def left_of(self, caller: Caller) -> list[str]:
        """Those of one call."""
        return [one for one in self.left() if caller.call_id in one]

    def _records_of(self, caller: Caller) -> list[CallRecord]:
        latest = self._ask(lambda database: SqlCallRecords(database).latest(500))
        return [one for one in latest if one.facts.caller_number == caller.number]

    def _ask(self, question: Callable[[Database], Awaitable[Result]]) -> Result:
        async def ask() -> Result:
            database = Database.open(self.stack.settings.resolved_database_url)
            try:
                return await question(database)
            finally:
                await database.close()

        return asyncio.run(ask())
