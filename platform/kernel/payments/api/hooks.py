"""Where gateways send their notices: ``/hooks/pay/<binding>``."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from kernel.api.problems import Problem, respond, status_problem
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.payments.errors import BindingNotFound, NoticeRefused
from kernel.payments.services import handle_notice
from kernel.payments.services.notices import LARGEST_BODY
from kernel.tenancy.middleware import serves_held_tenants


@serves_held_tenants
@csrf_exempt
def notice(request: HttpRequest, binding: str) -> HttpResponse:
    """Take in a notice; whatever holds the tenant back, money in flight is heard of."""
    if request.method != "POST":
        return respond(Problem(405, "http.405", headers={"Allow": "POST"}), request)
    try:
        body = _body_of(request)
        if body is None:
            return respond(status_problem(413), request)
        answer = handle_notice(
            parse_public_id("pay", binding),
            headers=dict(request.headers),
            body=body,
            now=utc_now(),
        )
    except (InvalidId, BindingNotFound):
        return respond(status_problem(404), request)
    except NoticeRefused as refusal:
        # Who forges is not told what gave him away.
        return respond(Problem(refusal.status, refusal.code, refusal.title), request)
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)


def _body_of(request: HttpRequest) -> bytes | None:
    """Return what was sent; None, unread, when it is more than any gateway sends."""
    declared = request.headers.get("Content-Length", "")
    if not declared.isdigit():
        raise NoticeRefused(reason="unmeasured")
    if int(declared) > LARGEST_BODY:
        return None
    try:
        return request.body
    except (RawPostDataException, UnreadablePostError) as error:
        raise NoticeRefused(reason="unreadable") from error
