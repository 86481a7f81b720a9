"""The card of own fields on the page of a product, a member or an order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template

from kernel.access.models import Staff
from kernel.backoffice.fields.views import PERMISSIONS, card_of
from kernel.fields.choices import Subject
from kernel.fields.selectors import values_of

register = template.Library()


@register.inclusion_tag("backoffice/fields/card.html", takes_context=True)
def own_fields(context: Any, subject: str, object_id: UUID, thing: str) -> dict[str, Any]:
    """Draw it; nothing where the shop has no such fields."""
    person: Staff = context["request"].person
    values = values_of(subject, [object_id]).get(object_id, {})
    return {
        "form": card_of(subject, values),
        "subject": subject,
        "thing": thing,
        "below": subject == Subject.PRODUCT,
        "may_change": person.may(PERMISSIONS[Subject(subject)]),
        "csrf_token": context.get("csrf_token"),
    }
