import json

from tests.unit.panel.test_running_call import saved, seen
from voicebot.panel.running_call_view import told


def test_who_sees_what_is_private_reads_along() -> None:
    message = json.loads(told(seen(saved()), "en", sees_private=True))
    assert (message["caller"], message["turns"][0]["said"]) == ("+43660", "We are open.")
    assert (message["speaker"], message["latency"]) == ("agent", 612)
    assert message["stateText"] == "in conversation"


def test_no_word_and_no_number_is_sent_to_anybody_else() -> None:
    message = told(seen(saved()), "de", sees_private=False)
    assert "open" not in message
    assert "+43660" not in message
    assert json.loads(message)["turns"][0]["latency"] == 612
