"""The policy manifest: what a mode pays, to whom and for what, as the predicates read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Self

from kernel.rewards.policy.errors import ManifestUnreadable

UNBOUNDED: Final = 9999
NOBODY: Final = "nobody"
"""The selector of a rule that sets money aside."""
NOTHING: Final = "-"
"""The asset of a rule that pays nobody."""
UPWARD: Final = frozenset({"upline", "nearest", "diff_walk", "peer", "placement_up"})
SPREADING: Final = frozenset({"diff_walk", "peer", "team"})


@dataclass(frozen=True, slots=True)
class Fact:
    """A part of a manifest, read from a mapping whose names are its own."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the part that a mapping describes; unknown names are refused."""
        known = {one.name: one for one in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in document.items():
            if name not in known:
                raise ManifestUnreadable(part=cls.__name__.lower(), name=name)
            values[name] = _fitting(value, str(known[name].type), cls.__name__, name)
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Rule(Fact):
    """What one rule pays.

    Attributes:
        depth: how many generations above the buyer it reaches.
        pct: the most that it pays of one order, in per cent, under any tree and rank.
        counts: what the amount, or the rank of who is paid, is reckoned from:
            ``own_sales``, ``recruits``, ``team``.
        own_payment: a payee is paid because of an earlier payment of his own.
        pack, cap: the pack whose rules take at most ``cap`` per cent of an order's margin
            together; None where nothing caps them.
        unmeasured: what it pays is in no proportion to the order.
        entitled_by: how a share of a pool is got: ``purchase``, ``payment``, ``service``.
    """

    id: str
    event: str = "order.completed"
    selector: str = "buyer"
    depth: int = 0
    pct: Decimal = Decimal(0)
    asset: str = "CASH"
    funding: str = "order"
    counts: frozenset[str] = frozenset()
    own_payment: bool = False
    entitled_by: str = ""
    release: str = "return_window"
    clawback: bool = True
    tax_category: bool = True
    pack: str = ""
    cap: Decimal | None = None
    unmeasured: bool = False


@dataclass(frozen=True, slots=True)
class Role(Fact):
    """How a role is entered and kept; ``gates`` are the rules that it opens."""

    code: str
    entry: str = "free"
    entry_amount: Decimal = Decimal(0)
    gates: frozenset[str] = frozenset()
    upkeep: str = ""
    buy_back_pct: int = 100
    minimum_age: int = 18


@dataclass(frozen=True, slots=True)
class Asset(Fact):
    """What a unit of value is; see the definition of assets in the specification."""

    code: str
    kind: str = "points"
    withdrawable: bool = False
    transferable: str = "none"
    purchasable: bool = False
    tradeable: bool = False
    on_chain: bool = False
    convertible_to: frozenset[str] = frozenset()
    values: str = ""
    price: str = "const"
    face: bool = False
    backing: Decimal = Decimal(1)
    redeemable_at: str = "issuer"
    goods_per_month: int = 0
    registered: bool = True


@dataclass(frozen=True, slots=True)
class Draw(Fact):
    """A draw, a lottery group or a blind box."""

    id: str
    paid_entry: bool = False
    loser_gets_goods: bool = True
    loser_gets_cash: bool = False
    max_prize: int = 0
    odds_published: bool = True
    editable: bool = False
    commit_reveal: bool = True
    log_years: int = 2
    rigged: bool = False
    blind_box: bool = False
    guarded: bool = True


@dataclass(frozen=True, slots=True)
class Schedule(Fact):
    """How something locked is released."""

    asset: str
    kind: str = "linear"
    horizon_days: int = 0
    has_end: bool = True


@dataclass(frozen=True, slots=True)
class Tree(Fact):
    """A tree of members; ``former_paid``: who lost a line goes on being paid by it."""

    name: str
    moves: bool = False
    former_paid: bool = False


@dataclass(frozen=True, slots=True)
class Terms(Fact):
    """What holds for a mode as a whole."""

    seller_is_tenant: bool = True
    psp_split: bool = False
    margin_pct: Decimal | None = None
    fees_pct: Decimal = Decimal("0.6")
    platform_pct: Decimal = Decimal(0)
    order_cap: bool = True
    after_sales: bool = True
    kyc: bool = True
    payout_to_own_name: bool = True
    withholding_agent: bool = True
    withdrawal_fee_pct: Decimal = Decimal(0)
    paid_in_goods: bool = False
    forced_purchase: bool = False
    freed_by_others: bool = False
    periodic_purchase: bool = False
    retail_share_required: bool = True
    full_refund_target: bool = False
    budget_checked: bool = True
    resale_above_cost: bool = False
    resale_guaranteed: bool = False
    crowdfunding_pays_money: bool = False
    direct_selling: bool = False
    direct_selling_licence: bool = False
    ad_share_of_settled_pct: int = 0
    ads_need_purchase: bool = False
    free_with_charge: bool = False
    income_example: bool = False
    income_disclosed: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a mode, or all modes of a tenant together, amount to."""

    rules: tuple[Rule, ...] = ()
    roles: tuple[Role, ...] = ()
    assets: tuple[Asset, ...] = ()
    draws: tuple[Draw, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    trees: tuple[Tree, ...] = ()
    copy: tuple[str, ...] = ()
    terms: tuple[Terms, ...] = field(default=(Terms(),))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Manifest:
        """Return the manifest that a document describes."""
        parts: dict[str, Any] = {}
        for name, value in document.items():
            if name == "copy":
                parts[name] = tuple(str(one) for one in value)
            elif name == "terms":
                parts[name] = (Terms.of(value),)
            elif name in _PARTS:
                parts[name] = tuple(_PARTS[name].of(one) for one in value)
            else:
                raise ManifestUnreadable(part="manifest", name=name)
        return cls(**parts)

    def cash(self) -> frozenset[str]:
        """Return the codes of assets that are money, or become money."""
        money = {"CASH"} | {one.code for one in self.assets if _cash_itself(one)}
        while more := {
            one.code
            for one in self.assets
            if one.code not in money and (one.convertible_to & money)
        }:
            money |= more
        return frozenset(money)

    def paying(self) -> list[Rule]:
        """Return the rules that pay money or what becomes money."""
        money = self.cash()
        return [one for one in self.rules if one.asset in money]


def union(manifests: Iterable[Manifest]) -> Manifest:
    """Return what several modes amount to when a tenant runs them together."""
    every = list(manifests)
    if not every:
        return Manifest(terms=())
    return Manifest(
        **{
            name: tuple(part for one in every for part in getattr(one, name))
            for name in (*_PARTS, "copy", "terms")
        }
    )


def _cash_itself(asset: Asset) -> bool:
    return (
        asset.kind == "cash_commission"
        or asset.withdrawable
        or asset.tradeable
        or asset.transferable == "p2p"
        or asset.redeemable_at != "issuer"
    )


_PARTS: Final[dict[str, type[Fact]]] = {
    "rules": Rule,
    "roles": Role,
    "assets": Asset,
    "draws": Draw,
    "schedules": Schedule,
    "trees": Tree,
}


def _fitting(value: Any, kind: str, part: str, name: str) -> Any:
    wrong = ManifestUnreadable(part=part.lower(), name=name)
    if "Decimal" in kind:
        try:
            figure = None if value is None else Decimal(str(value))
        except InvalidOperation as error:
            raise wrong from error
        if figure is not None and (not figure.is_finite() or figure < 0):
            raise wrong
        return figure
    if kind.startswith("frozenset"):
        if not isinstance(value, list):
            raise wrong
        return frozenset(str(one) for one in value)
    expected: type = {"bool": bool, "int": int}.get(kind, str)
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        raise wrong
    if isinstance(value, int) and value < 0:
        raise wrong
    return value
