"""Where do the weights lie that come inside packages?

A package that carries weights is located, never imported: some of them would
import torch or llama-cpp only to name a file.
"""

import importlib.util
from pathlib import Path

from workers.errors import EngineMissing


def packaged(module: str, relative: str, remedy: str) -> Path:
    """The file or directory inside an installed package; raises EngineMissing."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise EngineMissing(f"the package {module} is not installed", remedy)
    return existing(Path(spec.submodule_search_locations[0]) / relative, remedy)


def existing(path: Path, remedy: str) -> Path:
    """The path itself; raises EngineMissing when nothing lies there."""
    if not path.exists():
        raise EngineMissing(f"{path} does not exist", remedy)
    return path
