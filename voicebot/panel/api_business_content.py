"""What do business files, costs and the audit log look like to a program?"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from voicebot.costs.ledger import Sum
from voicebot.panel.api_content import Content
from voicebot.store.audit import Audited
from voicebot.store.business_versions import BusinessVersion


class BusinessList(Content):
    files: Sequence[str]


class VersionShown(Content):
    """`account` None: it was changed on the disk."""

    version: int
    at: datetime
    account: str | None
    note: str

    @classmethod
    def of(cls, one: BusinessVersion) -> "VersionShown":
        return cls(version=one.version, at=one.at, account=one.account, note=one.note)


class VersionList(Content):
    versions: Sequence[VersionShown]


class BusinessShown(Content):
    """`text` is YAML."""

    file: str
    version: int
    at: datetime
    account: str | None
    note: str
    text: str

    @classmethod
    def of(cls, file: str, one: BusinessVersion) -> "BusinessShown":
        return cls(
            file=file,
            version=one.version,
            at=one.at,
            account=one.account,
            note=one.note,
            text=one.text,
        )


class BusinessWanted(Content):
    made_from: int = Field(ge=1, lt=10**9, description="The version that was changed.")
    text: str = Field(description="All of it, as YAML.")
    note: str | None = Field(None, max_length=200, description="Why.")


class SavedShown(Content):
    """In force with the next call. `outcome`: what came of it in telephony."""

    version: int
    outcome: str


class CostShown(Content):
    """In the currency of the prices; `per_resolved` None: nobody was helped."""

    name: str
    calls: int
    resolved: int
    total: Decimal
    per_call: Decimal
    per_resolved: Decimal | None
    trunk: Decimal
    recognition: Decimal
    synthesis: Decimal
    workers: Decimal
    model: Decimal

    @classmethod
    def of(cls, name: str, one: Sum) -> "CostShown":
        return cls(
            name=name,
            calls=one.calls,
            resolved=one.resolved,
            total=one.cost.total,
            per_call=one.per_call,
            per_resolved=one.per_resolved,
            trunk=one.cost.trunk,
            recognition=one.cost.recognition,
            synthesis=one.cost.synthesis,
            workers=one.cost.workers,
            model=one.cost.model,
        )


class CostList(Content):
    """Of the days from `first` to `last`, both included, in UTC."""

    first: date
    last: date
    by: str
    currency: str
    whole: CostShown
    costs: Sequence[CostShown]


class AuditShown(Content):
    number: int
    at: datetime
    account: str
    address: str
    action: str
    subject: str
    result: str

    @classmethod
    def of(cls, number: int, line: Audited) -> "AuditShown":
        return cls(
            number=number,
            at=line.at,
            account=line.account,
            address=line.address,
            action=line.action,
            subject=line.subject,
            result=line.result,
        )


class AuditList(Content):
    lines: Sequence[AuditShown]
