"""Has the look of a shop follow the files of its media library that it was made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import current_actor
from kernel.branding.library import USE, places, renewed
from kernel.media.uses import UseKind, register_use
from kernel.tenancy.context import current_tenant
from tenants.services.brands import set_brand


def register_looks() -> None:
    """Tell the library of the look; called while apps are loaded."""
    register_use(UseKind(USE, _("Brand"), places, _renew))


def _renew(owners: Collection[UUID], _names: Mapping[str, str]) -> None:
    """Take a file's new content into the look.

    Files are replaced in the console alone. What workers do, drawing a watermark, changes
    nothing of a look, and they may not write to it.
    """
    if settings.STOA_PROCESS == "console" and (changed := renewed(owners)):
        set_brand(current_tenant().id, changed, actor=current_actor())
