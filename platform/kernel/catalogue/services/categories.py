"""The category tree: places, moves, merges, and the addresses that they leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue import fields as checks
from kernel.catalogue.choices import CategoryPurpose
from kernel.catalogue.errors import CategoryInUse, InvalidCategory, NotFound
from kernel.catalogue.events import CategoryChanged
from kernel.catalogue.models import Category, CategoryRedirect, Product, ProductCategory
from kernel.catalogue.services.group_pictures import CATEGORY_USE, checked_picture
from kernel.catalogue.texts import LONGEST_NAME, checked_handle, checked_names, handle_of
from kernel.common.ids import uuid7
from kernel.common.outbox.codec import encode
from kernel.common.outbox.publishing import publish
from kernel.media.services import drop_uses, set_uses

DEEPEST: Final = 8
MOST_CATEGORIES: Final = 5_000
_LONGEST_SLUG: Final = 120
_LONGEST_PATH: Final = 1_000
# Whoever changes the shape of the tree does so alone: a path is made of other rows' slugs.
_LOCK: Final = (
    "SELECT pg_catalog.pg_advisory_xact_lock("
    "pg_catalog.hashtextextended('categories:' || pg_catalog.current_schema(), 0))"
)


class CategoryFields(TypedDict, total=False):
    """What may be said of a category; what is left out stays as it is."""

    title: str
    titles: Mapping[str, str]
    slug: str
    purpose: str
    is_shown: bool
    picture: str
    seo_title: str
    seo_description: str


_CHECKS: Final[Mapping[str, checks.Check]] = {
    "title": checks.line(LONGEST_NAME, needed=True),
    "titles": lambda value, field: checked_names(value, field=field),
    "slug": lambda value, field: checked_handle(value, field=field, longest=_LONGEST_SLUG),
    "purpose": checks.one_of(CategoryPurpose),
    "is_shown": checks.switch,
    "picture": checked_picture,
    "seo_title": checks.line(LONGEST_NAME),
    "seo_description": checks.line(500),
}


@transaction.atomic
def create_category(
    fields: CategoryFields, *, actor: Actor, parent_id: UUID | None = None
) -> Category:
    """Add a category, last below its parent; the slug is made from the title when none is given.

    Raises:
        NotFound: there is no such parent.
        InvalidProduct: a value cannot be used; a title is needed.
        InvalidCategory: too deep, too many, or another one there has the slug.
    """
    values = checks.checked({"title": "", **fields}, _CHECKS)
    _lock()
    if Category.objects.count() >= MOST_CATEGORIES:
        raise InvalidCategory(_("There are too many categories."))
    parent = _category(parent_id) if parent_id else None
    new = uuid7()
    slug = values.pop("slug", "") or handle_of(values["title"])[:_LONGEST_SLUG].strip("-")
    slug = slug or new.hex[-12:]
    category = Category(
        id=new,
        parent=parent,
        slug=slug if "slug" in fields else _free_slug(slug, parent),
        position=_siblings(parent).count(),
        **values,
    )
    _place(category, parent)
    _refuse_taken(category)
    if category.picture:
        set_uses(CATEGORY_USE, category.pk, [category.picture])
    category.save(force_insert=True)
    CategoryRedirect.objects.filter(path=category.path).delete()
    _tell(category, "created", actor, after={"path": category.path, "title": category.title})
    return category


@transaction.atomic
def change_category(category_id: UUID, fields: CategoryFields, *, actor: Actor) -> Category:
    """Change some of a category's particulars; an old address leads to the new one.

    Raises:
        NotFound: there is no such category.
        InvalidProduct: a value cannot be used.
        InvalidCategory: another one there has the slug.
    """
    values = checks.checked(fields, _CHECKS)
    _lock()
    category = _category(category_id)
    before = {name: getattr(category, name) for name in values}
    changed = [name for name in values if values[name] != before[name]]
    if not changed:
        return category
    old_path = category.path
    for name in changed:
        setattr(category, name, values[name])
    if "slug" in changed:
        _place(category, category.parent)
        _refuse_taken(category)
        _move_subtree(old_path, category)
    if "picture" in changed:
        set_uses(CATEGORY_USE, category.pk, [category.picture])
    category.save()
    _tell(
        category,
        "changed",
        actor,
        before={name: encode(before[name]) for name in changed},
        after={name: encode(values[name]) for name in changed},
    )
    return category


@transaction.atomic
def move_category(
    category_id: UUID, *, parent_id: UUID | None, actor: Actor, position: int | None = None
) -> Category:
    """Put a category, with all below it, elsewhere in the tree; old addresses lead there.

    Args:
        category_id: the category.
        parent_id: where to; None for the top.
        actor: who moves it.
        position: among its new siblings, from 0; last when None.

    Raises:
        NotFound: there is no such category or parent.
        InvalidCategory: below itself, too deep, or another one there has its slug.
    """
    _lock()
    category = _category(category_id)
    parent = _category(parent_id) if parent_id else None
    if parent is not None and f"{parent.path}/".startswith(f"{category.path}/"):
        raise InvalidCategory(_("A category cannot stand below itself."))
    before = {"path": category.path, "position": category.position}
    old_path = category.path
    category.parent = parent
    _place(category, parent)
    if category.path != old_path:
        _refuse_taken(category)
        _move_subtree(old_path, category)
    category.save(update_fields=["parent", "path", "depth"])
    _reorder(category, parent, position)
    _tell(
        category,
        "moved",
        actor,
        before=before,
        after={"path": category.path, "position": category.position},
    )
    return category


@transaction.atomic
def merge_category(category_id: UUID, *, into_id: UUID, actor: Actor) -> Category:
    """Give everything in a category to another one, and let its addresses lead there.

    Categories below it move along; one whose slug is taken there gets a number.

    Raises:
        NotFound: there is no such category.
        InvalidCategory: into itself, below itself, or too deep.
    """
    _lock()
    source, target = _category(category_id), _category(into_id)
    if f"{target.path}/".startswith(f"{source.path}/"):
        raise InvalidCategory(_("A category cannot stand below itself."))
    children = Category.objects.filter(parent=source).order_by("position", "id")
    for child in children:
        old_path = child.path
        child.parent, child.slug = target, _free_slug(child.slug, target)
        _place(child, target)
        _move_subtree(old_path, child)
        child.position = _siblings(target).count()
        child.save()
    moved = _move_products(source, target)
    CategoryRedirect.objects.filter(category=source).update(category=target)
    _remember(source.path, target)
    before = {"path": source.path, "title": source.title}
    _tell(source, "merged", actor, before=before, after={"into": target.path, "products": moved})
    drop_uses(CATEGORY_USE, [source.pk])
    source.delete()
    return target


@transaction.atomic
def delete_category(category_id: UUID, *, actor: Actor) -> None:
    """Delete a category that holds nothing.

    Raises:
        NotFound: there is no such category.
        CategoryInUse: it holds categories or products.
    """
    _lock()
    category = _category(category_id)
    holds_categories = Category.objects.filter(parent=category).exists()
    if holds_categories or ProductCategory.objects.filter(category=category).exists():
        raise CategoryInUse
    _tell(category, "deleted", actor, before={"path": category.path, "title": category.title})
    drop_uses(CATEGORY_USE, [category.pk])
    category.delete()


@transaction.atomic
def place_in_category(category_id: UUID, product_ids: list[UUID], *, actor: Actor) -> int:
    """Put many products into a category; return how many were not in it before.

    Raises:
        NotFound: there is no such category, or a product is not there.
    """
    _lock()
    category = _category(category_id)
    wanted = set(product_ids)
    if Product.objects.filter(pk__in=wanted).count() < len(wanted):
        raise NotFound(kind="product")
    present = set(
        ProductCategory.objects.filter(category=category, product_id__in=wanted).values_list(
            "product_id", flat=True
        )
    )
    ProductCategory.objects.bulk_create(
        [ProductCategory(category=category, product_id=key) for key in sorted(wanted - present)],
        ignore_conflicts=True,
    )
    added = len(wanted - present)
    if added:
        _tell(category, "filled", actor, after={"products": added})
    return added


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)


def _category(category_id: UUID) -> Category:
    category = Category.objects.filter(pk=category_id).select_related("parent").first()
    if category is None:
        raise NotFound(kind="category")
    return category


def _siblings(parent: Category | None) -> QuerySet[Category]:
    return Category.objects.filter(parent=parent)


def _place(category: Category, parent: Category | None) -> None:
    category.path = f"{parent.path}/{category.slug}" if parent else category.slug
    category.depth = parent.depth + 1 if parent else 1
    if category.depth > DEEPEST or len(category.path) > _LONGEST_PATH:
        raise InvalidCategory(_("The tree would become too deep."), deepest=DEEPEST)


def _refuse_taken(category: Category) -> None:
    if Category.objects.filter(path=category.path).exclude(pk=category.pk).exists():
        raise InvalidCategory(_("Another category there has this address."), path=category.path)


def _free_slug(slug: str, parent: Category | None) -> str:
    taken = set(_siblings(parent).values_list("slug", flat=True))
    number, free = 1, slug
    while free in taken:
        number += 1
        free = f"{slug[: _LONGEST_SLUG - 5]}-{number}"
    return free


def _subtree(path: str) -> QuerySet[Category]:
    return Category.objects.filter(path__startswith=f"{path}/")


def _move_subtree(old_path: str, category: Category) -> None:
    """Rewrite the paths below a category that has its new one, and remember the old ones."""
    below = list(_subtree(old_path).values_list("id", "path", "depth"))
    shift = category.depth - old_path.count("/") - 1
    deepest = max((depth for _id, _path, depth in below), default=0) + shift
    longest = max((len(path) for _id, path, _depth in below), default=0)
    if deepest > DEEPEST or longest - len(old_path) + len(category.path) > _LONGEST_PATH:
        raise InvalidCategory(_("The tree would become too deep."), deepest=DEEPEST)
    _subtree(old_path).update(
        path=Concat(Value(category.path), Substr("path", len(old_path) + 1)),
        depth=F("depth") + shift,
    )
    Category.objects.filter(pk=category.pk).update(path=category.path)
    redirects = [CategoryRedirect(path=old_path, category=category)]
    redirects += [CategoryRedirect(path=path, category_id=key) for key, path, _depth in below]
    CategoryRedirect.objects.bulk_create(
        redirects,
        update_conflicts=True,
        unique_fields=["path"],
        update_fields=["category"],
    )
    # An address that is somebody's own leads nowhere else.
    CategoryRedirect.objects.filter(path__in=Category.objects.values("path")).delete()


def _remember(path: str, category: Category) -> None:
    CategoryRedirect.objects.update_or_create(path=path, defaults={"category": category})


def _reorder(category: Category, parent: Category | None, position: int | None) -> None:
    others = list(_siblings(parent).exclude(pk=category.pk).order_by("position", "id"))
    place = len(others) if position is None else max(0, min(position, len(others)))
    others.insert(place, category)
    for number, item in enumerate(others):
        item.position = number
    Category.objects.bulk_update(others, ["position"])


def _move_products(source: Category, target: Category) -> int:
    rows = ProductCategory.objects.filter(category=source)
    already = ProductCategory.objects.filter(category=target).values("product_id")
    rows.filter(product_id__in=already).delete()
    return rows.update(category=target)


def _tell(
    category: Category,
    change: str,
    actor: Actor,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    publish(
        CategoryChanged(category_id=category.id, change=change),
        aggregate=f"category:{category.id.hex}",
    )
    record(action=f"category.{change}", actor=actor, obj=category, before=before, after=after)
