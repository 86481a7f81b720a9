"""Alipay's open platform on the wire: requests signed with RSA2, answers that are verified.

Everything is sent in the body, so that neither amounts nor names reach the logs of what
lies in between. An answer counts only with Alipay's signature over the bytes that came.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings
from django.utils.translation import gettext as _

_TIMEOUT: Final = httpx.Timeout(15, connect=5)
_MOST_BYTES: Final = 256 * 1024
# The platform reads times by the clock of Beijing, wherever the caller is.
_BEIJING: Final = timezone(timedelta(hours=8))
_ARMOUR: Final = re.compile(r"-----[A-Z ]+-----")
# Of the root certificates only those signed with RSA count for their number.
_RSA_SIGNED: Final = "1.2.840.113549.1.1."
_SMALLEST_KEY: Final = 2048


class AlipayUnsure(Exception):
    """No answer, or none that is Alipay's."""


class AlipayKeyUnusable(Exception):
    """A key or certificate cannot be read.

    Attributes:
        field: of the form in which it was given.
    """

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class AlipayKeys:
    """What one application signs with, and by what it knows Alipay.

    Attributes:
        numbers: of the certificates, sent along; empty in the mode with a public key.
    """

    app_id: str
    own: rsa.RSAPrivateKey
    theirs: rsa.RSAPublicKey
    numbers: Mapping[str, str]


def keys_of(values: Mapping[str, object]) -> AlipayKeys:
    """Read the keys that a form was filled in with.

    Raises:
        AlipayKeyUnusable: one of them cannot be read, or does not fit the others.
    """
    told = {name: str(value) for name, value in values.items()}
    own = _private(told.get("private_key", ""))
    if not told.get("app_cert"):
        theirs = _public(told.get("alipay_public_key", ""))
        return AlipayKeys(told["app_id"], own, theirs, {})
    [app, *_chain] = _certificates(told["app_cert"], "app_cert")
    if app.public_key() != own.public_key():
        raise AlipayKeyUnusable("app_cert")
    [alipay, *_chain] = _certificates(told.get("alipay_cert", ""), "alipay_cert")
    theirs_key = alipay.public_key()
    if not isinstance(theirs_key, rsa.RSAPublicKey):
        raise AlipayKeyUnusable("alipay_cert")
    roots = [
        number_of(each)
        for each in _certificates(told.get("root_cert", ""), "root_cert")
        if each.signature_algorithm_oid.dotted_string.startswith(_RSA_SIGNED)
    ]
    if not roots:
        raise AlipayKeyUnusable("root_cert")
    numbers = {"app_cert_sn": number_of(app), "alipay_root_cert_sn": "_".join(roots)}
    return AlipayKeys(told["app_id"], own, theirs_key, numbers)


def number_of(certificate: x509.Certificate) -> str:
    """Return by which number Alipay calls a certificate."""
    name = certificate.issuer.rfc4514_string()
    text = f"{name}{certificate.serial_number}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def call(keys: AlipayKeys, method: str, content: Mapping[str, object]) -> dict[str, Any]:
    """Ask Alipay to do something; return its verified answer.

    Raises:
        AlipayUnsure: nobody knows whether it did.
    """
    params = {
        "app_id": keys.app_id,
        "method": method,
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": datetime.now(UTC).astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        "version": "1.0",
        "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        **keys.numbers,
    }
    signature = keys.own.sign(to_sign(params).encode(), padding.PKCS1v15(), hashes.SHA256())
    params["sign"] = base64.b64encode(signature).decode()
    return _verified(keys, method, _posted(params))


def to_sign(params: Mapping[str, str]) -> str:
    """Return the text of a request that is signed."""
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if params[name])


def _posted(params: Mapping[str, str]) -> str:
    try:
        with (
            httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", settings.STOA_ALIPAY_API, data=dict(params)) as response,
        ):
            content = b""
            for part in response.iter_bytes():
                content += part
                if len(content) > _MOST_BYTES:
                    raise AlipayUnsure(_("The answer cannot be understood."))
            if response.status_code != httpx.codes.OK:
                raise AlipayUnsure(_("The answer cannot be understood."))
        return content.decode()
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeDecodeError) as error:
        raise AlipayUnsure(_("No answer came.")) from error


def _verified(keys: AlipayKeys, method: str, text: str) -> dict[str, Any]:
    """Return the signed part of an answer; signed are its bytes, so it is cut out, not remade."""
    head = re.compile(rf'"{re.escape(method.replace(".", "_"))}_response"\s*:\s*')
    try:
        whole = json.loads(text)
        found = head.search(text)
        if found is None:
            raise AlipayUnsure(_("The answer is not signed by Alipay."))
        answer, end = json.JSONDecoder().raw_decode(text, found.end())
        signature = base64.b64decode(whole["sign"], validate=True)
        signed = text[found.end() : end].encode()
        keys.theirs.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise AlipayUnsure(_("The answer is not signed by Alipay.")) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AlipayUnsure(_("The answer is not signed by Alipay.")) from error
    if not isinstance(answer, dict):
        raise AlipayUnsure(_("The answer cannot be understood."))
    return answer


def _private(text: str) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_der_private_key(_der(text), password=None)
    except (ValueError, TypeError) as error:
        raise AlipayKeyUnusable("private_key") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < _SMALLEST_KEY:
        raise AlipayKeyUnusable("private_key")
    return key


def _public(text: str) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_der_public_key(_der(text))
    except (ValueError, TypeError) as error:
        raise AlipayKeyUnusable("alipay_public_key") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise AlipayKeyUnusable("alipay_public_key")
    return key


def _certificates(text: str, field: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise AlipayKeyUnusable(field) from error


def _der(text: str) -> bytes:
    """Read a key with or without its first and last line; forms take the line ends away."""
    bare = "".join(_ARMOUR.sub("", text).split())
    if not bare:
        raise ValueError
    try:
        return base64.b64decode(bare, validate=True)
    except binascii.Error as error:
        raise ValueError from error
