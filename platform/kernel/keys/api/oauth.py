"""The end of OAuth that apps speak to: codes and refresh tokens become tokens (RFC 6749, 7009)."""

from __future__ import annotations

import base64
import binascii
from typing import Final
from urllib.parse import unquote_plus

from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.common.http import client_ip
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.time import utc_now
from kernel.keys.models import App
from kernel.keys.oauth.errors import RequestRefused
from kernel.keys.oauth.flow import ACCESS_LIVES, Tokens, app_of, end_token, renew, trade_code

ASKED: Final = Limit("keys.oauth", "60/minute", WhenDown.PASS)


class OAuthView(APIView):
    """A view for apps that show their secret; faults are told as RFC 6749 has them."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (FormParser,)
    # Described by RFC 6749 and by `ServerView`, not by the document of the admin API.
    schema = None

    def app(self, request: Request) -> App:
        """Return the app that asks.

        Raises:
            RequestRefused: its secret is not good.
        """
        ASKED.check(client_ip(request._request))  # noqa: SLF001  DRF has no other name for it
        shown = _basic(request.headers.get("Authorization", ""))
        client, secret = shown or (_text(request, "client_id"), _text(request, "client_secret"))
        return app_of(client, secret)


@idempotency_exempt
class TokenView(OAuthView):
    """Tokens for a code, or for a refresh token."""

    def post(self, request: Request) -> Response:
        """Give an app tokens; a code and a refresh token are good once."""
        try:
            made = self._tokens(request)
        except RequestRefused as refusal:
            return _refused(refusal)
        told = {
            "access_token": made.access,
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIVES.total_seconds()),
            "refresh_token": made.refresh,
            "scope": " ".join(made.scopes),
        }
        return Response(told, headers={"Cache-Control": "no-store"})

    def _tokens(self, request: Request) -> Tokens:
        app, now = self.app(request), utc_now()
        kind = _text(request, "grant_type")
        if kind == "authorization_code":
            return trade_code(
                app,
                _text(request, "code"),
                redirect_uri=_text(request, "redirect_uri"),
                verifier=_text(request, "code_verifier"),
                now=now,
            )
        if kind == "refresh_token":
            scope = _text(request, "scope")
            return renew(app, _text(request, "refresh_token"), scope=scope, now=now)
        raise RequestRefused(error="unsupported_grant_type")


class ServerView(APIView):
    """Where apps find everything (RFC 8414)."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def get(self, request: Request) -> Response:
        """Return the addresses, and what is understood."""
        site = request.build_absolute_uri("/").rstrip("/")
        return Response(
            {
                "issuer": site,
                "authorization_endpoint": f"{site}/apps/authorize/",
                "token_endpoint": f"{site}/oauth/token/",
                "revocation_endpoint": f"{site}/oauth/revoke/",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                ],
            }
        )


@idempotency_exempt
class EndView(OAuthView):
    """Tokens that are wanted no more."""

    def post(self, request: Request) -> Response:
        """End a token and all that came of the same consent; unknown ones are no fault."""
        try:
            end_token(self.app(request), _text(request, "token"))
        except RequestRefused as refusal:
            return _refused(refusal)
        return Response(status=200)


def _text(request: Request, name: str) -> str:
    data = request.data
    return str(data.get(name, ""))[:8_000] if isinstance(data, dict) else ""


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _space, text = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _colon, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _refused(refusal: RequestRefused) -> Response:
    error = str(refusal.fields["error"])
    is_unknown = error == "invalid_client"
    headers = {"Cache-Control": "no-store"}
    if is_unknown:
        headers["WWW-Authenticate"] = "Basic"
    return Response({"error": error}, status=401 if is_unknown else 400, headers=headers)
