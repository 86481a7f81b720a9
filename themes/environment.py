"""The Jinja2 environments of the storefront: escape always, undefined names fail."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import engines
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined, meta
from jinja2.runtime import Context, Macro
from markupsafe import Markup
from typing_extensions import override

from kernel.common.colours import first_letter
from kernel.i18n.languages import spoken_for
from kernel.reference.currencies import name_in
from kernel.tenancy.context import current_tenant
from themes.packs.wearing import colours_address, tried


class _Direct(Context):
    """Calls macros without asking first what they want to be called with."""

    @override
    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(called) is not Macro:
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(self.eval_ctx, *args, **kwargs)


class _Strict(Environment):
    """Takes what a mapping holds before what Python's mappings can do: ``s.items`` is data."""

    context_class = _Direct

    @override
    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    @override
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # Jinja's own follows later changes of the environment's globals, of which there are
        # none; each template of a page would copy it name by name.
        return {**self.globals, **(d or {})}


def environment(**options: Any) -> Environment:
    """Return the environment of whole pages, where a module's own pages are drawn too."""
    found = _strict(**options)
    found.globals.update(
        tenant=current_tenant,
        language=translation.get_language,
        chrome=_chrome,
    )
    return found


@cache
def block_environment() -> Environment:
    """Return the environment of blocks: nothing in it depends on who asks, or when."""
    pages: Environment = cast("Any", engines["jinja2"]).env
    return _strict(
        loader=pages.loader,
        auto_reload=pages.auto_reload,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def template_fingerprint(name: str) -> str:
    """Return the hash of a block's template and of all that it includes."""
    found = block_environment()
    assert found.loader is not None  # noqa: S101  Django's backend always gives one
    seen: dict[str, str] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        source, _path, _fresh = found.loader.get_source(found, current)
        seen[current] = source
        named = meta.find_referenced_templates(found.parse(source))
        waiting += [each for each in named if each is not None]
    text = "\0".join(f"{each}\0{seen[each]}" for each in sorted(seen))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def release_fingerprint() -> str:
    """Return the hash of what every block draws with: names of static files, translations."""
    digest = hashlib.sha256(str(getattr(staticfiles_storage, "manifest_hash", "")).encode())
    for code, _name in settings.LANGUAGES:
        digest.update(repr(sorted(_messages(code))).encode())
    return digest.hexdigest()[:16]


def _messages(code: str) -> list[tuple[str, str]]:
    catalog = cast("Any", translation.trans_real.translation(code))._catalog  # noqa: SLF001  no public way in
    return [(str(key), str(value)) for layer in catalog._catalogs for key, value in layer.items()]  # noqa: SLF001  as above


def _strict(**options: Any) -> Environment:
    options |= {"autoescape": True, "undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n"]}
    found = _Strict(**options)
    found.globals.update(
        static=static,
        url=reverse,
        colours_address=colours_address,
        theme_tried=tried,
        first_letter=first_letter,
        currency_name=currency_name,
    )
    found.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True
    )
    # Jinja's own looks the function up in the context and formats each time; a page has dozens.
    found.globals["_"] = words
    return found


def words(text: str, /, **values: object) -> Markup:
    """Return a text in the language of the page, with values in it, escaped.

    As Jinja's own ``_`` answers where escaping is on: the text is trusted, values are not.
    """
    found = Markup(translation.gettext(text))  # noqa: S704  a text of ours, or its translation
    return found % values if values or "%" in found else found


def currency_name(code: str) -> str:
    """Return what a currency is called in the language of the page."""
    return name_in(code, spoken_for(translation.get_language()))


def _chrome(request: Any) -> Any:
    from themes.pages import chrome

    return chrome(request)
