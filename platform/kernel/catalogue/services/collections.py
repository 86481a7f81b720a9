"""Collections: chosen by hand, or by rules that are run again when products change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import BooleanField, ExpressionWrapper, QuerySet

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue import fields as checks
from kernel.catalogue.choices import CollectionKind
from kernel.catalogue.errors import HandleTaken, InvalidProduct, InvalidRules, NotFound
from kernel.catalogue.events import CollectionChanged
from kernel.catalogue.models import Collection, CollectionProduct, Product
from kernel.catalogue.rules import RuleContext, checked_rules, condition, depends_on_time
from kernel.catalogue.services.group_pictures import COLLECTION_USE, checked_picture
from kernel.catalogue.texts import (
    LONGEST_NAME,
    checked_handle,
    checked_html,
    checked_names,
    handle_of,
)
from kernel.common.ids import uuid7
from kernel.common.outbox.codec import encode
from kernel.common.outbox.publishing import publish
from kernel.common.time import utc_now
from kernel.media.services import drop_uses, set_uses
from kernel.tenancy.context import current_tenant

MOST_BY_HAND: Final = 10_000


class CollectionFields(TypedDict, total=False):
    """What may be said of a collection; what is left out stays as it is."""

    handle: str
    title: str
    titles: Mapping[str, str]
    description_html: str
    rules: Mapping[str, object]
    is_shown: bool
    picture: str
    seo_title: str
    seo_description: str


_CHECKS: Final[Mapping[str, checks.Check]] = {
    "handle": lambda value, field: checked_handle(value, field=field),
    "title": checks.line(LONGEST_NAME, needed=True),
    "titles": lambda value, field: checked_names(value, field=field),
    "description_html": lambda value, field: checked_html(value, field=field),
    "rules": lambda value, _field: checked_rules(value, context=rule_context(utc_now())),
    "is_shown": checks.switch,
    "picture": checked_picture,
    "seo_title": checks.line(LONGEST_NAME),
    "seo_description": checks.line(500),
}


def rule_context(now: datetime) -> RuleContext:
    """Return by what rules are read in the current tenant."""
    tenant = current_tenant()
    return RuleContext(currency=tenant.currency, zone=tenant.zone, now=now)


def chosen_by(rules: object, *, now: datetime) -> QuerySet[Product]:
    """Return the products that rules would choose; nothing is kept.

    Raises:
        InvalidRules: they cannot be read.
    """
    context = rule_context(now)
    return Product.objects.filter(condition(checked_rules(rules, context=context), context=context))


@transaction.atomic
def create_collection(fields: CollectionFields, *, actor: Actor, now: datetime) -> Collection:
    """Make a collection: by rules when some are given, else by hand.

    Raises:
        InvalidProduct: a value cannot be used; a title is needed.
        InvalidRules: the rules cannot be read.
        HandleTaken: another collection has the handle.
    """
    values = checks.checked({"title": "", **fields}, _CHECKS)
    collection = Collection(id=uuid7(), **values)
    collection.kind = CollectionKind.RULES if values.get("rules") else CollectionKind.MANUAL
    collection.handle = values.get("handle") or _free_handle(collection)
    if collection.picture:
        set_uses(COLLECTION_USE, collection.pk, [collection.picture])
    _save(collection, is_new=True)
    if collection.kind == CollectionKind.RULES:
        _run(collection, now=now)
    _tell(collection, "created", actor, after={"title": collection.title})
    return collection


@transaction.atomic
def change_collection(
    collection_id: UUID, fields: CollectionFields, *, actor: Actor, now: datetime
) -> Collection:
    """Change some of a collection's particulars; new rules choose at once.

    Raises:
        NotFound: there is no such collection.
        InvalidProduct, HandleTaken: as `create_collection`.
        InvalidRules: they cannot be read, or the collection is chosen by hand.
    """
    values = checks.checked(fields, _CHECKS)
    collection = _locked(collection_id)
    before = {name: getattr(collection, name) for name in values}
    changed = [name for name in values if values[name] != before[name]]
    if not changed:
        return collection
    if "rules" in changed and collection.kind != CollectionKind.RULES:
        raise InvalidRules
    if "picture" in changed:
        set_uses(COLLECTION_USE, collection.pk, [values["picture"]])
    for name in changed:
        setattr(collection, name, values[name])
    _save(collection)
    if "rules" in changed:
        _run(collection, now=now)
    _tell(
        collection,
        "changed",
        actor,
        before={name: encode(before[name]) for name in changed},
        after={name: encode(values[name]) for name in changed},
    )
    return collection


@transaction.atomic
def delete_collection(collection_id: UUID, *, actor: Actor) -> None:
    """Delete a collection; its products stay.

    Raises:
        NotFound: there is no such collection.
    """
    collection = _locked(collection_id)
    _tell(collection, "deleted", actor, before={"title": collection.title})
    drop_uses(COLLECTION_USE, [collection.pk])
    collection.delete()


@transaction.atomic
def set_collection_products(
    collection_id: UUID, product_ids: Sequence[UUID], *, actor: Actor
) -> int:
    """Give a collection that is chosen by hand exactly these products, in this order.

    Raises:
        NotFound: there is no such collection.
        InvalidProduct: a product is not there, or rules choose.
    """
    collection = _locked(collection_id)
    wanted = list(dict.fromkeys(product_ids))
    if collection.kind != CollectionKind.MANUAL or len(wanted) > MOST_BY_HAND:
        raise InvalidProduct(field="products")
    if Product.objects.filter(pk__in=wanted).count() < len(wanted):
        raise InvalidProduct(field="products")
    rows = CollectionProduct.objects.filter(collection=collection)
    before = rows.count()
    rows.delete()
    CollectionProduct.objects.bulk_create(
        CollectionProduct(collection=collection, product_id=key, position=position)
        for position, key in enumerate(wanted)
    )
    _tell(
        collection,
        "filled",
        actor,
        before={"products": before},
        after={"products": len(wanted)},
    )
    return len(wanted)


@transaction.atomic
def refresh_collection(collection_id: UUID, *, now: datetime) -> bool:
    """Run the rules of a collection over all products; return whether anything changed.

    Raises:
        NotFound: there is no such collection.
    """
    collection = _locked(collection_id)
    if collection.kind != CollectionKind.RULES or not _run(collection, now=now):
        return False
    _publish(collection, "refreshed")
    return True


@transaction.atomic
def refresh_product(product_id: UUID, *, now: datetime) -> int:
    """Run the rules of all collections over one product; return how many changed.

    Three queries when nothing changes, whatever the number of collections.
    """
    collections = list(Collection.objects.filter(kind=CollectionKind.RULES).order_by("id"))
    context = rule_context(now)
    answers = {
        f"chosen_{number}": ExpressionWrapper(
            condition(item.rules, context=context), output_field=BooleanField()
        )
        for number, item in enumerate(collections)
    }
    rows_found = Product.objects.filter(pk=product_id).values(**answers) if answers else ()
    found: Mapping[str, Any] | None = next(iter(rows_found), None)
    if found is None:
        return 0
    rows = CollectionProduct.objects.filter(product_id=product_id, collection__in=collections)
    current = set(rows.values_list("collection_id", flat=True))
    chosen = {item.id for number, item in enumerate(collections) if found[f"chosen_{number}"]}
    if chosen == current:
        return 0
    rows.filter(collection_id__in=current - chosen).delete()
    CollectionProduct.objects.bulk_create(
        [
            CollectionProduct(collection_id=key, product_id=product_id)
            for key in sorted(chosen - current)
        ],
        ignore_conflicts=True,
    )
    for item in collections:
        if item.id in chosen ^ current:
            _publish(item, "refreshed")
    return len(chosen ^ current)


def refresh_by_clock(*, now: datetime) -> None:
    """Run the rules that depend on the day; what a schedule calls each night."""
    for key, rules in Collection.objects.filter(kind=CollectionKind.RULES).values_list(
        "id", "rules"
    ):
        if depends_on_time(rules):
            refresh_collection(key, now=now)


def refresh_all(*, now: datetime) -> None:
    """Run the rules of every collection, one transaction each."""
    for key in Collection.objects.filter(kind=CollectionKind.RULES).values_list("id", flat=True):
        refresh_collection(key, now=now)


def _locked(collection_id: UUID) -> Collection:
    collection = Collection.objects.select_for_update(no_key=True).filter(pk=collection_id).first()
    if collection is None:
        raise NotFound(kind="collection")
    return collection


def _free_handle(collection: Collection) -> str:
    stem = handle_of(collection.title)[:180].strip("-") or collection.id.hex[-12:]
    taken = set(Collection.objects.filter(handle__startswith=stem).values_list("handle", flat=True))
    number, handle = 1, stem
    while handle in taken:
        number += 1
        handle = f"{stem}-{number}"
    return handle


def _save(collection: Collection, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            collection.save(force_insert=is_new)
    except IntegrityError as error:
        raise HandleTaken(handle=collection.handle) from error


def _run(collection: Collection, *, now: datetime) -> bool:
    """Bring the rows in line with the rules; set-based, whatever the number of products."""
    chosen = Product.objects.filter(condition(collection.rules, context=rule_context(now)))
    rows = CollectionProduct.objects.filter(collection=collection)
    gone, _by_model = rows.exclude(product_id__in=chosen.values("pk")).delete()
    missing = chosen.exclude(pk__in=rows.values("product_id"))
    keys = list(missing.order_by("pk").values_list("pk", flat=True))
    CollectionProduct.objects.bulk_create(
        (CollectionProduct(collection=collection, product_id=key) for key in keys),
        batch_size=5_000,
        ignore_conflicts=True,
    )
    Collection.objects.filter(pk=collection.pk).update(refreshed_at=now)
    return bool(gone or keys)


def _publish(collection: Collection, change: str) -> None:
    publish(
        CollectionChanged(collection_id=collection.id, change=change),
        aggregate=f"collection:{collection.id.hex}",
    )


def _tell(
    collection: Collection,
    change: str,
    actor: Actor,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    _publish(collection, change)
    record(action=f"collection.{change}", actor=actor, obj=collection, before=before, after=after)
