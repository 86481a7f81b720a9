"""The Jinja2 environment of the storefront: escapes always, undefined names fail."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from kernel.common.colours import first_letter
from kernel.tenancy.context import current_tenant


def environment(**options: Any) -> Environment:
    """Return an environment with the names that every template may use."""
    options |= {"autoescape": True, "undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n"]}
    found = Environment(**options)  # noqa: S701  autoescape is switched on just above
    found.globals.update(
        static=static,
        url=reverse,
        tenant=current_tenant,
        language=translation.get_language,
        languages=settings.LANGUAGES,
        first_letter=first_letter,
    )
    found.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True
    )
    return found
