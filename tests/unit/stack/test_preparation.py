from voicebot.business_file import load_business
from voicebot.settings import Settings
from voicebot.stack.dialplan import inbound_numbers


def test_every_number_of_the_business_reaches_the_dialplan() -> None:
    business = load_business(Settings.model_validate({}).business_file)
    numbers = inbound_numbers(business)
    assert tuple(number.did for number in numbers) == business.dids
    assert {number.is_recorded for number in numbers} == {business.recording.enabled}
    assert {number.max_message_s for number in numbers} == {business.voicemail_max_s}
