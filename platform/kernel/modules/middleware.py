"""The gate in front of every route of a module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from kernel.api.problems import problem_of, respond
from kernel.modules.errors import ModuleNotEntitled, ModuleOff
from kernel.modules.gate import require_module
from kernel.modules.registry import manifest_of

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class ModuleGateMiddleware:
    """Refuses the routes of a module that is off, and writes when it is read-only.

    A module's routes stand in a URL application namespace with the module's code, so none
    can be forgotten.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse the route that was found, if its module may not act; else return None."""
        match = request.resolver_match
        for name in match.app_names if match else []:
            if manifest_of(name) is not None:
                try:
                    require_module(name, writing=request.method not in _READS)
                except (ModuleOff, ModuleNotEntitled) as refusal:
                    # Raised here it would pass by the middleware that draws refusals.
                    return respond(problem_of(refusal), request)
        return None
