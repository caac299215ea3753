"""Which class answers for a number."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.sample_business import a_business
from voicebot.agent_classes import agent_class, agent_problems, require_agents
from voicebot.dialogue.business_agent import BusinessAgent
from voicebot.errors import ConfigurationError
from voicebot.examples.appointments import AppointmentAgent

EXAMPLE = "voicebot.examples.appointments:AppointmentAgent"
PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "lakeside-agents"
version = "1.0"
[project.entry-points."voicebot.agents"]
lakeside = "lakeside_agents:LakesideAgent"
broken = "lakeside_agents.broken:Agent"
gone = "lakeside_agents:Gone"
[tool.setuptools]
packages = ["lakeside_agents"]
"""
AGENT = """
from voicebot.dialogue.agent import VoiceAgent
class LakesideAgent(VoiceAgent):
    pass
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution of somebody else's, installed by pip."""
    package = tmp_path / "source" / "lakeside_agents"
    package.mkdir(parents=True)
    (package.parent / "pyproject.toml").write_text(PROJECT)
    (package / "__init__.py").write_text(AGENT)
    (package / "broken.py").write_text("import a_package_that_nobody_has")
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(site)]
    subprocess.run([*pip, *offline, str(package.parent)], check=True, capture_output=True)
    monkeypatch.syspath_prepend(site)
    importlib.invalidate_caches()


def test_without_a_name_it_is_ours() -> None:
    assert agent_class(None) is BusinessAgent
    assert agent_class(EXAMPLE) is AppointmentAgent


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere.to.be:Found", "cannot be imported"),
        (":Found", "cannot be imported"),
        ("voicebot.examples.appointments:Nobody", "cannot be imported"),
        ("voicebot.examples.appointments:DAYS", "is no VoiceAgent"),
        ("unheard-of", "neither package.module:Class nor an entry point"),
    ],
)
def test_an_agent_that_is_none_is_named(name: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        agent_class(name)


@pytest.mark.usefixtures("installed")
def test_an_installed_distribution_offers_agents_by_name() -> None:
    found = agent_class("lakeside")
    assert (found.__module__, found.__name__) == ("lakeside_agents", "LakesideAgent")
    for name in ("broken", "gone"):
        with pytest.raises(ConfigurationError, match=f'"{name}" cannot be imported'):
            agent_class(name)
    with pytest.raises(ConfigurationError, match="installed: broken, gone, lakeside"):
        agent_class("seaside")


def test_every_agent_that_is_none_is_told_with_its_business() -> None:
    sound = a_business(agents={"1000": EXAMPLE})
    faulty = a_business(
        dids=["1000", "1001"], agents={"1000": "unheard-of", "1001": "nowhere.to.be:Found"}
    )
    require_agents([sound])
    problems = agent_problems([sound, faulty])
    assert [problem.split('"')[:2] for problem in problems] == [
        ["Lakeside Bikes: agents: ", "nowhere.to.be:Found"],
        ["Lakeside Bikes: agents: ", "unheard-of"],
    ]
    with pytest.raises(ConfigurationError, match=r"nowhere.*; .*unheard-of"):
        require_agents([sound, faulty])
