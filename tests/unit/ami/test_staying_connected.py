import asyncio
from typing import NoReturn

from tests.polling import tasks_until
from voicebot.ami.connection import AmiConnection, AmiSettings
from voicebot.ami.staying_connected import stay_connected
from voicebot.errors import AsteriskError
from voicebot.reconnect import Backoff

AT_ONCE = Backoff(first_s=0.0, most_s=0.0)


class TalkativeServer:
    """Says what it is told to and hangs up, as often as somebody calls."""

    def __init__(self, says: bytes) -> None:
        self.says = says
        self.visits = 0

    async def visited(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        writer.write(self.says)
        writer.close()
        await writer.wait_closed()


async def never(_ami: AmiConnection) -> NoReturn:
    raise AssertionError("nobody was let in")


async def test_whoever_answers_nonsense_or_hangs_up_is_an_outage_and_tried_again() -> None:
    outages: list[AsteriskError] = []
    talkative = TalkativeServer(b"220 not what you think\r\n\r\n\xff\xfe: \r\n\r\n")
    server = await asyncio.start_server(talkative.visited, "127.0.0.1", 0)
    settings = AmiSettings("127.0.0.1", server.sockets[0].getsockname()[1], "us", "secret")
    async with server, asyncio.TaskGroup() as tasks:
        staying = tasks.create_task(stay_connected(settings, never, outages.append, AT_ONCE))
        await tasks_until(lambda: talkative.visits >= 3, "it comes again and again")
        staying.cancel()
    assert {error.code for error in outages} == {"ami-disconnected"}
    assert "secret" not in repr(settings)
