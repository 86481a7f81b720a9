"""Reads fields and what stands in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from kernel.fields.choices import FieldKind
from kernel.fields.models import OwnField, OwnValue
from kernel.tenancy.context import current_tenant


def fields_of(subject: str) -> list[OwnField]:
    """Return the fields of products, members or orders, in their order."""
    return list(OwnField.objects.filter(subject=subject).order_by("position", "created_at", "id"))


def asked_fields(subject: str) -> list[OwnField]:
    """Return those that buyers fill in, or read of products; no query where there are none."""
    if subject not in current_tenant().offers.asks:
        return []
    rows = OwnField.objects.filter(subject=subject, is_asked=True)
    return list(rows.order_by("position", "created_at", "id"))


def searchable_fields(subject: str) -> list[OwnField]:
    """Return those by which lists can be narrowed down."""
    rows = OwnField.objects.filter(subject=subject, is_searchable=True)
    return list(rows.order_by("position", "created_at", "id"))


def values_of(subject: str, object_ids: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    """Return what stands in the fields of objects, by code; one query."""
    rows = OwnValue.objects.filter(own_field__subject=subject, object_id__in=list(object_ids))
    found: dict[UUID, dict[str, str]] = {}
    for object_id, code, text in rows.values_list("object_id", "own_field__code", "text"):
        found.setdefault(object_id, {})[code] = text
    return found


def having(subject: str, wanted: Mapping[str, str]) -> Q:
    """Return the condition that an object's fields hold these values; texts in part."""
    condition = Q()
    kinds = {row.code: row.kind for row in searchable_fields(subject)} if wanted else {}
    for code, text in wanted.items():
        values = OwnValue.objects.filter(
            own_field__subject=subject, own_field__code=code, object_id=OuterRef("pk")
        )
        how = "text__icontains" if kinds.get(code) == FieldKind.TEXT else "text"
        condition &= Q(Exists(values.filter(**{how: text})))
    return condition
