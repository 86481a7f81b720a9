"""The ``Idempotency-Key`` header on writes under ``/api/``.

The record and the view's work share one transaction: after kill -9 at any point
either both are there or neither is. A concurrent repeat waits for the first and
gets its reply. Answers that say "not now" or "who are you" are not kept, and a
server error undoes everything, so that a repeat runs.

Views under a key must not open transactions that insist on being outermost, and
may not depend on work that has to survive their own failure; such views say
`idempotency_exempt`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils import timezone
from django.utils.module_loading import import_string
from psycopg.pq import TransactionStatus

from kernel.api.problems import problem_of, respond
from kernel.common.errors import DomainError
from kernel.common.idempotency.errors import BodyTooLarge, KeyMalformed
from kernel.common.idempotency.services import (
    KeyedRequest,
    claim,
    keep,
    keyed_request,
    release,
    replay,
    undo,
)

GetResponse: TypeAlias = Callable[[HttpRequest], HttpResponseBase]
V = TypeVar("V")

HEADER: Final = "Idempotency-Key"

_UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_NOT_KEPT: Final = frozenset({401, 403, 408, 425, 429})
_SERVER_ERROR: Final = 500


def idempotency_exempt(view: V) -> V:
    """Mark a view, or a view class, that ignores the header."""
    view.idempotency_exempt = True  # type: ignore[attr-defined]
    return view


class IdempotencyMiddleware:
    """Runs a keyed write once; stands last, after authentication and CSRF."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._actor_of: Callable[[HttpRequest], str] = import_string(
            settings.STOA_IDEMPOTENCY_ACTOR
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or repeat the answer it got before."""
        key = request.headers.get(HEADER)
        if key is None or request.method not in _UNSAFE or not _applies(request):
            return self._get_response(request)
        try:
            return self._run(_describe(request, key=key, actor_of=self._actor_of), request)
        except DomainError as refusal:
            return respond(problem_of(refusal), request)

    def _run(self, keyed: KeyedRequest, request: HttpRequest) -> HttpResponseBase:
        with transaction.atomic():
            if not claim(keyed, now=timezone.now()):
                return replay(keyed)
            response = self._get_response(request)
            if response.status_code >= _SERVER_ERROR:
                transaction.set_rollback(True)
                return response
            if _is_broken():
                undo()
            if response.status_code in _NOT_KEPT:
                release(keyed)
            else:
                keep(keyed, response)
        return response


def _applies(request: HttpRequest) -> bool:
    if not request.path_info.startswith("/api/"):
        return False
    try:
        view = resolve(request.path_info, getattr(request, "urlconf", None)).func
    except Http404:
        return False
    marked = (view, getattr(view, "cls", None), getattr(view, "view_class", None))
    return not any(getattr(each, "idempotency_exempt", False) for each in marked)


def _describe(
    request: HttpRequest, *, key: str, actor_of: Callable[[HttpRequest], str]
) -> KeyedRequest:
    if not _KEY.fullmatch(key):
        raise KeyMalformed
    limit: int = settings.STOA_IDEMPOTENCY_BODY_BYTES
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise BodyTooLarge(limit=limit)
    return keyed_request(request, actor=actor_of(request), key=key)


def _is_broken() -> bool:
    """Tell whether a statement failed outside any savepoint of the view's own."""
    status: int = connection.connection.info.transaction_status
    return status == TransactionStatus.INERROR
