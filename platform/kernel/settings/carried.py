"""What a shop chose for its functions, as templates carry it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.modules.manifest import Manifest
from kernel.modules.registry import manifest_of
from kernel.settings.models import Setting
from kernel.settings.services import get_settings, set_settings
from kernel.settings.values import checked
from kernel.snapshots.contract import Content, Files, Piece

_VALUES: Final = "values"


class SettingsPart:
    """One piece a function: the values that differ from what the function begins with."""

    code: ClassVar[str] = "settings.values"
    label: ClassVar[str | Promise] = _("Settings")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return the functions of which something was chosen."""
        modules = Setting.objects.order_by("module").values_list("module", flat=True).distinct()
        found = []
        for module in modules if keys is None else modules.filter(module__in=keys):
            manifest = manifest_of(module)
            if manifest is None:
                continue
            begins, values = _begins(manifest), get_settings(module)
            chosen = {name: value for name, value in values.items() if value != begins[name]}
            if chosen:
                found.append(Piece(module, str(manifest.name), {_VALUES: chosen}))
        return found

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Choose the values; what the content does not name goes back to where it began."""
        manifest = manifest_of(key)
        begins = _begins(manifest) if manifest else {}
        set_settings(key, {**begins, **content[_VALUES]}, actor=actor)

    def drop(self, key: str, *, actor: Actor) -> None:
        """Let the function be as it began."""
        manifest = manifest_of(key)
        if manifest is not None:
            set_settings(key, _begins(manifest), actor=actor)


def _begins(manifest: Manifest) -> dict[str, object]:
    return {item.key: checked(item, item.default) for item in manifest.settings}
