"""A whole stack whose workers bear one conversation at a time, and a business with a queue."""

from collections.abc import Iterator

import pytest
import yaml

from tests.polling import until
from tests.stack_fixture import stack_for_tests
from tests.telephony.accounting import accounted
from tests.telephony.service.running import Service
from tests.telephony.service.web_server import web_server
from voicebot.settings import PROJECT_DIR

SHOP = "1000"
FACTS = ("opening-hours", "address")


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Whoever rings second waits."""
    directory = tmp_path_factory.mktemp("queue")
    demo = yaml.safe_load((PROJECT_DIR / "config" / "lakeside_bikes.yaml").read_text())
    business = demo | {
        "dids": [SHOP],
        "facts": [fact for fact in demo["facts"] if fact["id"] in FACTS],
        "queues": [{"name": "main", "announce_every_s": 10}],
    }
    business_dir = directory / "businesses"
    business_dir.mkdir()
    (business_dir / "shop.yaml").write_text(yaml.safe_dump(business))
    with (
        web_server() as web,
        stack_for_tests(
            directory / "state", business_file=business_dir, llm_conversations=1
        ) as stack,
    ):
        made = Service(stack, directory, {}, web)
        until(made.has_all_sentences, "all sentences are made into speech", 120)
        with accounted(stack):
            yield made
