"""Messages on their way to a real web server and a real mail server."""

import json
from datetime import timedelta

import pytest

from tests.fakes.sample_calls import NOON
from tests.fakes.sample_messages import a_message
from tests.integration.hooks.receivers import mail_receiver, web_receiver
from tests.stack_fixture import free_ports
from voicebot.errors import DeliveryFailed
from voicebot.hooks.mail import Mail, SmtpServer
from voicebot.hooks.webhook import Webhook, signature, signing_key

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LATER = NOON + timedelta(hours=1)


async def test_a_web_server_gets_the_message_signed() -> None:
    async with web_receiver() as receiver, Webhook(SECRET) as webhook:
        await webhook.pass_on(a_message(), receiver.url, NOON, is_transcribed=True)
        await webhook.pass_on(a_message(), receiver.url, LATER, is_transcribed=True)
    first, second = receiver.requests
    assert first.line == "POST /hook HTTP/1.1"
    assert json.loads(first.body)["data"]["name"] == "Ada Lovelace"
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "msg_node1-1_1_agent"
    for request, at in ((first, NOON), (second, LATER)):
        epoch_s = request.headers["webhook-timestamp"]
        assert epoch_s == str(int(at.timestamp()))
        expected = signature(signing_key(SECRET), "msg_node1-1_1_agent", epoch_s, request.body)
        assert request.headers["webhook-signature"] == expected


@pytest.mark.parametrize("status", [301, 400, 410, 500, 503])
async def test_whatever_is_no_success_is_a_failure_that_names_the_status(status: int) -> None:
    async with web_receiver(status) as receiver, Webhook(SECRET) as webhook:
        with pytest.raises(DeliveryFailed) as failed:
            await webhook.pass_on(a_message(), receiver.url, NOON, is_transcribed=True)
    assert failed.value.reason == f"http-{status}"
    assert len(receiver.requests) == 1  # a redirect is not followed


async def test_a_web_server_that_never_answers_is_given_up_in_time() -> None:
    async with web_receiver(None) as receiver, Webhook(SECRET, deadline_s=0.2) as webhook:
        with pytest.raises(DeliveryFailed) as failed:
            await webhook.pass_on(a_message(), receiver.url, NOON, is_transcribed=True)
    assert failed.value.reason == "http-timeout"


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://", "http://[::1"])
async def test_a_web_server_that_is_not_there_is_a_failure(url: str) -> None:
    there = url.replace("{port}", str(free_ports(1)[0]))
    async with Webhook(SECRET) as webhook:
        with pytest.raises(DeliveryFailed) as failed:
            await webhook.pass_on(a_message(), there, NOON, is_transcribed=True)
    assert failed.value.reason == "http-unreachable"


async def test_a_mail_server_gets_the_message() -> None:
    with mail_receiver() as receiver:
        mail = Mail(SmtpServer.of(receiver.url), "voicebot@lakeside.example")
        await mail.pass_on(a_message(), "desk@lakeside.example", is_transcribed=True)
    (taken,) = receiver.mails
    assert receiver.recipients == ["desk@lakeside.example"]
    assert taken["From"] == "voicebot@lakeside.example"
    assert "Please order the blue one." in taken.get_content()


async def test_a_mail_server_that_refuses_is_a_failure_that_names_the_code() -> None:
    with mail_receiver() as receiver:
        receiver.refusal = "452 Ada Lovelace again? no room"
        mail = Mail(SmtpServer.of(receiver.url), "voicebot@lakeside.example")
        with pytest.raises(DeliveryFailed) as failed:
            await mail.pass_on(a_message(), "desk@lakeside.example", is_transcribed=True)
    assert str(failed.value) == "smtp-452"


async def test_a_mail_server_that_is_not_there_is_a_failure() -> None:
    mail = Mail(SmtpServer.of(f"smtp://127.0.0.1:{free_ports(1)[0]}"), "voicebot@lakeside.example")
    with pytest.raises(DeliveryFailed, match="smtp-unreachable"):
        await mail.pass_on(a_message(), "desk@lakeside.example", is_transcribed=True)


async def test_without_a_mail_server_nothing_is_sent_and_that_is_said() -> None:
    with pytest.raises(DeliveryFailed, match="smtp-unset"):
        await Mail(None, "").pass_on(a_message(), "desk@lakeside.example", is_transcribed=True)
