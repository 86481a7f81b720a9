"""How API views tell what went wrong: always a problem document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils import translation
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from kernel.api.problems import (
    CONTENT_TYPE,
    FieldError,
    Problem,
    document,
    language_for,
    problem_of,
    problem_of_django,
    status_problem,
)
from kernel.common.errors import DomainError

_INVALID_STATUS: Final = 422


def problem_exception_handler(error: Exception, context: Mapping[str, object]) -> Response | None:
    """Answer an exception of an API view; None for a bug, which Django then answers."""
    problem = _problem(error)
    if problem is None:
        return None
    set_rollback()
    request = getattr(context.get("request"), "_request", None)
    with translation.override(language_for(request) if request is not None else None):
        response = Response(
            document(problem),
            status=problem.status,
            headers={**problem.headers, "Cache-Control": "no-store"},
            content_type=CONTENT_TYPE,
        )
    response.exception = True
    return response


def _problem(error: Exception) -> Problem | None:
    if isinstance(error, DomainError):
        return problem_of(error)
    if isinstance(error, exceptions.ValidationError):
        return Problem(
            status=_INVALID_STATUS,
            code="api.invalid",
            errors=tuple(_field_errors(error.get_full_details(), "#")),
        )
    if isinstance(error, exceptions.APIException):
        return _api_problem(error)
    return problem_of_django(error)


def _api_problem(error: exceptions.APIException) -> Problem:
    headers = {}
    members: dict[str, object] = {}
    challenge = getattr(error, "auth_header", None)
    if challenge:
        headers["WWW-Authenticate"] = str(challenge)
    wait = getattr(error, "wait", None)
    if wait is not None:
        members["retry_after"] = max(1, round(wait))
        headers["Retry-After"] = str(members["retry_after"])
    generic = status_problem(error.status_code)
    code = getattr(error.detail, "code", "") or error.default_code
    return Problem(
        status=error.status_code,
        code=f"api.{code}",
        title=generic.title,
        detail="" if isinstance(error, exceptions.NotFound) else str(error.detail),
        members=members,
        headers=headers,
    )


def _field_errors(details: object, pointer: str) -> Iterator[FieldError]:
    if isinstance(details, Mapping) and set(details) == {"message", "code"}:
        yield FieldError(pointer=pointer, code=str(details["code"]), detail=str(details["message"]))
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            step = "" if name == "non_field_errors" else f"/{_escape(str(name))}"
            yield from _field_errors(inner, f"{pointer}{step}")
    elif isinstance(details, list):
        leaves = all(isinstance(i, Mapping) and set(i) == {"message", "code"} for i in details)
        for place, inner in enumerate(details):
            yield from _field_errors(inner, pointer if leaves else f"{pointer}/{place}")


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
