"""What can go wrong in a worker, in one tree.

WorkerError
├── SettingsInvalid   a setting must be changed; the worker does not start
├── EngineMissing     a package, its weights or its server is absent; it does not start
└── WorkFailed        one piece of work cannot be done; its reason goes back to the agent
"""

from typing import ClassVar

from workers.contract import FailureReason


class WorkerError(Exception):
    """The root of everything a worker raises on purpose."""

    code: ClassVar[str] = "worker"


class SettingsInvalid(WorkerError):
    """A setting must be changed; the message names it."""

    code = "settings-invalid"


class EngineMissing(WorkerError):
    """What the engine needs is absent; the message says what and how to get it."""

    code = "engine-missing"

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what, self.remedy = what, remedy


class WorkFailed(WorkerError):
    """One piece of work cannot be done."""

    code = "work-failed"

    def __init__(self, reason: FailureReason) -> None:
        super().__init__(reason.value)
        self.reason = reason
