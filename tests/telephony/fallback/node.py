"""A real Asterisk with the project's own configuration, for tests."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from tests.asterisk_node import AsteriskNode
from tests.stack_fixture import RTP_PORTS, settings_of_own_stack
from tests.telephony import node_accounts
from voicebot.dialogue.business import Business
from voicebot.stack.asterisk_config import InboundNumber, render


class Node(AsteriskNode):
    def __init__(
        self,
        root: Path,
        state_dir: Path,
        numbers: Sequence[InboundNumber],
        rtp_ports: int = RTP_PORTS,
        businesses: Sequence[Business] = (),
        **changes: Any,
    ) -> None:
        super().__init__(root, state_dir)
        settings = settings_of_own_stack(state_dir, **changes)
        last_port = settings.rtp_first_port + rtp_ports - 1
        self.settings = settings.model_copy(update={"rtp_last_port": last_port})
        render(self.settings, numbers, self.etc, businesses)

    @contextmanager
    def running(self, *, settles: bool = True) -> Iterator[Self]:
        """Started inside the block, stopped after it.

        Before it is stopped, all its calls are over and on record, unless it was broken on purpose.
        """
        with super().running():
            yield self
            if settles:
                self.settle()

    def settle(self) -> None:
        """Waits until nothing is left of any call, and each has its one whole line on record."""
        node_accounts.settle(self, self.settings, self.cdr_file)

    @property
    def spool(self) -> Path:
        return self.paths.asterisk_instance / "spool"

    @property
    def cdr_file(self) -> Path:
        return self.paths.asterisk_instance / "log" / "cdr-custom" / "voicebot.csv"
