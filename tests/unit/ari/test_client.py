import asyncio
from http import HTTPStatus

import pytest

from tests.fakes.ari_server import FakeAriServer
from tests.unit.ari.conftest import client_of
from voicebot.ari.decode import Resynced
from voicebot.errors import AriDisconnected, AriRequestRefused


async def test_events_are_listened_to_in_a_loop(server: FakeAriServer) -> None:
    async with client_of(server) as ari:
        async for event in ari.events():
            assert isinstance(event, Resynced)
            break


async def listen(server: FakeAriServer) -> None:
    async with client_of(server) as ari:
        async for _ in ari.events():
            pass


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN])
async def test_wrong_credentials_end_the_block(server: FakeAriServer, status: HTTPStatus) -> None:
    server.handshake_status = status
    with pytest.raises(AriRequestRefused) as raised:
        await listen(server)
    assert raised.value.status == status
    assert raised.value.operation == "events.eventWebsocket"


async def test_an_error_of_the_block_comes_out_as_it_is(server: FakeAriServer) -> None:
    with pytest.raises(KeyError):
        async with client_of(server):
            raise KeyError("ours")


async def test_cancelling_the_block_closes_the_socket(server: FakeAriServer) -> None:
    entered = asyncio.Event()

    async def listen_and_tell() -> None:
        async with client_of(server) as ari:
            async for _ in ari.events():
                entered.set()

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        listener = tasks.create_task(listen_and_tell())
        await entered.wait()
        listener.cancel()
    assert listener.cancelled()


async def test_leaving_the_block_disconnects(server: FakeAriServer) -> None:
    async with client_of(server) as ari:
        await ari.wait_connected(5)
        assert ari.is_connected
    assert not ari.is_connected


async def test_waiting_for_an_asterisk_that_is_down_has_an_end(server: FakeAriServer) -> None:
    server.handshake_status = HTTPStatus.SERVICE_UNAVAILABLE
    async with client_of(server) as ari:
        with pytest.raises(AriDisconnected, match="not reached within"):
            await ari.wait_connected(0.02)
