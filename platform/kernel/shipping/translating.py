"""The names of ways to ship, as texts that can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.i18n.texts.kinds import Part, TextKind, row_of, with_text
from kernel.shipping.models import ShippingMethod
from kernel.shipping.services.methods import name_shipping_method


def _write(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    row = row_of(ShippingMethod.objects.select_for_update().filter(pk=row_id), row_id)
    names = with_text(row.names, language, told, is_nested=False)
    name_shipping_method(row_id, names, actor=actor)


METHODS: Final = TextKind(
    "shipping_method",
    _("Ways to ship"),
    (Part("name", _("Name"), "names"),),
    ShippingMethod.objects.all,
    _write,
    path=lambda row: f"/shipping/ways/{row.public_id}/",
)
