"""Puts a theme on, and takes it off again."""

from __future__ import annotations

from typing import Final

from django.db import connection, transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.tenancy.context import Offers, current_tenant
from kernel.tenancy.ports import directory, keep_offers
from themes.packs.errors import NothingBefore
from themes.packs.wearing import Theme, theme_with
from themes.releasing import wear_pack

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.theme', 0))"


@transaction.atomic
def put_on(code: str, *, actor: Actor) -> Theme:
    """Let every page of the shop wear a theme, from the commit on; all at once.

    What is written in products, categories and settings stays as it is.

    Args:
        code: ``pack:palette``, ``pack`` for its first palette; empty for the plain pages.
        actor: who.

    Raises:
        UnknownPack: nothing that is installed is called so.
        UnknownPalette: the pack has no such palette.
    """
    theme, now = theme_with(code), _now()
    if theme.code != now.theme:
        _wear(theme.code, before=now.theme, action="themes.put_on", actor=actor)
    return theme


@transaction.atomic
def take_back(*, actor: Actor) -> Theme:
    """Return to the theme that was worn before; doing it again undoes that.

    Raises:
        NothingBefore: no other was ever worn.
    """
    now = _now()
    if now.theme_before is None:
        raise NothingBefore
    theme = theme_with(now.theme_before)
    _wear(theme.code, before=now.theme, action="themes.taken_back", actor=actor)
    return theme


def _now() -> Offers:
    """Return what is worn, once nobody else changes it."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    tenant_id = current_tenant().id
    directory().forget(tenant_id)
    return directory().by_id(tenant_id).offers


def _wear(code: str, *, before: str, action: str, actor: Actor) -> None:
    record(
        action=action,
        actor=actor,
        obj=("shop", "theme"),
        before={"theme": before},
        after={"theme": code},
    )
    keep_offers(current_tenant().id, {"theme": code, "theme_before": before})
    wear_pack(code.partition(":")[0])
