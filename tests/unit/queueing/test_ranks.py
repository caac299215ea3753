from voicebot.dialogue.queue_settings import QueueSettings
from voicebot.queueing.model import Rank
from voicebot.queueing.ranks import rank_of

SETTINGS = QueueSettings(name="main", vip_numbers=("+12025550123",), vip_dids=("2000",))


def test_who_is_named_by_the_business_goes_first() -> None:
    assert rank_of(SETTINGS, "+12025550123", "1000") is Rank.VIP
    assert rank_of(SETTINGS, "+12025550199", "2000") is Rank.VIP


def test_all_others_are_alike_also_who_withholds_the_number() -> None:
    assert rank_of(SETTINGS, "", "1000") is Rank.REGULAR
    assert rank_of(SETTINGS, "+12025550199", "1000") is Rank.REGULAR
