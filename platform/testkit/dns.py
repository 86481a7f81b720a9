"""A DNS server for tests: answers over UDP from records that the test sets."""

from __future__ import annotations

import contextlib
import socket
from threading import Thread
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

_LONGEST = 4096


class DnsServer:
    """Serves TXT and CNAME records on a loopback port; a context manager.

    Attributes:
        txt: texts by name.
        cname: targets by name.
        silent: True to leave every question unanswered with SERVFAIL.
    """

    def __init__(self) -> None:
        self.txt: dict[str, list[str]] = {}
        self.cname: dict[str, str] = {}
        self.silent = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = Thread(target=self._serve, name="dns", daemon=True)

    @property
    def address(self) -> str:
        """Return ``host:port``, as the setting STOA_DNS_SERVER takes it."""
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                data, sender = self._socket.recvfrom(_LONGEST)
            except OSError:
                return
            if not data:
                return
            with contextlib.suppress(dns.exception.DNSException):
                answer = self._answer(dns.message.from_wire(data))
                self._socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        if self.silent:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif question.rdtype == dns.rdatatype.TXT and name in self.txt:
            texts = [f'"{text}"' for text in self.txt[name]]
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", *texts))
        elif name in self.cname:
            target = f"{self.cname[name]}."
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "CNAME", target))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response
