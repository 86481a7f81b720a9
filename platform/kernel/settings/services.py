"""Reads and changes what a tenant chose for a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.modules.errors import UnknownModule
from kernel.modules.manifest import Manifest
from kernel.modules.registry import load, manifest_of
from kernel.settings.errors import InvalidSettings
from kernel.settings.models import Setting
from kernel.settings.values import Unacceptable, checked


def get_settings(module: str) -> Mapping[str, object]:
    """Return every setting of a module in the current tenant; one query.

    A stored value that a newer version of the module does not take any more
    counts as not chosen.

    Raises:
        UnknownModule: no module has this code.
    """
    manifest = _known(module)
    stored = dict(Setting.objects.filter(module=module).values_list("key", "value"))
    return MappingProxyType(_with_defaults(manifest, stored))


@transaction.atomic
def set_settings(
    module: str, values: Mapping[str, object], *, actor: Actor
) -> Mapping[str, object]:
    """Choose some of a module's settings; all of the values, or none.

    Returns:
        Every setting as it is afterwards.

    Raises:
        UnknownModule: no module has this code.
        InvalidSettings: a key is unknown, a value is of another kind or out of
            bounds, or the values do not go together.
    """
    manifest = _known(module)
    chosen = _checked_values(manifest, values)
    rows = Setting.objects.select_for_update().filter(module=module).order_by("key")
    before = _with_defaults(manifest, dict(rows.values_list("key", "value")))
    after = before | chosen
    _check_together(manifest, after)
    changed = {key: value for key, value in chosen.items() if value != before[key]}
    if not changed:
        return MappingProxyType(after)
    Setting.objects.bulk_create(
        [
            Setting(module=module, key=key, value=value, updated_at=Now())
            for key, value in changed.items()
        ],
        update_conflicts=True,
        unique_fields=["module", "key"],
        update_fields=["value", "updated_at"],
    )
    record(
        action="settings.changed",
        actor=actor,
        obj=("module", module),
        before={key: before[key] for key in changed},
        after=changed,
    )
    return MappingProxyType(after)


def _known(module: str) -> Manifest:
    manifest = manifest_of(module)
    if manifest is None:
        raise UnknownModule(module=module[:64])
    return manifest


def _with_defaults(manifest: Manifest, stored: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for setting in manifest.settings:
        found[setting.key] = checked(setting, setting.default)
        if setting.key in stored:
            try:
                found[setting.key] = checked(setting, stored[setting.key])
            except Unacceptable:
                continue
    return found


def _checked_values(manifest: Manifest, values: Mapping[str, object]) -> dict[str, object]:
    by_key = {setting.key: setting for setting in manifest.settings}
    chosen: dict[str, object] = {}
    invalid: dict[str, str] = {}
    for key, value in values.items():
        if key not in by_key:
            invalid[key[:64]] = _("There is no such setting.")
            continue
        try:
            chosen[key] = checked(by_key[key], value)
        except Unacceptable as fault:
            invalid[key] = str(fault)
    if invalid:
        raise InvalidSettings(invalid=invalid)
    return chosen


def _check_together(manifest: Manifest, values: Mapping[str, object]) -> None:
    if not manifest.settings_check:
        return
    check = cast(
        "Callable[[Mapping[str, object]], Mapping[str, str]]", load(manifest.settings_check)
    )
    if invalid := dict(check(values)):
        raise InvalidSettings(invalid=invalid)
