"""How an app comes in: somebody lets it in, it trades a code for tokens, and renews them.

OAuth 2.1: codes with PKCE alone, secrets for every app, refresh tokens that are good
once. A code or a refresh token that comes a second time was stolen by one of the two who
showed it: everything that came of it ends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.access.scopes import Limited
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import InvalidId, parse_public_id, uuid7
from kernel.keys.models import App, AppToken, TokenKind
from kernel.keys.oauth.apps import drawn
from kernel.keys.oauth.errors import RequestRefused
from kernel.keys.reading import digest_of
from kernel.keys.services import offered_scopes

CODE_LIVES: Final = timedelta(minutes=2)
ACCESS_LIVES: Final = timedelta(hours=1)
REFRESH_LIVES: Final = timedelta(days=60)
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an app asks for, as its address says it."""

    app: App
    redirect_uri: str
    scopes: Sequence[str]
    challenge: str
    state: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an app gets; shown to it and kept nowhere."""

    access: str
    refresh: str
    scopes: Sequence[str]


def read_wish(asked: dict[str, str]) -> Wish:
    """Return what an app asks for.

    Raises:
        RequestRefused: it is no such app or address, which is shown to people, never sent
            there; ``redirect_uri`` among the fields says where anything else may be told.
    """
    app = _app(asked.get("client_id", ""))
    uri = asked.get("redirect_uri", "")
    if app is None or uri not in app.redirect_uris:
        raise RequestRefused(error="invalid_client")

    def refuse(error: str) -> RequestRefused:
        return RequestRefused(error=error, redirect_uri=uri, state=asked.get("state", "")[:500])

    if asked.get("response_type") != "code":
        raise refuse("unsupported_response_type")
    if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(
        asked.get("code_challenge", "")
    ):
        raise refuse("invalid_request")
    wanted = asked.get("scope", "").split()
    scopes = sorted(set(wanted)) or list(app.scopes)
    if set(scopes) - set(app.scopes):
        raise refuse("invalid_scope")
    return Wish(
        app=app,
        redirect_uri=uri,
        scopes=scopes,
        challenge=asked["code_challenge"],
        state=asked.get("state", "")[:500],
    )


@transaction.atomic
def let_in(wish: Wish, *, by: Limited, actor: Actor, now: datetime) -> str:
    """Let an app in, with what it asks for; return the code that it trades for tokens.

    Raises:
        RequestRefused: ``by`` may not give all of it.
    """
    if set(wish.scopes) - set(offered_scopes(by)):
        raise RequestRefused(error="access_denied")
    code = drawn("code")
    AppToken.objects.create(
        app=wish.app,
        family=uuid7(),
        kind=TokenKind.CODE,
        digest=digest_of(code),
        scopes=list(wish.scopes),
        redirect_uri=wish.redirect_uri,
        challenge=wish.challenge,
        expires_at=now + CODE_LIVES,
    )
    App.objects.filter(pk=wish.app.pk).update(
        granted=list(wish.scopes), granted_at=now, granted_by=actor.name[:80]
    )
    after = {"name": wish.app.name, "scopes": list(wish.scopes)}
    record(action="apps.let_in", actor=actor, obj=wish.app, after=after, now=now)
    return code


def app_of(client_id: str, secret: str) -> App:
    """Return the app that shows its secret.

    Raises:
        RequestRefused: there is none, or the secret is another.
    """
    app = _app(client_id)
    if app is None or not hmac.compare_digest(app.digest, digest_of(secret)):
        raise RequestRefused(error="invalid_client")
    return app


def trade_code(app: App, code: str, *, redirect_uri: str, verifier: str, now: datetime) -> Tokens:
    """Give an app tokens for a code, once.

    Raises:
        RequestRefused: the code is not good, or not for this app, address or verifier.
    """
    row = _used(app, code, TokenKind.CODE, now=now)
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode()
    is_his = bool(_VERIFIER.fullmatch(verifier)) and hmac.compare_digest(
        made.rstrip("="), row.challenge
    )
    if row.redirect_uri != redirect_uri or not is_his:
        raise RequestRefused(error="invalid_grant")
    return _given(row, row.scopes, now=now)


def renew(app: App, token: str, *, scope: str, now: datetime) -> Tokens:
    """Give an app new tokens for a refresh token, once; with less than before, if it says so.

    Raises:
        RequestRefused: the token is not good, or more is asked for than was given.
    """
    wanted = sorted(set(scope.split()))
    row = _used(app, token, TokenKind.REFRESH, now=now)
    if set(wanted) - set(row.scopes):
        raise RequestRefused(error="invalid_scope")
    return _given(row, wanted or row.scopes, now=now)


@transaction.atomic
def end_token(app: App, token: str) -> None:
    """End a token of an app with all that came of the same code; unknown ones are no fault."""
    row = AppToken.objects.filter(app=app, digest=digest_of(token)).first()
    if row is not None:
        AppToken.objects.filter(family=row.family).delete()


def _used(app: App, text: str, kind: str, *, now: datetime) -> AppToken:
    """Return a token that is good once, which is used with this.

    What is ended because it came twice stays ended though the request is refused.
    """
    with transaction.atomic():
        rows = AppToken.objects.select_for_update().filter(app=app, kind=kind)
        row = rows.filter(digest=digest_of(text)).first()
        if row is not None and row.used_at is not None:
            AppToken.objects.filter(family=row.family).delete()
            row = None
        if row is not None and row.expires_at > now:
            row.used_at = now
            row.save(update_fields=["used_at"])
            return row
    raise RequestRefused(error="invalid_grant")


@transaction.atomic
def _given(row: AppToken, scopes: Sequence[str], *, now: datetime) -> Tokens:
    AppToken.objects.filter(app=row.app_id, expires_at__lte=now).delete()
    made = Tokens(drawn("app"), drawn("ref"), list(scopes))
    lives = ((TokenKind.ACCESS, made.access, ACCESS_LIVES), (TokenKind.REFRESH, made.refresh, None))
    for kind, text, span in lives:
        AppToken.objects.create(
            app_id=row.app_id,
            family=row.family,
            kind=kind,
            digest=digest_of(text),
            scopes=list(scopes),
            expires_at=now + (span or REFRESH_LIVES),
        )
    return made


def _app(client_id: str) -> App | None:
    try:
        key: UUID = parse_public_id("app", client_id)
    except InvalidId:
        return None
    return App.objects.filter(pk=key).first()
