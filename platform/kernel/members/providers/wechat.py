"""WeChat: official accounts, websites, apps and mini-programs.

Each has an id and a secret of its own and knows a person by another open id;
those of one company share the union id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings

from kernel.members.choices import ProviderKind
from kernel.members.errors import ProviderRefused
from kernel.members.normal import normal_phone
from kernel.members.proven import Proven
from kernel.members.providers.contract import Answer, Question
from kernel.members.providers.outbound import get_json, post_json

_PAGES: Final = {
    ProviderKind.WECHAT_OFFICIAL: ("/connect/oauth2/authorize", "snsapi_userinfo"),
    ProviderKind.WECHAT_WEBSITE: ("/connect/qrconnect", "snsapi_login"),
}


@dataclass(frozen=True)
class WeChat:
    """One account of a tenant at WeChat.

    Attributes:
        provider: the binding's code, under which people are known.
    """

    provider: str
    kind: ProviderKind
    app_id: str
    secret: str

    @property
    def uses_redirect(self) -> bool:
        """True for web pages; apps ask WeChat on the device."""
        return self.kind in _PAGES

    def address(self, question: Question) -> str:
        """Return where to send people; the order of the parameters is WeChat's."""
        if self.kind not in _PAGES:
            raise ProviderRefused
        path, scope = _PAGES[self.kind]
        query = urlencode(
            {
                "appid": self.app_id,
                "redirect_uri": question.redirect_uri,
                "response_type": "code",
                "scope": scope,
                "state": question.state,
            }
        )
        return f"{settings.STOA_WECHAT_OPEN}{path}?{query}#wechat_redirect"

    def exchange(self, answer: Answer) -> Proven:
        """Ask WeChat who brought an answer."""
        if self.kind is ProviderKind.WECHAT_MINI:
            return self._of_mini_program(answer)
        given = self._get(
            "/sns/oauth2/access_token",
            appid=self.app_id,
            secret=self.secret,
            code=answer.code,
            grant_type="authorization_code",
        )
        person = self._get(
            "/sns/userinfo",
            access_token=_text(given, "access_token"),
            openid=_text(given, "openid"),
            lang="zh_CN",
        )
        return Proven(
            provider=self.provider,
            subject=_text(given, "openid"),
            unionid=str(person.get("unionid") or given.get("unionid") or ""),
            name=str(person.get("nickname") or ""),
        )

    def _of_mini_program(self, answer: Answer) -> Proven:
        given = self._get(
            "/sns/jscode2session",
            appid=self.app_id,
            secret=self.secret,
            js_code=answer.code,
            grant_type="authorization_code",
        )
        return Proven(
            provider=self.provider,
            subject=_text(given, "openid"),
            unionid=str(given.get("unionid") or ""),
            phone=self._phone(answer.phone_code) if answer.phone_code else "",
        )

    def _phone(self, code: str) -> str:
        token = _checked(
            post_json(
                f"{settings.STOA_WECHAT_API}/cgi-bin/stable_token",
                {
                    "grant_type": "client_credential",
                    "appid": self.app_id,
                    "secret": self.secret,
                },
            )
        )
        told = _checked(
            post_json(
                f"{settings.STOA_WECHAT_API}/wxa/business/getuserphonenumber",
                {"code": code},
                query={"access_token": _text(token, "access_token")},
            )
        )
        facts = told.get("phone_info")
        if not isinstance(facts, dict):
            raise ProviderRefused
        phone = normal_phone(f"+{_text(facts, 'countryCode')}{_text(facts, 'purePhoneNumber')}")
        if not phone:
            raise ProviderRefused
        return phone

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        return _checked(get_json(f"{settings.STOA_WECHAT_API}{path}", query=query))


def _checked(found: dict[str, Any]) -> dict[str, Any]:
    # WeChat says what went wrong in a member of an answer that looks like success.
    if found.get("errcode"):
        raise ProviderRefused(reason=str(found["errcode"])[:16])
    return found


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 512:  # noqa: PLR2004  WeChat's own limit
        raise ProviderRefused
    return value
