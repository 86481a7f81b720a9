"""A double of Alipay's transfers: checks every signature, signs every answer.

It signs and verifies by itself, apart from the client it serves; it says what we know of
the platform, and proves nothing of what we do not. It keeps what it paid by application and
number.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

_METHODS = {"alipay.fund.trans.uni.transfer", "alipay.fund.trans.common.query"}
_CLOCK = timedelta(hours=8)
_SKEW = timedelta(minutes=15)


def new_key() -> rsa.RSAPrivateKey:
    """Make a key of the size that Alipay asks for."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_text(key: rsa.RSAPrivateKey) -> str:
    """Return a key as people paste it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_text(key: rsa.RSAPrivateKey) -> str:
    """Return the public half as Alipay's page shows it: bare."""
    told = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(told).decode()


def certificate(key: rsa.RSAPrivateKey, serial: int) -> str:
    """Return a certificate over a key."""
    told = ((NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, "Ant Financial"))
    named = [x509.NameAttribute(oid, text) for oid, text in told]
    name = x509.Name([*named, x509.NameAttribute(NameOID.COMMON_NAME, f"CA {serial}")])
    start = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def certificate_number(serial: int) -> str:
    """Return the number that a certificate of `certificate` must be announced by."""
    text = f"CN=CA {serial},O=Ant Financial,C=CN{serial}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass
class App:
    """An application at Alipay.

    Attributes:
        numbers: of the certificates that its requests must name; empty without.
        paid: answers to transfers by our number.
        says: by the account of the payee what a transfer to it is answered with.
        calls: methods and contents, in their order.
        drop: so many answers are lost after the work was done.
        lose: so many requests are lost before anything was done.
        forge: answers are signed with another key.
    """

    key: rsa.RSAPublicKey
    numbers: dict[str, str] = field(default_factory=dict)
    paid: dict[str, dict[str, Any]] = field(default_factory=dict)
    says: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    balance: int = 100_000_00
    drop: int = 0
    lose: int = 0
    forge: bool = False


class AlipayDouble:
    """Where it is, and what it knows."""

    def __init__(self) -> None:
        self.key, self.stranger = new_key(), new_key()
        self.apps: dict[str, App] = {}
        self.url = ""

    def answer(self, params: dict[str, str], *, query: str) -> bytes | None:
        """Answer a request; None when the answer is lost."""
        app = self.apps.get(params.get("app_id", ""))
        if app is None or query or not _is_signed(params, app):
            told = {"code": "40002", "sub_code": "isv.invalid-signature", "msg": "Invalid"}
            return json.dumps({"error_response": told}).encode()
        if app.lose:
            app.lose -= 1
            return None
        content = json.loads(params["biz_content"])
        app.calls.append((params["method"], content))
        is_transfer = params["method"].endswith("uni.transfer")
        told = _transfer(app, content) if is_transfer else _query(app, content)
        if app.drop:
            app.drop -= 1
            return None
        name = params["method"].replace(".", "_") + "_response"
        signed = json.dumps(told, ensure_ascii=False)
        key = self.stranger if app.forge else self.key
        made = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        sign = base64.b64encode(made).decode()
        return f'{{"{name}":{signed},"sign":"{sign}"}}'.encode()


def _is_signed(params: dict[str, str], app: App) -> bool:
    if params.get("sign_type") != "RSA2" or params.get("method") not in _METHODS:
        return False
    sent = datetime.strptime(params["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    if abs(sent - _CLOCK - datetime.now(UTC)) > _SKEW:
        return False
    if any(params.get(name) != number for name, number in app.numbers.items()):
        return False
    text = "&".join(f"{k}={v}" for k, v in sorted(params.items()) if k != "sign" and v)
    signature = base64.b64decode(params.get("sign", ""))
    try:
        app.key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _failed(code: str, text: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": code, "sub_msg": text}


def _transfer(app: App, content: dict[str, Any]) -> dict[str, Any]:
    number = content["out_biz_no"]
    if number in app.paid:
        return app.paid[number]
    payee = content["payee_info"]
    if not payee.get("name") or content["product_code"] != "TRANS_ACCOUNT_NO_PWD":
        return _failed("INVALID_PARAMETER", "参数有误")
    said = app.says.get(payee["identity"], {"status": "SUCCESS"})
    if "sub_code" in said:
        return _failed(said["sub_code"], said["sub_msg"])
    units = round(float(content["trans_amount"]) * 100)
    if units > app.balance:
        return _failed("PAYER_BALANCE_NOT_ENOUGH", "付款方余额不足")
    app.balance -= units
    # A brace that is not closed must not confuse whoever cuts the answer out.
    told = {"code": "10000", "msg": "Succ}ess", "out_biz_no": number, **said}
    app.paid[number] = {**told, "order_id": f"2026{len(app.paid):04d}"}
    return app.paid[number]


def _query(app: App, content: dict[str, Any]) -> dict[str, Any]:
    found = app.paid.get(content["out_biz_no"])
    return found or _failed("ORDER_NOT_EXIST", "转账订单不存在")


@contextmanager
def alipay_double() -> Iterator[AlipayDouble]:
    """Run the double on a free port."""
    double = AlipayDouble()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            params = {name: values[0] for name, values in parse_qs(body).items()}
            told = double.answer(params, query=self.path.partition("?")[2])
            if told is None:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_port}/gateway.do"
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
