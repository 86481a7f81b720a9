"""Every permission that can be held in a tenant: the kernel's, and those of modules in use."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language

from kernel.access.permissions import CATALOGUE
from kernel.modules.gate import mode_of
from kernel.modules.registry import manifests
from kernel.tenancy.context import current_tenant


@dataclass(frozen=True, slots=True)
class Shelf:
    """Permissions that belong together, as people are offered them.

    Attributes:
        permissions: code and label.
    """

    label: Promise | str
    permissions: list[tuple[str, Promise | str]]


def shelves() -> list[Shelf]:
    """Return every permission that can be held here, in the current language."""
    found = [
        Shelf(section.label, [(each.code, each.label) for each in section.permissions])
        for section in CATALOGUE
    ]
    tenant, language = current_tenant(), get_language()
    for manifest in manifests().values():
        if manifest.permissions and mode_of(tenant, manifest.code) != "off":
            own: list[tuple[str, Promise | str]] = [
                (each.code, each.label.in_language(language)) for each in manifest.permissions
            ]
            found.append(Shelf(manifest.name.in_language(language), own))
    return found


def known_codes() -> list[str]:
    """Return the codes of all of them."""
    return [code for shelf in shelves() for code, _label in shelf.permissions]
