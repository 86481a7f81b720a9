"""The same page in several languages: an address for each, and which ones there are.

The shop's own language is at the plain address, the others behind theirs: ``/en/``. The
plain address answers in the language of whoever asks, so it is also for everybody else.
"""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpRequest

from kernel.i18n.languages import offered
from kernel.i18n.middleware import path_language
from kernel.tenancy.context import TenantRef, current_tenant
from themes.contract import PageContext
from themes.kinds import Head

_TAGS: Final = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}
_ANYBODY: Final = "x-default"
# Links to pages of the shop; files, and what is no page, are where they are.
_LINK: Final = re.compile(r'(<a\b[^>]*?\shref=")/(?!/|language/|currency/|media/|static/)')

_PLAIN_LINK: Final = re.compile(r'(<a\b[^>]*?\shref="/(?!/|media/|static/)[^"?#]*)(")')


def prefix_of(request: HttpRequest) -> str:
    """Return what stands for the language in front of the path that was asked for."""
    return str(getattr(request, "language_prefix", ""))


def prefix_for(language: str, tenant: TenantRef) -> str:
    """Return what stands in front of the address of a page in a language."""
    return "" if language == tenant.locale else f"/{language}"


def without_prefix(path: str) -> str:
    """Return the plain path of a page."""
    language = path_language(path)
    return path[len(language) + 1 :] if language else path


def with_prefix(html: str, prefix: str) -> str:
    """Lead the links of a page to pages in the same language."""
    return _LINK.sub(rf"\g<1>{prefix}/", html)


def with_parameter(html: str, name: str, value: str) -> str:
    """Let the links of a page to plain addresses of the shop carry a parameter on."""
    return _PLAIN_LINK.sub(rf"\g<1>?{name}={value}\g<2>", html)


def canonical_address(head: Head, page: PageContext) -> str:
    """Return the one address of a page in its language; empty when it has none."""
    tenant = current_tenant()
    host = tenant.host("store")
    if not host or not head.canonical:
        return ""
    return f"https://{host}{prefix_for(page.language, tenant)}{head.canonical}"


def alternate_addresses(head: Head, page: PageContext) -> list[tuple[str, str]]:
    """Return the languages of a page that may be found, each with its address."""
    tenant = current_tenant()
    host = tenant.host("store")
    if not host or not head.canonical or not head.is_indexed:
        return []
    return alternates(f"https://{host}", head.canonical, tenant)


def alternates(origin: str, path: str, tenant: TenantRef) -> list[tuple[str, str]]:
    """Return each offered language as search engines name it, with the address of a page."""
    codes = offered(tenant)
    if len(codes) < 2:  # noqa: PLR2004  one language has no others
        return []
    found = [(_TAGS.get(code, code), f"{origin}{prefix_for(code, tenant)}{path}") for code in codes]
    return [*found, (_ANYBODY, f"{origin}{path}")]
