"""Where gateways send their notices: ``/hooks/pay/<binding>``."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.payments.errors import BindingNotFound, NoticeRefused
from kernel.payments.services import handle_notice
from kernel.payments.services.notices import LARGEST_BODY
from kernel.tenancy.middleware import serves_held_tenants


@serves_held_tenants
@csrf_exempt
@require_POST
def notice(request: HttpRequest, binding: str) -> HttpResponse:
    """Take in a notice; whatever holds the tenant back, money in flight is heard of."""
    try:
        answer = handle_notice(
            parse_public_id("pay", binding),
            headers=dict(request.headers),
            body=_body_of(request),
            now=utc_now(),
        )
    except (InvalidId, BindingNotFound):
        return _said(404)
    except NoticeRefused:
        return _said(400)
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)


def _body_of(request: HttpRequest) -> bytes:
    declared = request.headers.get("Content-Length", "")
    if not declared.isdigit() or int(declared) > LARGEST_BODY:
        raise NoticeRefused(reason="too_large")
    try:
        return request.body
    except (RawPostDataException, UnreadablePostError) as error:
        raise NoticeRefused(reason="unreadable") from error


def _said(status: int) -> HttpResponse:
    return HttpResponse(b"", status=status, content_type="text/plain")
