"""Brands, units, product types and service labels: made or changed by their code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar, cast

from django.db import models, transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue import fields as checks
from kernel.catalogue.attributes import checked_schema
from kernel.catalogue.events import ParticularsChanged
from kernel.catalogue.models import Brand, ProductType, ServiceLabel, Unit
from kernel.catalogue.services.group_pictures import BRAND_USE, checked_picture
from kernel.catalogue.texts import (
    LONGEST_NAME,
    checked_handle,
    checked_names,
    checked_translations,
    handle_of,
)
from kernel.common.outbox.codec import encode
from kernel.common.outbox.publishing import publish
from kernel.media.services import set_uses

M = TypeVar("M", bound=models.Model)

_NAME: Final = {"name": LONGEST_NAME}
_i18n: Final[checks.Check] = lambda value, field: checked_translations(  # noqa: E731
    value, field=field, longest=_NAME
)
_names: Final[checks.Check] = lambda value, field: checked_names(value, field=field)  # noqa: E731
_handle: Final[checks.Check] = lambda value, field: checked_handle(value, field=field)  # noqa: E731
_CHECKS: Final[Mapping[type[models.Model], Mapping[str, checks.Check]]] = {
    Brand: {
        "handle": _handle,
        "name": checks.line(LONGEST_NAME, needed=True),
        "i18n": _i18n,
        "logo": checked_picture,
        "position": checks.whole(0),
    },
    Unit: {"code": checks.code, "names": _names},
    ProductType: {
        "code": checks.code,
        "name": checks.line(LONGEST_NAME, needed=True),
        "i18n": _i18n,
        "schema": lambda value, _field: checked_schema(value),
    },
    ServiceLabel: {
        "code": checks.code,
        "titles": _names,
        "texts": _names,
        "icon": checks.code,
        "position": checks.whole(0),
        "is_shown": checks.switch,
    },
}


def save_brand(
    *,
    name: str,
    actor: Actor,
    handle: str = "",
    i18n: Mapping[str, Mapping[str, str]] | None = None,
    logo: str | None = None,
    position: int | None = None,
) -> Brand:
    """Make or change the brand with a handle, which is made from the name when not given.

    Raises:
        InvalidProduct: a value cannot be used.
    """
    given = {"name": name, "i18n": i18n, "logo": logo, "position": position}
    return _save(Brand, "handle", handle or handle_of(name), given, actor)


def save_unit(*, code: str, names: Mapping[str, str], actor: Actor) -> Unit:
    """Make or change the unit with a code.

    Raises:
        InvalidProduct: a value cannot be used.
    """
    return _save(Unit, "code", code, {"names": names}, actor)


def save_product_type(
    *,
    code: str,
    name: str,
    actor: Actor,
    schema: Sequence[Mapping[str, Any]] | None = None,
    i18n: Mapping[str, Mapping[str, str]] | None = None,
) -> ProductType:
    """Make or change the product type with a code.

    Values of products that a new schema does not take stay until the product is
    saved again.

    Raises:
        InvalidProduct: a value or the schema cannot be used.
    """
    return _save(ProductType, "code", code, {"name": name, "schema": schema, "i18n": i18n}, actor)


def save_label(
    *,
    code: str,
    titles: Mapping[str, str],
    actor: Actor,
    texts: Mapping[str, str] | None = None,
    icon: str | None = None,
    position: int | None = None,
    is_shown: bool | None = None,
) -> ServiceLabel:
    """Make or change the service label with a code.

    Raises:
        InvalidProduct: a value cannot be used.
    """
    given = {
        "titles": titles,
        "texts": texts,
        "icon": icon,
        "position": position,
        "is_shown": is_shown,
    }
    return _save(ServiceLabel, "code", code, given, actor)


@transaction.atomic
def _save(model: type[M], key: str, value: str, given: Mapping[str, object], actor: Actor) -> M:
    told = {name: item for name, item in given.items() if item is not None}
    values = checks.checked({key: value, **told}, _CHECKS[model])
    row, created = (
        cast("Any", model)
        .objects.select_for_update()
        .get_or_create(**{key: values[key]}, defaults=values)
    )
    before = {} if created else {name: getattr(row, name) for name in values}
    changed = [name for name in values if created or before[name] != values[name]]
    if not changed:
        return row
    if model is Brand and "logo" in changed:
        set_uses(BRAND_USE, row.pk, [values["logo"]])
    for name in changed:
        setattr(row, name, values[name])
    row.save()
    record(
        action=f"{model._meta.model_name}.{'created' if created else 'changed'}",
        actor=actor,
        obj=row,
        before=None if created else {name: encode(before[name]) for name in changed},
        after={name: encode(values[name]) for name in changed},
    )
    if not created:
        kind = str(model._meta.model_name)
        event = ParticularsChanged(kind=kind, row_id=row.pk, changed=changed)
        publish(event, aggregate=f"{kind}:{row.pk.hex}")
    return row
