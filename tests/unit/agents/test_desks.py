"""Which business and agent answer a number, and what happens when the files change."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from tests.fakes.call_services import STARTED_AT, Outside
from tests.fakes.sample_business import content
from voicebot.agents.desk import Desk, Desks
from voicebot.agents.opening_desks import DeskWatch, open_desks
from voicebot.calls.model import AnswerSource, TurnRecord
from voicebot.dialogue.business_agent import BusinessAgent
from voicebot.errors import BusinessFileInvalid, ConfigurationError
from voicebot.examples.appointments import AppointmentAgent

EXAMPLE = "voicebot.examples.appointments:AppointmentAgent"


class Meaning:
    async def encode(self, sentences: Sequence[str]) -> Sequence[Sequence[float]]:
        return [[1.0] for _ in sentences]


def written(path: Path, **changes: object) -> Path:
    path.write_text(yaml.safe_dump(content(**changes)))
    return path


async def test_each_number_has_its_agent(tmp_path: Path) -> None:
    path = written(tmp_path / "shop.yaml", dids=["1000", "1001"], agents={"1001": EXAMPLE})
    desks = await open_desks(path, Meaning())
    assert isinstance(desks["1000"].agent, BusinessAgent)
    assert isinstance(desks["1001"].agent, AppointmentAgent)
    assert desks["1000"].business is desks["1001"].business


async def test_calls_that_we_place_may_have_agents_of_their_own(tmp_path: Path) -> None:
    outbound = {
        "greeting": "This is the machine of Lakeside Bikes.",
        "agents": {"appointments": EXAMPLE},
    }
    path = written(tmp_path / "shop.yaml", dids=["1000"], outbound=outbound)
    desks = Desks(await open_desks(path, Meaning()))
    assert isinstance(desks.of("1000").agent, BusinessAgent)
    assert isinstance(desks.of("+1000", "appointments").agent, AppointmentAgent)
    # A name that a reload took away.
    assert isinstance(desks.of("1000", "surveys").agent, BusinessAgent)


async def test_each_business_of_a_folder_has_its_numbers(tmp_path: Path) -> None:
    written(tmp_path / "bikes.yaml", dids=["1000"])
    written(tmp_path / "boats.yaml", dids=["2000"], name="Lakeside Boats")
    desks = Desks(await open_desks(tmp_path, Meaning()))
    assert desks.of("2000").business.name == "Lakeside Boats"
    assert desks.of("+1000").business.name == "Lakeside Bikes"
    assert len(desks.all) == 2


async def test_a_number_belongs_to_one_business(tmp_path: Path) -> None:
    written(tmp_path / "bikes.yaml", dids=["1000"])
    written(tmp_path / "boats.yaml", dids=["+1000"])
    with pytest.raises(BusinessFileInvalid, match=r"belongs to bikes\.yaml already"):
        await open_desks(tmp_path, Meaning())


def test_a_number_nobody_knows_is_answered_by_the_first(outside: Outside) -> None:
    desk = outside.desk()
    assert Desks({"1000": desk}).of("999") is desk
    with pytest.raises(ValueError, match="somebody must answer"):
        Desks({})


async def test_an_agent_that_is_none_opens_no_desk(tmp_path: Path) -> None:
    path = written(tmp_path / "shop.yaml", agents={"1000": "nowhere.to.be:Found"})
    with pytest.raises(ConfigurationError, match="cannot be imported"):
        await open_desks(path, Meaning())


class Watched:
    """A business file under watch."""

    def __init__(self, path: Path, desks: Desks) -> None:
        self.prepared: list[tuple[Desk, ...]] = []
        self.watch = DeskWatch(path, desks, Meaning(), self._prepare)

    async def _prepare(self, desks: tuple[Desk, ...]) -> None:
        self.prepared.append(desks)


async def test_a_changed_file_serves_the_calls_to_come(tmp_path: Path) -> None:
    path = written(tmp_path / "shop.yaml")
    desks = Desks(await open_desks(path, Meaning()))
    running = desks.of("1000")
    watched = Watched(path, desks)
    written(tmp_path / "new.yaml", greeting="Hello, a new machine speaks.").replace(path)
    await watched.watch.look()
    assert desks.of("1000").business.greeting == "Hello, a new machine speaks."
    assert running.business.greeting == "Hello, you are speaking with a machine."
    assert [desk.business.greeting for (desk,) in watched.prepared] == [
        "Hello, a new machine speaks."
    ]
    await watched.watch.look()
    assert len(watched.prepared) == 1, "nothing has changed since"


@pytest.mark.parametrize("text", ["name: [", "name: Only a name", ""])
async def test_an_invalid_file_changes_nothing(tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "shop.yaml")
    desks = Desks(await open_desks(path, Meaning()))
    before = desks.of("1000")
    watched = Watched(path, desks)
    path.write_text(text)
    await watched.watch.look()
    assert desks.of("1000") is before
    written(path, name="Lakeside Boats")
    await watched.watch.look()
    assert desks.of("1000").business.name == "Lakeside Boats"


async def test_a_file_that_is_away_for_a_moment_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "shop.yaml")
    desks = Desks(await open_desks(path, Meaning()))
    before = desks.of("1000")
    watched = Watched(path, desks)
    path.unlink()
    await watched.watch.look()
    assert desks.of("1000") is before


def test_a_desk_learns_what_callers_ask_after_a_fact(outside: Outside) -> None:
    desk = outside.desk()
    first, second = (fact.id for fact in desk.business.facts[:2])
    turns = [a_turn(number, fact_id) for number, fact_id in enumerate((None, first, second, None))]
    for _ in range(4):
        for turn in turns:
            desk.learn_of(turn, turns)
    assert desk.next_questions.likely(first) == second
    assert desk.next_questions.likely(second) is None


def a_turn(number: int, fact_id: str | None) -> TurnRecord:
    return TurnRecord(number, "", "", "", False, AnswerSource.FACT, STARTED_AT, fact_id=fact_id)
