"""What cases do when their orders move; runs inside the transaction that moves them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from kernel.aftersales.choices import EntryKind
from kernel.aftersales.machine import HOLDING
from kernel.aftersales.models import Case, CaseLine
from kernel.aftersales.services.asking import close
from kernel.aftersales.services.telling import BY_ITSELF, hold
from kernel.orders.hooks import HookContext


def on_cancelled(order_ids: Sequence[UUID], context: HookContext) -> None:
    """Close what was asked for orders that are cancelled: everything goes back with them."""
    cases = Case.objects.filter(order__in=order_ids, state__in=HOLDING).order_by("pk")
    for case_id in cases.values_list("pk", flat=True):
        close(hold(case_id), EntryKind.LAPSED, actor=BY_ITSELF, now=context.now)


def on_shipped(order_ids: Sequence[UUID], context: HookContext) -> None:
    """Close what was asked for goods that have left all the same; they may be sent back."""
    late = CaseLine.objects.filter(
        case__order__in=order_ids,
        case__state__in=HOLDING,
        unshipped_quantity__gt=F("line__quantity")
        - F("line__cancelled_quantity")
        - F("line__fulfilled_quantity"),
    )
    for case_id in late.order_by("case").values_list("case", flat=True).distinct():
        text = _("The goods have left in the meantime.")
        close(hold(case_id), EntryKind.LAPSED, actor=BY_ITSELF, now=context.now, text=text)
