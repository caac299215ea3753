"""Tasks end with the block of their owner, and errors of the block come out as they are."""

import asyncio
from types import TracebackType
from typing import Self

import pytest

from voicebot.errors import StoreError
from voicebot.owned_tasks import OwnedTasks


class Owner:
    """Has one task for as long as its block lasts, and ends it unless it is careless."""

    def __init__(self, *, is_careless: bool = False) -> None:
        self._is_careless = is_careless

    async def __aenter__(self) -> Self:
        self._tasks = OwnedTasks()
        await self._tasks.__aenter__()
        self.runner = self._tasks.create_task(self._run())
        self.fails = asyncio.Event()
        return self

    async def _run(self) -> None:
        await self.fails.wait()
        raise StoreError("the database is away")

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._is_careless:
            self.runner.cancel()
        await self._tasks.__aexit__(error_type, error, traceback)


async def test_tasks_end_with_the_block() -> None:
    async with Owner() as owner:
        assert not owner.runner.done()
    assert owner.runner.cancelled()


async def test_an_error_of_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(ValueError, match="of the block"):
        async with Owner() as owner:
            raise ValueError("of the block")
    assert owner.runner.cancelled()


async def test_a_task_that_fails_ends_the_block() -> None:
    async def block() -> None:
        async with Owner() as owner:
            owner.fails.set()
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as raised:
        await block()
    assert raised.group_contains(StoreError)


@pytest.mark.parametrize("is_careless", [False, True])
async def test_a_cancellation_from_outside_stays_one_and_ends_the_tasks(is_careless: bool) -> None:
    owner = Owner(is_careless=is_careless)
    is_in_block = asyncio.Event()

    async def block() -> None:
        async with owner:
            is_in_block.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(block())
    await is_in_block.wait()
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
    assert owner.runner.cancelled()
