"""Who learns of an error, when tasks belong to an object that is a context manager itself?

The group learns of a cancellation, which it may have caused itself. Any other error of the
block is not the group's: it would come out wrapped in an ExceptionGroup.
"""

import asyncio
from types import TracebackType


class OwnedTasks(asyncio.TaskGroup):
    """Entered and left by its owner, in the owner's own `__aenter__` and `__aexit__`."""

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, asyncio.CancelledError):
            await super().__aexit__(error_type, error, traceback)
        else:
            await super().__aexit__(None, None, None)
