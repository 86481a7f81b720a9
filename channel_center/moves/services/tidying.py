"""Takes old names away when they have led on for long enough."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from channel_center.moves.choices import MoveState
from channel_center.moves.models import Move
from channel_center.moves.services import names
from kernel.audit.actor import Actor
from kernel.tenancy.context import public_context


@public_context()
def drop_old_names(*, now: datetime, actor: Actor) -> int:
    """Take away names below former partners' domains whose time is over; return how many moves."""
    due = Move.objects.filter(state=MoveState.DONE, leaves_at__lte=now).order_by("pk")[:200]
    for move in list(due):
        with transaction.atomic():
            names.drop(move.tenant_id, move.legs["own"]["names"]["led_on"], actor=actor)
            Move.objects.filter(pk=move.pk).update(leaves_at=None)
    return len(due)
