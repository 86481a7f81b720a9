"""RFC 9457 problem documents, and plain pages for people.

Whatever goes wrong, the answer tells a stable code and a sentence in the
reader's language, and nothing of the inside: no trace, no model or product name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template import Context, Engine
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError
from kernel.common.flow import current_request_id
from kernel.common.http import is_api
from kernel.tenancy.context import chosen_scope, current_tenant_or_none

CONTENT_TYPE: Final = "application/problem+json"

TITLES: Final[Mapping[int, Promise]] = {
    400: _("The request is malformed."),
    401: _("Please sign in."),
    403: _("You may not do this."),
    404: _("There is nothing here."),
    405: _("This method is not supported here."),
    406: _("No such form of the answer exists."),
    409: _("The request conflicts with another."),
    413: _("The request is too large."),
    415: _("This form of content is not supported."),
    422: _("Some values are not acceptable."),
    429: _("Too many requests. Please wait a moment."),
    500: _("Something went wrong on our side."),
    503: _("Not available at the moment. Please try again."),
}
_OTHER_TITLE: Final = _("The request was refused.")

_PAGE: Final = """<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{{ title }}</title>
</head>
<body>
<main>
<h1>{{ title }}</h1>
{% if detail %}<p>{{ detail }}</p>{% endif %}
{% if request_id %}<p><small>{{ reference }} <code>{{ request_id }}</code></small></p>{% endif %}
</main>
</body>
</html>
"""
_ENGINE: Final = Engine(autoescape=True)


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one member of the request.

    Attributes:
        pointer: JSON pointer as a URI fragment, such as ``#/lines/0/sku``.
    """

    pointer: str
    code: str
    detail: str | Promise


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal, ready to be written for a program or a person."""

    status: int
    code: str
    title: str | Promise = ""
    detail: str | Promise = ""
    errors: Sequence[FieldError] = ()
    members: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


_RESERVED: Final = frozenset(
    {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
)


def problem_of(error: DomainError) -> Problem:
    """Return the problem that a domain error tells."""
    retry_after = error.fields.get("retry_after")
    return Problem(
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        members={key: value for key, value in error.fields.items() if key not in _RESERVED},
        headers={"Retry-After": str(retry_after)} if isinstance(retry_after, int) else {},
    )


def status_problem(status: int, *, code: str = "") -> Problem:
    """Return the problem that an HTTP status tells by itself."""
    return Problem(status=status, code=code or f"http.{status}")


def document(problem: Problem) -> dict[str, object]:
    """Return the problem document in the active language.

    Statuses without a code of their own have the type ``about:blank``.
    """
    generic = problem.code.startswith("http.")
    body: dict[str, object] = {
        "type": "about:blank" if generic else f"urn:problem:{problem.code}",
        "title": str(problem.title or TITLES.get(problem.status, _OTHER_TITLE)),
        "status": problem.status,
        "code": problem.code,
    }
    if problem.detail:
        body["detail"] = str(problem.detail)
    if current_request_id():
        body["request_id"] = current_request_id()
    if problem.errors:
        body["errors"] = [
            {"pointer": error.pointer, "code": error.code, "detail": str(error.detail)}
            for error in problem.errors
        ]
    plain = {key: _plain(value) for key, value in problem.members.items()}
    return {**plain, **body}


def respond(problem: Problem, request: HttpRequest) -> HttpResponse:
    """Answer with the problem: a document for programs, a page for people."""
    with translation.override(language_for(request)):
        response = (
            _document_response(problem) if is_api(request) else _page_response(problem, request)
        )
        response.headers["Content-Language"] = translation.get_language() or ""
    for name, value in problem.headers.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Accept", "Accept-Language"])
    response.exception = True  # type: ignore[attr-defined]
    return response


def language_for(request: HttpRequest) -> str:
    """Return the language to answer in: the reader's wish, else the tenant's."""
    wished = request.headers.get("Accept-Language") or request.COOKIES.get(
        settings.LANGUAGE_COOKIE_NAME
    )
    tenant = current_tenant_or_none()
    if wished or tenant is None:
        return translation.get_language_from_request(request)
    try:
        return translation.get_supported_language_variant(tenant.locale)
    except LookupError:
        return translation.get_language_from_request(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django found malformed or suspicious."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return respond(status_problem(status), request)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that a view forbade."""
    return respond(status_problem(403), request)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a path that leads nowhere; the exception's text stays inside."""
    return respond(status_problem(404), request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a bug; the cause is in the log under the request id."""
    return respond(status_problem(500), request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that carries no proof of coming from our own page."""
    problem = Problem(
        status=403,
        code="http.csrf_failed",
        title=_("This page has expired."),
        detail=_("Please reload the page and send the form again. Cookies must be allowed."),
    )
    return respond(problem, request)


class ProblemMiddleware:
    """Turns domain errors of plain Django views into problem answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else is a bug and stays one."""
        if isinstance(exception, DomainError):
            return respond(problem_of(exception), request)
        return None


def problem_of_django(error: Exception) -> Problem | None:
    """Return the problem of an exception that Django itself gives a status."""
    if isinstance(error, Http404):
        return status_problem(404)
    if isinstance(error, PermissionDenied):
        return status_problem(403)
    if isinstance(error, RequestDataTooBig):
        return status_problem(413)
    if isinstance(error, SuspiciousOperation):
        return status_problem(400)
    return None


def _document_response(problem: Problem) -> HttpResponse:
    return JsonResponse(
        document(problem),
        status=problem.status,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def _page_response(problem: Problem, request: HttpRequest) -> HttpResponse:
    body = document(problem)
    # Before a scope is chosen nobody's brand is known, and the plain page serves.
    if settings.STOA_PROBLEM_PAGE and chosen_scope() is not None:
        draw = import_string(settings.STOA_PROBLEM_PAGE)
        drawn: HttpResponse = draw(
            request,
            status=problem.status,
            title=str(body["title"]),
            text=str(body.get("detail", "")),
            reference=str(body.get("request_id", "")),
        )
        return drawn
    context = Context(
        {
            "language": translation.get_language(),
            "title": body["title"],
            "detail": body.get("detail", ""),
            "request_id": body.get("request_id", ""),
            "reference": translation.gettext("Reference:"),
        }
    )
    return HttpResponse(_ENGINE.from_string(_PAGE).render(context), status=problem.status)


def _plain(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return str(value)
