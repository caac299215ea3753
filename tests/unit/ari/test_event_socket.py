import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.fakes.ari_server import Answer, FakeAriServer, answer_nothing_special
from tests.polling import tasks_until
from tests.unit.ari import messages
from tests.unit.ari.conftest import AT_ONCE, client_of
from voicebot.ari.client import AriClient
from voicebot.ari.decode import (
    AriEvent,
    MalformedMessage,
    Resynced,
    ResyncReason,
    StasisEnd,
    UnknownEvent,
)
from voicebot.ari.event_socket import EventSocket, SocketSettings
from voicebot.errors import AriDisconnected, AriRequestTimeout

LIMIT_S = 10.0


async def next_event(ari: AriClient) -> AriEvent:
    async with asyncio.timeout(LIMIT_S):
        return await ari.next_event()


async def resynced(ari: AriClient) -> Resynced:
    event = await next_event(ari)
    assert isinstance(event, Resynced)
    return event


def settings_of(url: str, **deadlines: Any) -> SocketSettings:
    settings = SocketSettings(url, "tester", "secret", app="voicebot-1", backoff=AT_ONCE)
    return replace(settings, **deadlines)


@asynccontextmanager
async def running(settings: SocketSettings) -> AsyncIterator[EventSocket]:
    socket = EventSocket(settings)
    async with asyncio.TaskGroup() as tasks:
        runner = tasks.create_task(socket.run())
        yield socket
        runner.cancel()


def silent_about(uri: str) -> Callable[[str, str], Answer | None]:
    return lambda method, asked: None if asked == uri else answer_nothing_special(method, asked)


def test_the_password_is_in_a_header_and_never_in_sight() -> None:
    settings = SocketSettings("http://127.0.0.1:8088/", "tester", "sesame", app="voicebot 1")
    assert settings.websocket_url == "ws://127.0.0.1:8088/ari/events?app=voicebot+1"
    scheme, credentials = settings.authorization.split()
    assert (scheme, b64decode(credentials)) == ("Basic", b"tester:sesame")
    assert "sesame" not in repr(settings)
    secure = SocketSettings("https://asterisk:8089", "tester", "sesame", app="a")
    assert secure.websocket_url == "wss://asterisk:8089/ari/events?app=a"


async def test_every_connection_begins_with_what_exists_now(server: FakeAriServer) -> None:
    server.answer = lambda method, uri: (
        200,
        [messages.channel()] if uri == "channels" else [messages.bridge()],
    )
    async with client_of(server) as ari:
        event = await resynced(ari)
        assert event.reason is ResyncReason.CONNECTED
        assert [channel.channel_id for channel in event.channels] == ["node1-1763820000.4"]
        assert [bridge.bridge_id for bridge in event.bridges] == ["bridge-1"]


async def test_events_that_come_before_the_snapshot_are_told_after_it(
    server: FakeAriServer,
) -> None:
    async def greet(fake: FakeAriServer) -> None:
        for event_type in ("StasisStart", "StasisEnd"):
            await fake.push(messages.EVENTS[event_type])

    server.greet = greet
    async with client_of(server) as ari:
        assert [type(await next_event(ari)).__name__ for _ in range(3)] == [
            "Resynced",
            "StasisStart",
            "StasisEnd",
        ]


async def test_a_broken_socket_is_replaced_and_resynced(server: FakeAriServer) -> None:
    async with client_of(server) as ari:
        await resynced(ari)
        server.cut()
        assert (await resynced(ari)).reason is ResyncReason.RECONNECTED
        assert ari.is_connected
        assert ari.statistics.connections == 2
        await ari.asterisk.ping()


async def test_an_asterisk_that_shuts_down_in_order_is_come_back_to(
    server: FakeAriServer,
) -> None:
    async with client_of(server) as ari:
        await resynced(ari)
        await server.leave()
        assert (await resynced(ari)).reason is ResyncReason.RECONNECTED


async def test_requests_under_way_fail_when_the_socket_breaks(server: FakeAriServer) -> None:
    server.answer = silent_about("asterisk/ping")
    async with client_of(server) as ari:
        await resynced(ari)
        async with asyncio.TaskGroup() as tasks:
            ping = tasks.create_task(expect_disconnect(ari))
            await tasks_until(lambda: server.requests_to("asterisk/ping") != [], "a ping is asked")
            server.cut()
        assert ping.done()


async def expect_disconnect(ari: AriClient) -> None:
    with pytest.raises(AriDisconnected):
        await ari.asterisk.ping()


async def test_a_request_without_a_connection_fails_at_once(server: FakeAriServer) -> None:
    server.handshake_status = HTTPStatus.SERVICE_UNAVAILABLE
    async with client_of(server) as ari:
        assert not ari.is_connected
        await expect_disconnect(ari)


async def test_a_request_ends_at_its_deadline_and_its_late_answer_is_only_counted(
    server: FakeAriServer,
) -> None:
    server.answer = silent_about("asterisk/ping")
    async with client_of(server, request_deadline_s=0.05) as ari:
        await resynced(ari)
        with pytest.raises(AriRequestTimeout, match="no answer after 50 ms"):
            await ari.asterisk.ping()
        (request,) = server.requests_to("asterisk/ping")
        await server.respond(request, 204, None)
        await tasks_until(lambda: ari.statistics.late_responses == 1, "the late response is there")
        server.answer = answer_nothing_special
        await ari.asterisk.ping()
        assert ari.statistics.connections == 1


async def test_an_answer_that_comes_twice_is_taken_once(server: FakeAriServer) -> None:
    async with client_of(server) as ari:
        await resynced(ari)
        await ari.asterisk.ping()
        (request,) = server.requests_to("asterisk/ping")
        await server.respond(request, 500, None)
        await tasks_until(lambda: ari.statistics.late_responses == 1, "the late response is there")


async def test_answers_find_their_requests_in_any_order(server: FakeAriServer) -> None:
    server.answer = lambda method, uri: (
        None if uri.startswith("channels/") else answer_nothing_special(method, uri)
    )
    async with client_of(server) as ari:
        await resynced(ari)
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(ari.channels.get_channel_var(CHANNEL, "A"))
            second = tasks.create_task(ari.channels.get_channel_var(CHANNEL, "B"))
            place = f"channels/{CHANNEL}/variable"
            await tasks_until(lambda: len(server.requests_to(place)) == 2, "both are asked")
            for request in reversed(server.requests_to(place)):
                await server.respond(request, 200, {"value": request["query_strings"][0]["value"]})
        assert (first.result(), second.result()) == ("A", "B")


async def test_repeated_unknown_and_malformed_events_come_through(server: FakeAriServer) -> None:
    async with client_of(server) as ari:
        await resynced(ari)
        for message in (
            messages.EVENTS["StasisEnd"],
            messages.EVENTS["StasisEnd"],
            messages.event("ChannelTeleported"),
            "no JSON",
        ):
            await server.push(message)
        events = [await next_event(ari) for _ in range(4)]
        assert events[0] == events[1]
        assert [type(event) for event in events] == [
            StasisEnd,
            StasisEnd,
            UnknownEvent,
            MalformedMessage,
        ]
        assert ari.statistics.unknown_events == 1
        assert ari.statistics.malformed_messages == 1


async def test_events_that_nobody_takes_reset_the_socket_and_say_so(server: FakeAriServer) -> None:
    async with client_of(server, event_queue_limit=3) as ari:
        await resynced(ari)
        for _ in range(4):
            await server.push(messages.EVENTS["StasisEnd"])
        await tasks_until(lambda: ari.statistics.overflows == 1, "the queue overflows")
        kept = [type(await next_event(ari)) for _ in range(3)]
        assert kept == [StasisEnd] * 3
        assert (await resynced(ari)).reason is ResyncReason.OVERFLOWED
        server.cut()
        assert (await resynced(ari)).reason is ResyncReason.RECONNECTED


async def test_a_flood_before_the_snapshot_resets_the_socket_too(server: FakeAriServer) -> None:
    async def flood_once(fake: FakeAriServer) -> None:
        if fake.connections == 1:
            for _ in range(4):
                await fake.push(messages.EVENTS["StasisEnd"])

    server.greet = flood_once
    async with client_of(server, event_queue_limit=3) as ari:
        assert (await resynced(ari)).reason is ResyncReason.OVERFLOWED
        assert ari.statistics.connections == 2


async def test_a_snapshot_that_cannot_be_read_starts_the_connection_afresh(
    server: FakeAriServer,
) -> None:
    server.answer = lambda method, uri: (
        (200, [{}]) if server.connections < 3 else answer_nothing_special(method, uri)
    )
    async with client_of(server) as ari:
        assert (await resynced(ari)).reason is ResyncReason.CONNECTED
        assert server.connections == 3


async def test_an_asterisk_that_is_still_loading_is_tried_again(server: FakeAriServer) -> None:
    server.handshake_status = HTTPStatus.NOT_FOUND
    async with client_of(server) as ari:
        await tasks_until(lambda: server.handshakes >= 3, "it tries again and again")
        server.handshake_status = None
        assert (await resynced(ari)).reason is ResyncReason.CONNECTED


async def test_an_asterisk_that_answers_nothing_is_given_up_and_tried_again(
    server: FakeAriServer,
) -> None:
    server.answer = lambda method, uri: None
    async with running(settings_of(server.url, resync_deadline_s=0.02)):
        await tasks_until(lambda: server.connections >= 3, "it connects again and again")


async def test_a_machine_that_accepts_and_says_nothing_is_given_up_and_tried_again() -> None:
    accepted: list[asyncio.StreamWriter] = []
    mute = await asyncio.start_server(lambda _, writer: accepted.append(writer), "127.0.0.1", 0)
    async with mute:
        port = mute.sockets[0].getsockname()[1]
        settings = settings_of(f"http://127.0.0.1:{port}", connect_deadline_s=0.02)
        async with running(settings) as socket:
            await tasks_until(lambda: len(accepted) >= 3, "it connects again and again")
            assert not socket.is_connected
        for writer in accepted:
            writer.close()


async def test_a_machine_that_does_not_listen_is_tried_again(server: FakeAriServer) -> None:
    settings = settings_of(server.url)
    await server.__aexit__(None, None, None)
    with capture_logs() as lines:
        async with running(settings) as socket:
            await tasks_until(lambda: len(lines) >= 3, "it tries again and again")
            assert not socket.is_connected
    assert {line["event"] for line in lines} == {"ari.disconnected"}
    assert lines[0]["reason"] == "could not connect: ConnectionRefusedError"


CHANNEL = messages.channel()["id"]
