"""The functions of modules that visitors can enter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.urls import Resolver404, resolve
from django.utils.translation import get_language

from kernel.modules.gate import mode_of
from kernel.modules.registry import manifests
from kernel.tenancy.context import TenantRef


@dataclass(frozen=True, slots=True)
class Door:
    """A function that visitors can enter."""

    path: str
    name: str
    summary: str
    icon: str

    def as_mapping(self) -> Mapping[str, str]:
        """Return it as plain values."""
        return asdict(self)


def doors(tenant: TenantRef) -> list[Door]:
    """Return what a tenant's visitors can enter, in the order of the modules' codes."""
    found = []
    for manifest in manifests().values():
        if "store" not in manifest.urls or mode_of(tenant, manifest.code) == "off":
            continue
        path = f"/{manifest.code.replace('_', '-')}/"
        try:
            resolve(path)
        except Resolver404:
            continue
        language = get_language()
        found.append(
            Door(
                path,
                manifest.name.in_language(language),
                manifest.summary.in_language(language),
                manifest.icon,
            )
        )
    return found


def modules_with_doors(tenant: TenantRef) -> frozenset[str]:
    """Return the modules that are switched on and have something to enter."""
    known = manifests()
    return frozenset(
        code for code in tenant.modules if code in known and "store" in known[code].urls
    )
