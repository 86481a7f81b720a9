"""Programmes: opened from packs, and run over events one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from kernel.ledger.services import ensure_asset
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.engine.book import Line
from kernel.rewards.engine.engine import Engine
from kernel.rewards.errors import EventRefused
from kernel.rewards.models import Programme
from kernel.rewards.packs.expiry import may_expire
from kernel.rewards.packs.figures import named
from kernel.rewards.packs.loading import Pack, bundle
from kernel.rewards.permission import check_permitted, is_permitted
from kernel.rewards.services.stored import LedgerBook, StoredRecords
from kernel.tenancy.context import current_tenant

_KINDS: Final[Mapping[str, str]] = {"cash_commission": "commission"}
ENDING: Final = frozenset({"order.return_window_closed", "order.refunded", "release.due"})
"""Events that programmes hear to the end, when they earn nobody anything any more."""
MONEY: Final = "CNY"
"""What packs call the money of the shop."""


def open_programme(
    name: str,
    packs: Sequence[str],
    parameters: Mapping[str, Any] | None = None,
    *,
    money: str = "reward_money",
) -> Programme:
    """Open a programme that takes events; its assets are defined in the ledger.

    Args:
        name: what the shop calls it.
        packs: codes of rule packs, in the order in which they run.
        parameters: the shop's figures over the defaults of the packs.
        money: the ledger's asset in which money rewards are kept.

    Raises:
        ProgrammeNotPermitted: nobody approved these packs with these figures.
    """
    check_permitted(packs, parameters or {})
    chosen = bundle(packs)
    _define_money(money)
    with transaction.atomic():
        return Programme.objects.create(
            name=name,
            packs=list(packs),
            parameters=dict(parameters or {}),
            assets={MONEY: money, **_assets(chosen, parameters or {})},
            state=ProgrammeState.LIVE,
        )


def _define_money(code: str) -> None:
    """Define the asset of money rewards: worth its face, and to be paid out but in a sandbox."""
    tenant = current_tenant()
    names = {"zh-hans": "奖励金", "en": "Reward money"}
    ensure_asset(
        code, "commission", names, 2, currency=tenant.currency, rate=(1, 1),
        is_withdrawable=tenant.kind == "live",
    )  # fmt: skip


def _assets(packs: Sequence[Pack], figures: Mapping[str, Any]) -> dict[str, str]:
    """Define the unit assets of packs in the ledger and return their codes there."""
    codes = {}
    for pack in packs:
        for code, asset in pack.assets.items():
            own = f"reward_{code.lower().replace('-', '_')}_{asset['scale']}"
            words = named(figures, "assets", code, asset["names"])
            names = {"zh-hans": words["zh"], "en": words["en"]}
            # Batches are kept of all that may expire, for any programme may let it.
            ensure_asset(
                own, _KINDS.get(asset["class"], asset["class"]), names, asset["scale"],
                expires=may_expire(asset),
            )  # fmt: skip
            codes[code] = own
    return codes


def handle(programme: Programme, event: Mapping[str, Any]) -> list[Line]:
    """Run an event through a programme, once; the same key again changes nothing.

    Events of one programme run one after another: each sees what the last one left.
    Once its approval has ended a programme earns nobody anything; what was earned before is
    still released to its end, and taken back after refunds.

    Raises:
        EventRefused: the programme takes no events, or the event has no key.
        ProgrammeNotPermitted: its approval has run out, and the event is not one of `ENDING`.
    """
    if not event.get("key"):
        raise EventRefused(event=str(event.get("type")))
    with transaction.atomic():
        held = Programme.objects.select_for_update().get(id=programme.id)
        if held.state != ProgrammeState.LIVE:
            raise EventRefused(programme=str(held.id), state=held.state)
        earns = event["type"] not in ENDING or is_permitted(held.packs, held.parameters)
        if event["type"] not in ENDING:
            check_permitted(held.packs, held.parameters)
        book, records = LedgerBook(held), StoredRecords(held)
        engine = Engine(
            bundle(held.packs, sale=False),
            held.parameters,
            book=book,
            store=records,
            counts=True,
            earns=earns,
        )
        lines = engine.apply(dict(event))
        book.flush(str(event["key"]))
        records.flush()
        held.save(update_fields=["remembered"])
        return lines
