import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_messages import a_message, a_voicemail
from voicebot.hooks.message_content import email_of, message_id, webhook_body

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def test_a_message_has_one_id_for_ever_and_no_other_has_it() -> None:
    assert message_id(a_message()) == message_id(replace(a_message(), text="better understood"))
    ids = {message_id(one) for one in (a_message(), a_voicemail(), a_message("node1-1.2"))}
    assert ids == {"msg_node1-1_1_agent", "msg_node1-1_1_voicemail", "msg_node1-1_2_agent"}


def test_a_web_server_is_told_all_of_it() -> None:
    told = json.loads(webhook_body(a_message(), is_transcribed=True))
    assert told == {
        "type": "message.left",
        "timestamp": "2026-11-20T12:00:00+00:00",
        "data": {
            "id": "msg_node1-1_1_agent",
            "call_id": "node1-1.1",
            "business": "Lakeside Bikes",
            "called_number": "1000",
            "caller_number": "+15550100",
            "callback_number": "+15550199",
            "name": "Ada Lovelace",
            "text": "Please order the blue one.",
            "is_transcribed": True,
            "taken_by": "agent",
            "recording": None,
        },
    }


def test_a_mail_says_whom_to_call_back_and_names_nobody_in_its_subject() -> None:
    mail = email_of(a_message(), is_transcribed=True, sender="a@b.example", to="c@d.example")
    assert mail["Subject"] == "A caller left a message for Lakeside Bikes"
    assert mail["Message-ID"] == "<msg_node1-1_1_agent@voicebot.invalid>"
    text = mail.get_content()
    for part in ("Ada Lovelace", "+15550199", "Please order the blue one.", "show node1-1.1"):
        assert part in text


def test_a_mail_without_words_says_why() -> None:
    def text(*, is_transcribed: bool) -> str:
        mail = email_of(a_voicemail(), is_transcribed=is_transcribed, sender="a@b.c", to="c@d.e")
        content: str = mail.get_content()
        return content

    assert "follow in another mail" in text(is_transcribed=False)
    assert "listen to the recording" in text(is_transcribed=True)


@given(words, words, words)
def test_whatever_a_caller_says_stays_in_the_body(name: str, text: str, number: str) -> None:
    message = replace(a_message(), name=name, text=text, caller_number=number)
    mail = email_of(message, is_transcribed=True, sender="a@b.example", to="c@d.example")
    assert [key for key in mail if key.lower() in ("bcc", "cc")] == []
    assert mail["To"] == "c@d.example"
    head = bytes(mail).split(b"\n\n", 1)[0]
    assert b"Lovelace" not in head
    assert json.loads(webhook_body(message, is_transcribed=True))["data"]["text"] == text
