"""The doctor on a real installation."""

import yaml

from tests.fakes.sample_business import content
from voicebot.stack.doctor import examine
from voicebot.stack.findings import Finding
from voicebot.stack.stack import Stack


def findings(stack: Stack) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(stack.settings)}


def test_what_runs_well_is_found_healthy(running_servers: Stack) -> None:
    found = findings(running_servers)
    settings = running_servers.settings
    for name in (
        "Python",
        "Python packages",
        "Programs",
        "Asterisk",
        "Secrets",
        "Business file",
        "Asterisk's configuration",
        "Database",
        "Redis",
        f"Port {settings.sip_port}",
        f"Port {settings.redis_port}",
        "Process asterisk",
    ):
        assert found[name].is_ok, found[name]
    # Up without its agents: that is one.
    assert not found["Process agent-1"].is_ok


def test_every_fault_comes_with_a_remedy(running_servers: Stack) -> None:
    missing = running_servers.settings.model_copy(
        update={
            "business_file": running_servers.paths.state_dir / "none.yaml",
            "cache_dir": running_servers.paths.state_dir,
            "database_url": f"sqlite+aiosqlite:///{running_servers.paths.state_dir}/new.db",
        }
    )
    found = {finding.name: finding for finding in examine(missing)}
    for name in ("Business file", "Asterisk", "Database", "Asterisk's configuration"):
        assert not found[name].is_ok
        assert found[name].remedy


def test_an_agent_that_cannot_be_imported_is_named(running_servers: Stack) -> None:
    file = running_servers.paths.state_dir / "shop.yaml"
    file.write_text(yaml.safe_dump(content(agents={"1000": "nowhere.to.be:Found"})))
    settings = running_servers.settings.model_copy(update={"business_file": file})
    found = {finding.name: finding for finding in examine(settings)}["Business file"]
    assert 'agents: "nowhere.to.be:Found" cannot be imported' in found.detail
    assert str(file) in found.remedy


def test_secrets_that_others_may_read_are_a_fault(running_servers: Stack) -> None:
    running_servers.paths.secrets.chmod(0o644)
    try:
        assert "chmod 600" in findings(running_servers)["Secrets"].remedy
    finally:
        running_servers.paths.secrets.chmod(0o600)
