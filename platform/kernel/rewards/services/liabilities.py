"""What rewards owe: to members by asset, and what lies aside for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, Sum

from kernel.ledger.models import Account, Asset, Posting
from kernel.ledger.selectors import StatementLine
from kernel.ledger.services import Owner, balance, statement, system
from kernel.orders.models import Order
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.engine.numbers import number, text
from kernel.rewards.models import Memory, Programme
from kernel.rewards.packs.loading import Pack, bundle

MONEY: Final = "CNY"
_LINES: Final = 100
_ASIDE: Final = ("pool:", "reserve:")


@dataclass(frozen=True, slots=True)
class Open:
    """Something that a programme still owes or keeps for somebody.

    Attributes:
        kind: ``waiting`` (earned, not released), ``promised`` or ``aside``.
        what: the asset, or the account that lies aside.
        amount: as decimal text at the scale of the asset.
    """

    kind: str
    what: str
    amount: str


@dataclass(frozen=True, slots=True)
class Held:
    """What members have of an asset of rewards, by state.

    Attributes:
        face_minor: what it promises, in minor units of the shop's money; 0 for no promise.
    """

    asset: Asset
    members: int
    states: dict[str, int]
    face_minor: int

    @property
    def total(self) -> str:
        """Units in all states, as decimal text."""
        return text(sum(self.states.values()), self.asset.scale)

    @property
    def shown(self) -> list[tuple[str, str]]:
        """States with their units as decimal text."""
        return [(state, text(minor, self.asset.scale)) for state, minor in self.states.items()]


@dataclass(slots=True)
class Liabilities:
    """Everything that rewards owe in a shop, in minor units of its money.

    Attributes:
        owed: money that members have, whatever its state.
        promised: the face value of units with members.
        aside: in pools and reserves.
        rewarded, sold: rewards less what was taken back, and paid orders less refunds.
    """

    held: list[Held] = field(default_factory=list)
    owed: int = 0
    promised: int = 0
    aside: int = 0
    rewarded: int = 0
    sold: int = 0

    @property
    def coverage_bp(self) -> int | None:
        """Pools and reserves over the face of promises, in ten-thousandths."""
        return self.aside * 10_000 // self.promised if self.promised > 0 else None

    @property
    def reward_bp(self) -> int | None:
        """Rewards over sales, in ten-thousandths."""
        return self.rewarded * 10_000 // self.sold if self.sold > 0 else None


def liabilities() -> Liabilities:
    """Return what the rewards of the shop owe, over all its programmes."""
    programmes = list(Programme.objects.order_by("id"))
    found = Liabilities()
    codes = {code: name for one in programmes for name, code in one.assets.items()}
    faces = {name: face for one in programmes for name, face in _faces(_packs(one))}
    for asset in Asset.objects.filter(code__in=codes).order_by("code"):
        held = _held(asset, faces.get(codes[asset.code], Fraction(0)))
        if held.members:
            found.held.append(held)
        found.promised += held.face_minor
        if codes[asset.code] == MONEY:
            found.owed += sum(held.states.values())
            found.rewarded += _rewarded(asset)
    found.aside = sum(minor for _purpose, minor in _aside(programmes))
    sums = Order.objects.aggregate(paid=Sum("paid_minor"), back=Sum("refunded_minor"))
    found.sold = (sums["paid"] or 0) - (sums["back"] or 0)
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """What a member has of an asset in a state, with the latest lines."""

    asset: Asset
    state: str
    minor: int
    lines: Sequence[StatementLine]


def statement_of(member_id: UUID) -> list[Part]:
    """Return what a member has of the assets of rewards, the latest lines first."""
    codes = {str(code) for one in Programme.objects.all() for code in one.assets.values()}
    rows = Account.objects.filter(owner_kind="member", owner_id=member_id, asset__code__in=codes)
    owner = Owner("member", member_id)
    return [
        Part(
            row.asset, row.state, row.balance_minor,
            statement(owner, row.asset.code, row.state, limit=_LINES).lines,
        )
        for row in rows.select_related("asset").order_by("asset__code", "state")
    ]  # fmt: skip


def open_liabilities(programme: Programme) -> list[Open]:
    """Return what keeps a programme from being closed."""
    return [*_waiting(programme), *_promised(programme), *_left_aside(programme)]


def _packs(programme: Programme) -> list[Pack]:
    return bundle(programme.packs, sale=False)


def _faces(packs: Sequence[Pack]) -> Iterator[tuple[str, Fraction]]:
    for pack in packs:
        for code, asset in pack.assets.items():
            yield code, number(asset.get("face", 0))


def _held(asset: Asset, face: Fraction) -> Held:
    rows = Account.objects.filter(asset=asset, owner_kind="member").exclude(balance_minor=0)
    by_state = rows.values("state").annotate(minor=Sum("balance_minor")).order_by("state")
    states = {one["state"]: one["minor"] for one in by_state}
    members = rows.aggregate(many=Count("owner_id", distinct=True))["many"]
    units = Fraction(sum(states.values()), 10**asset.scale)
    return Held(asset, members, states, int(units * face * 100))


def _rewarded(asset: Asset) -> int:
    rows = Posting.objects.filter(
        account__asset=asset, account__owner_kind="member", journal__kind__startswith="rewards."
    )
    return int(rows.aggregate(minor=Sum("minor"))["minor"] or 0)


def _aside(programmes: Sequence[Programme]) -> Iterator[tuple[str, int]]:
    """Yield what lies in pools and reserves, each account once."""
    seen: set[tuple[str, str]] = set()
    for programme in programmes:
        money = str(programme.assets.get(MONEY, ""))
        for account in _accounts(_packs(programme)):
            if (account, money) not in seen and money:
                seen.add((account, money))
                yield account, balance(system(f"rewards.{account}"), money)


def _accounts(packs: Sequence[Pack]) -> list[str]:
    """Return the pools and reserves that rules of packs name."""
    found: dict[str, None] = {}
    for pack in packs:
        for rule in pack.rules:
            for part in (rule, *rule.get("lead", ()), *rule.get("with", ())):
                names = (str(part.get("from", "")), str(part.get("into", "")))
                found.update(dict.fromkeys(one for one in names if one.startswith(_ASIDE)))
    return [one for one in found if "{" not in one]


def _waiting(programme: Programme) -> Iterator[Open]:
    rows = Memory.objects.filter(
        programme=programme, kind__startswith="accrual:", record__frozen=True
    )
    sums: dict[str, int] = {}
    for record in rows.values_list("record", flat=True):
        sums[record["asset"]] = sums.get(record["asset"], 0) + int(record["minor"])
    scales = {code: asset["scale"] for pack in _packs(programme)
              for code, asset in pack.assets.items()}  # fmt: skip
    for asset, minor in sums.items():
        if minor:
            yield Open("waiting", asset, text(minor, scales.get(asset, 2)))


def _promised(programme: Programme) -> Iterator[Open]:
    """Yield units with a face value, unless another programme that runs has them too."""
    others = Programme.objects.filter(state=ProgrammeState.LIVE).exclude(pk=programme.pk)
    shared = {code for one in others for code in one.assets.values()}
    for name, face in _faces(_packs(programme)):
        code = str(programme.assets.get(name, ""))
        asset = Asset.objects.filter(code=code).first()
        if not face or code in shared or asset is None:
            continue
        rows = Account.objects.filter(Q(balance_minor__gt=0), asset=asset, owner_kind="member")
        if minor := rows.aggregate(minor=Sum("balance_minor"))["minor"]:
            yield Open("promised", name, text(minor, asset.scale))


def _left_aside(programme: Programme) -> Iterator[Open]:
    others = Programme.objects.filter(state=ProgrammeState.LIVE).exclude(pk=programme.pk)
    shared = {account for one in others for account in _accounts(_packs(one))}
    for account, minor in _aside([programme]):
        if account.startswith("pool:") and account not in shared and minor > 0:
            yield Open("aside", account, text(minor, 2))
