"""Mounts the routes of all modules, each in a namespace of its own."""

from __future__ import annotations

from django.urls import URLResolver, include, path

from kernel.modules.manifest import Seam
from kernel.modules.registry import manifests


def module_urls(seam: Seam) -> list[URLResolver]:
    """Return ``<code>/…`` for each module that has routes at this seam.

    The application namespace is the module's code everywhere, by which the gate
    knows it; the instance namespace of the API is ``<code>-api``, because one
    process serves it together with the store's pages.
    """
    found = []
    for manifest in manifests().values():
        if urlconf := manifest.urls.get(seam):
            prefix = manifest.code.replace("_", "-")
            instance = f"{manifest.code}-api" if seam == "api" else manifest.code
            found.append(path(f"{prefix}/", include((urlconf, manifest.code), namespace=instance)))
    return found
