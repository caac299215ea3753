"""A real Asterisk with the project's own configuration, for tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.asterisk_node import AsteriskNode
from tests.stack_fixture import RTP_PORTS, settings_of_own_stack
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

    @property
    def spool(self) -> Path:
        return self.paths.asterisk_instance / "spool"

    @property
    def cdr_file(self) -> Path:
        return self.paths.asterisk_instance / "log" / "cdr-custom" / "voicebot.csv"
