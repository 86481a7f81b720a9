"""Where the files of the editor are: built into one, or as they are written."""

from __future__ import annotations

from functools import cache

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static

register = template.Library()


@register.simple_tag
def editor_file(name: str) -> str:
    """Return the address of a file of the editor; the built one where there is one."""
    return static(f"themes/{'dist' if _is_built(name) else 'editor'}/{name}")


@cache
def _is_built(name: str) -> bool:
    return finders.find(f"themes/dist/{name}") is not None
