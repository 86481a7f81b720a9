"""The grammar of host names, and how two of them can look alike.

Source: RFC 5891 and UTS 46 through the `idna` library; look-alikes by a short
table of the letters of Cyrillic, Greek and Latin that are drawn the same
(Unicode's confusables, restricted to what IDNA 2008 admits).
"""

from __future__ import annotations

import hashlib
import ipaddress
import unicodedata

import idna
from django.conf import settings

from tenants.errors import InvalidDomain, ReservedDomain

LONGEST = 253
FEWEST_LABELS = 2
_RESERVED_LABELS = frozenset(
    {
        "www-admin", "admin", "administrator", "api", "app", "assets", "billing", "cdn",
        "console", "dashboard", "dns", "ftp", "internal", "intake", "localhost", "mail", "mx",
        "ns", "ns1", "ns2", "operator", "pop", "postmaster", "root", "security", "smtp", "ssl",
        "static", "status", "support", "system", "test", "webmail",
    }
)  # fmt: skip
_NOT_FOR_SALE = frozenset({"local", "internal", "test", "invalid", "example", "onion"})
_LOOKS = str.maketrans(
    {
        "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i",
        "ј": "j", "ѕ": "s", "ԁ": "d", "һ": "h", "ӏ": "l", "ո": "n", "α": "a", "ο": "o",
        "ν": "v", "ρ": "p", "τ": "t", "υ": "u", "ι": "i", "κ": "k", "ı": "i", "ɡ": "g",
        "ⅼ": "l", "0": "o", "1": "l", "ß": "b", "ł": "l", "ø": "o", "đ": "d",
    }
)  # fmt: skip


def normalise(text: str) -> str:
    """Return a host name in its ASCII form, lower case, without a final dot.

    Raises:
        InvalidDomain: not a name of at least two labels that IDNA 2008 admits, an
            address, a name with a port, or longer than 253 characters.
    """
    name = unicodedata.normalize("NFKC", text.strip()).rstrip(".").lower()
    # UTS 46 would drop what cannot be seen, and the owner would not know the name.
    hidden = any(unicodedata.category(c) in {"Cc", "Cf"} for c in name)
    if not name or len(name) > LONGEST or hidden or any(c in name for c in "/:@?#%*_ \\"):
        raise InvalidDomain(domain=text[:80])
    try:
        ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        raise InvalidDomain(domain=text[:80])
    try:
        ascii_name = idna.encode(name, uts46=True, std3_rules=True).decode().lower()
        idna.decode(ascii_name)
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidDomain(domain=text[:80]) from error
    labels = ascii_name.split(".")
    if len(labels) < FEWEST_LABELS or labels[-1].isdigit() or len(ascii_name) > LONGEST:
        raise InvalidDomain(domain=text[:80])
    return ascii_name


def check_not_reserved(name: str) -> None:
    """Refuse names that belong to the installation.

    Raises:
        ReservedDomain: the base domain itself, or a reserved label under it.
    """
    base = settings.STOA_BASE_DOMAIN
    if name == base:
        raise ReservedDomain(domain=name)
    if name.endswith(f".{base}"):
        label = name.removesuffix(f".{base}").split(".")[-1]
        if label in _RESERVED_LABELS:
            raise ReservedDomain(domain=name)
    elif name.rsplit(".", maxsplit=1)[-1] in {
        "local",
        "internal",
        "test",
        "invalid",
        "example",
        "onion",
    }:
        raise ReservedDomain(domain=name)


def skeleton(name: str) -> str:
    """Return what a name looks like: equal skeletons can be taken for one another.

    Source: Unicode UTS 39 §4, with the table above.
    """
    shown = idna.decode(name) if "xn--" in name else name
    plain = unicodedata.normalize("NFD", shown).translate(_LOOKS)
    return (
        "".join(c for c in plain if not unicodedata.combining(c))
        .replace("rn", "m")
        .replace("vv", "w")
    )


def look_of(name: str) -> str:
    """Return a digest of a name's skeleton, of one length whatever the script."""
    return hashlib.sha256(skeleton(name).encode()).hexdigest()


def shown(name: str) -> str:
    """Return a host name as people write it."""
    try:
        return idna.decode(name)
    except idna.IDNAError:
        return name
