"""Which folders of tests failed in the last run? Prints them, for `make test`.

Whole folders are tried again: what their calls left behind is seen only behind the last of them.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

LAST_FAILED = Path(".pytest_cache/v/cache/lastfailed")


def folders(failed: Iterable[str]) -> list[str]:
    """The folders of these node ids; none lies in another."""
    parents = {PurePosixPath(node_id.partition("::")[0]).parent for node_id in failed}
    return sorted(str(one) for one in parents if not parents.intersection(one.parents))


if __name__ == "__main__":
    found = folders(json.loads(LAST_FAILED.read_text())) if LAST_FAILED.exists() else []
    if not found:
        sys.exit("no test failed, and yet the run did")
    print(*found)
