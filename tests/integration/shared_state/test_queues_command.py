import json
from pathlib import Path

import pytest
import typer
import yaml
from redis import Redis
from typer.testing import CliRunner

from tests.fakes.sample_business import CONTENT
from tests.integration.shared_state.redis_server import RedisServer
from voicebot.commands import queues
from voicebot.store import schema

app = typer.Typer()
queues.register(app)


@pytest.fixture
def business_file(
    shared_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    file = tmp_path / "business.yaml"
    monkeypatch.setenv("VOICEBOT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("VOICEBOT_BUSINESS_FILE", str(file))
    monkeypatch.setenv("VOICEBOT_REDIS_PORT", str(shared_server.port))
    monkeypatch.delenv("VOICEBOT_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    with Redis.from_url(shared_server.url) as redis:
        redis.flushall()
    schema.upgrade(f"sqlite+aiosqlite:///{tmp_path}/voicebot.db")
    return file


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_each_queue_is_shown_and_what_is_not_known_of_it(business_file: Path) -> None:
    business_file.write_text(yaml.safe_dump({**CONTENT, "queues": [{"name": "main"}]}))
    table = shown()
    assert "main@1000" in table
    assert "not known" in table
    [main] = json.loads(shown("--json"))
    assert (main["waiting"], main["slots"], main["estimate"]) == (0, 0, None)
    assert main["accuracy"]["waits"] == 0


def test_a_business_without_queues_is_told_so(business_file: Path) -> None:
    business_file.write_text(yaml.safe_dump(dict(CONTENT)))
    assert "no queues" in shown()
