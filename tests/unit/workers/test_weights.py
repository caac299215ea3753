"""Weights inside packages are found without importing the packages."""

import sys
from pathlib import Path

import pytest

from workers.errors import EngineMissing
from workers.weights import existing, packaged

REMEDY = "Install it."


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "package_with_weights"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (folder / "model.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def test_a_file_inside_a_package_is_found_and_the_package_not_imported(package: Path) -> None:
    assert packaged(package.name, "model.bin", REMEDY) == package / "model.bin"
    assert package.name not in sys.modules


def test_a_package_that_is_absent_is_named_with_its_remedy() -> None:
    with pytest.raises(EngineMissing, match=r"no_such_package.*Install it\."):
        packaged("no_such_package", "model.bin", REMEDY)


def test_a_file_that_is_absent_is_named_with_its_remedy(package: Path) -> None:
    with pytest.raises(EngineMissing, match=r"other\.bin does not exist\. Install it\."):
        packaged(package.name, "other.bin", REMEDY)


def test_a_path_that_exists_is_itself(package: Path) -> None:
    assert existing(package, REMEDY) == package
