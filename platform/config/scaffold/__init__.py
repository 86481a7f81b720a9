"""Writes a new module that works: the beginning of every other one."""

from __future__ import annotations

import importlib.util
import keyword
import pkgutil
import re
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError

_TEMPLATE: Final = Path(__file__).parent / "template"
_SUFFIX: Final = ".tpl"
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{2,30}\Z")
_NAME: Final = re.compile(r"[^\"\\\n{}%<>]{1,40}\Z")


class InvalidModuleName(DomainError):
    """A code or name that a module cannot bear."""

    code = "modules.invalid_name"
    title = _("A module's code is 3 to 31 of a-z, 0-9 and _, and begins with a letter.")


class ModuleExists(DomainError):
    """There is a module, or a folder, with this code."""

    code = "modules.exists"
    status = 409
    title = _("There is something with this name already.")


def write_module(code: str, *, zh: str = "", en: str = "", into: Path | None = None) -> list[Path]:
    """Write a module's package; return its files.

    Args:
        code: its code, which is also the package's name.
        zh: its name in Chinese; ``新功能`` when left out.
        en: its name in English; made of the code when left out.
        into: folder to write into. In ``apps`` it is found by itself; elsewhere its
            distribution names it as an entry point, and the folder must be on the
            import path.

    Raises:
        InvalidModuleName: nobody can import or show it.
        ModuleExists: the folder, a module or an application has the name.
    """
    import apps

    folder = (Path(apps.__path__[0]) if into is None else into) / code
    words = {
        "__code__": code,
        "__path__": code.replace("_", "-"),
        "__package__": f"apps.{code}" if into is None else code,
        "__Class__": "".join(part.capitalize() for part in code.split("_")),
        "__en__": en or code.replace("_", " ").capitalize(),
        "__zh__": zh or "新功能",
    }
    _refuse(code, words, folder)
    return sorted(_write(source, folder, words) for source in _TEMPLATE.rglob(f"*{_SUFFIX}"))


def _refuse(code: str, words: dict[str, str], folder: Path) -> None:
    from kernel.modules.registry import manifests

    if _CODE.match(code) is None or code.endswith("_") or "__" in code or keyword.iskeyword(code):
        raise InvalidModuleName(code=code[:64])
    if not (_NAME.match(words["__zh__"]) and _NAME.match(words["__en__"])):
        raise InvalidModuleName(_("A module's name has 1 to 40 plain characters."), code=code)
    in_tree = words["__package__"] != code
    shadows = not in_tree and importlib.util.find_spec(code) is not None
    if folder.exists() or code in manifests() or code in _labels() or shadows:
        raise ModuleExists(code=code)


def _labels() -> set[str]:
    """Return the names that other applications have or may get."""
    import django.contrib

    import kernel.common

    packages = (kernel, kernel.common, django.contrib)
    names = {info.name for package in packages for info in pkgutil.iter_modules(package.__path__)}
    return names | {"tenants", "channel_center", "themes", "unfold", "composition", "schedules"}


def _write(source: Path, folder: Path, words: dict[str, str]) -> Path:
    name = str(source.relative_to(_TEMPLATE)).removesuffix(_SUFFIX)
    target = folder / name.replace("__code__", words["__code__"])
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".mo":
        target.write_bytes(source.read_bytes())
        return target
    text = source.read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(word, value)
    target.write_text(text, encoding="utf-8")
    return target
