"""Disks of a stack's own, small enough to be filled: one under each folder that it writes to."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path

_BLOCK = bytes(64 * 1024)
_FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Disk:
    """A folder with a file system of its own."""

    folder: Path

    @contextmanager
    def full(self) -> Iterator[None]:
        """Not a byte more can be written inside the block; what was there stays."""
        filler = self.folder / _FILLER
        try:
            _fill(filler)
            yield
        finally:
            filler.unlink(missing_ok=True)


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        for block in (_BLOCK, bytes(1)):
            try:
                while file.write(block) == len(block):
                    pass
            except OSError as error:
                if error.errno != ENOSPC:
                    raise
    assert os.statvfs(filler).f_bfree == 0


def may_mount(folder: Path) -> bool:
    """Root may, but not in every container."""
    tried = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True)
    if tried.returncode == 0:
        _unmount(folder)
    return tried.returncode == 0


@contextmanager
def small_disks(state_dir: Path, sizes_mb: Mapping[str, int]) -> Iterator[Mapping[str, Disk]]:
    """By the folder's name below the state directory. Needs root."""
    with ExitStack() as mounted:
        disks = {}
        for name, size_mb in sizes_mb.items():
            folder = state_dir / name
            folder.mkdir(parents=True)
            options = f"size={size_mb}m,mode=0750"
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
            # Lazily: whoever of the stack could not be stopped must not keep the folder for ever.
            mounted.callback(_unmount, folder)
            disks[name] = Disk(folder)
        yield disks


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", folder], check=True)
