import os
from pathlib import Path

import pytest
import yaml
from structlog.testing import capture_logs

from tests.fakes.sample_business import content
from voicebot.after_call.businesses import Businesses
from voicebot.errors import BusinessFileInvalid


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "business.yaml"
    write(path)
    return path


def write(path: Path, **changes: object) -> None:
    path.write_text(yaml.safe_dump(content(**changes)))
    # Two writes within one tick of the file system's clock are told apart all the same.
    os.utime(path, ns=(path.stat().st_mtime_ns + 1, path.stat().st_mtime_ns + path.stat().st_size))


async def names(businesses: Businesses) -> list[str]:
    return [business.name for business in await businesses.in_force()]


async def test_a_file_that_changes_is_read_again(file: Path) -> None:
    businesses = Businesses(file)
    assert await names(businesses) == ["Lakeside Bikes"]
    first = await businesses.in_force()
    assert await businesses.in_force() is first
    write(file, name="Harbour Cafe")
    assert await names(businesses) == ["Harbour Cafe"]


async def test_an_invalid_change_is_told_once_and_what_was_in_force_stays(file: Path) -> None:
    businesses = Businesses(file)
    await businesses.in_force()
    write(file, greeting="Hello.")
    with capture_logs() as logs:
        assert await names(businesses) == ["Lakeside Bikes"]
        assert await names(businesses) == ["Lakeside Bikes"]
    assert [log["event"] for log in logs] == ["business.refused"]
    assert "greeting" in logs[0]["reason"]


async def test_without_any_valid_file_the_fault_is_raised_until_it_is_mended(
    tmp_path: Path,
) -> None:
    file = tmp_path / "business.yaml"
    businesses = Businesses(file)
    for _ in range(2):
        with pytest.raises(BusinessFileInvalid):
            await businesses.in_force()
    write(file)
    assert await names(businesses) == ["Lakeside Bikes"]


async def test_all_files_of_a_folder_are_served(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", name="Harbour Cafe", dids=["2000"])
    write(tmp_path / "b.yaml")
    businesses = Businesses(tmp_path)
    assert await names(businesses) == ["Harbour Cafe", "Lakeside Bikes"]
    (tmp_path / "a.yaml").unlink()
    assert await names(businesses) == ["Lakeside Bikes"]
