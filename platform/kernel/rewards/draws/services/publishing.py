"""The terms of a draw are published together with the commitment to its seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.secrets.services import put_secret
from kernel.ledger.models import Asset
from kernel.rewards.draws.algorithm import MILLION, commitment_to
from kernel.rewards.draws.choices import Kind
from kernel.rewards.draws.errors import InvalidDraw
from kernel.rewards.draws.models import Draw
from kernel.rewards.draws.services.revealing import REVEAL
from kernel.rewards.policy.laws import jurisdictions, law
from kernel.tenancy.schedules import ask

_SEED: Final = 32
_LONGEST: Final = timedelta(days=366)
_MOST_PRIZES: Final = 20
_MOST_PIECES: Final = 10_000
_MOST_ENTRIES: Final = 100


@dataclass(frozen=True, slots=True)
class Prize:
    """A prize of a draw.

    Attributes:
        name: what is won.
        quantity: how many there are.
        chance: of each entry, in a million; for draws that are drawn at once.
        value_minor: what a piece is worth, in the smallest unit of the shop's currency.
        asset, units: what is put on the winner's account at once; none for goods.
    """

    name: str
    quantity: int
    chance: int = 0
    value_minor: int = 0
    asset: str = ""
    units: int = 0

    def published(self) -> dict[str, Any]:
        """Return what the terms say of it."""
        return {"name": self.name, "quantity": self.quantity, "chance": self.chance,
                "value": self.value_minor, "asset": self.asset, "units": self.units}  # fmt: skip


def publish_draw(
    *,
    kind: str,
    titles: Mapping[str, str],
    prizes: Sequence[Prize],
    opens_at: datetime,
    closes_at: datetime,
    actor: Actor,
    now: datetime,
    rules: Mapping[str, str] | None = None,
    entries_each: int = 1,
    adults_only: bool = False,
) -> Draw:
    """Publish a draw; from here on nothing of it can be changed by anybody.

    Entering is free: paying for a chance would be gambling. No entry weighs more than
    another, and nobody can be made to win.

    Args:
        kind: see `Kind`.
        titles: by language.
        prizes: the first one first.
        opens_at: not before now.
        closes_at: when the seed is revealed.
        actor: who publishes.
        now: the moment.
        rules: further words, by language.
        entries_each: how often one member may enter.
        adults_only: only for people of 18 years and more.

    Raises:
        InvalidDraw: with the reason by field.
    """
    _check(
        kind=kind,
        titles=titles,
        prizes=prizes,
        opens_at=opens_at,
        closes_at=closes_at,
        entries_each=entries_each,
        now=now,
    )
    seed = token_bytes(_SEED)
    with transaction.atomic():
        row = Draw(
            kind=kind,
            titles={code: text.strip()[:80] for code, text in titles.items() if text.strip()},
            rules={code: text.strip()[:2000] for code, text in (rules or {}).items()},
            terms={
                "kind": kind,
                "entries_each": entries_each,
                "prizes": [prize.published() for prize in prizes],
            },
            commitment=commitment_to(seed),
            adults_only=adults_only,
            opens_at=max(opens_at, now),
            closes_at=closes_at,
            published_by=actor.name[:120],
            published_at=now,
        )
        row.save(force_insert=True)
        put_secret(row.secret, {"seed": seed.hex()})
        ask(REVEAL, closes_at)
        record(
            action="reward_draws.published",
            actor=actor,
            obj=row,
            after={"name": str(row), "commitment": row.commitment},
            now=now,
        )
    return row


def _check(
    *,
    kind: str,
    titles: Mapping[str, str],
    prizes: Sequence[Prize],
    opens_at: datetime,
    closes_at: datetime,
    entries_each: int,
    now: datetime,
) -> None:
    wrong: dict[str, str] = {}
    if kind not in Kind.values:
        wrong["kind"] = _("Choose one of the values offered.")
    if not any(text.strip() for text in titles.values()):
        wrong["titles"] = _("A draw has a name.")
    if not max(opens_at, now) < closes_at <= now + _LONGEST:
        wrong["closes_at"] = _("A draw closes after it has opened, and within a year.")
    if not 1 <= entries_each <= _MOST_ENTRIES:
        wrong["entries_each"] = _("Everybody may enter between 1 and 100 times.")
    if not 1 <= len(prizes) <= _MOST_PRIZES:
        wrong["prizes"] = _("A draw has between 1 and 20 prizes.")
    if sum(prize.chance for prize in prizes) > MILLION:
        wrong["prizes"] = _("The chances add up to more than one.")
    for told in (_wrong_prize(prize, is_instant=kind == Kind.INSTANT) for prize in prizes):
        wrong |= {"prizes": told} if told else {}
    if wrong:
        raise InvalidDraw(invalid=wrong)


def _wrong_prize(prize: Prize, *, is_instant: bool) -> str:
    if not prize.name.strip() or not 1 <= prize.quantity <= _MOST_PIECES:
        return _("Each prize has a name, and there are between 1 and 10,000 of it.")
    if prize.value_minor < 0 or prize.value_minor > _dearest():
        return _("A prize is dearer than the law allows.")
    if is_instant and not 1 <= prize.chance <= MILLION:
        return _("Each prize has a chance of more than nothing.")
    if prize.asset and not _is_given(prize):
        return _("Only balances that cannot be paid out can be won.")
    return ""


def _dearest() -> int:
    """Return the dearest prize that every known law allows, in cents."""
    found = [law(code).constants.get("max_prize") for code in jurisdictions()]
    return min((int(one) * 100 for one in found if one is not None), default=2**53)


def _is_given(prize: Prize) -> bool:
    row = Asset.objects.filter(code=prize.asset, is_active=True).first()
    return row is not None and not row.is_withdrawable and prize.units > 0
