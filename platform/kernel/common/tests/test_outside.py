"""What somebody outside names is asked at the address that was judged, and nowhere else."""

from __future__ import annotations

import socket
import time
from threading import Thread
from typing import Any

import pytest

from kernel.common.outside import NotOutside, Unreachable, judged, post
from testkit.receiver import Receiver

METADATA = "169.254.169.254"


def answering(*answers: str) -> Any:
    """Return a look-up that answers with one address after the other, and notes the questions."""
    rest = list(answers)

    def find(host: str, port: int) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (rest.pop(0), port))]

    return find


@pytest.mark.parametrize(
    "address",
    [
        *(METADATA, "10.1.2.3", "127.0.0.1", "100.64.0.1", "0.0.0.0"),
        # IPv6 that stands for the address of metadata: mapped, 6to4, translated on the way.
        *("::1", "fe80::1", "::ffff:a9fe:a9fe", "2002:a9fe:a9fe::1", "64:ff9b::a9fe:a9fe"),
    ],
)
def test_a_name_that_stands_for_something_inside_is_refused(address: str) -> None:
    with pytest.raises(NotOutside):
        judged("https://innocent.example/hook", find=answering(address))


def test_one_address_inside_among_others_is_enough() -> None:
    def find(host: str, port: int) -> list[Any]:
        return [*answering("93.184.215.14")(host, port), *answering(METADATA)(host, port)]

    with pytest.raises(NotOutside):
        judged("https://innocent.example/hook", find=find)


def test_a_name_is_asked_for_once_so_its_next_answer_leads_nowhere() -> None:
    with Receiver() as server:
        url = f"http://rebinding.example:{server.port}/hook"
        find = answering("127.0.0.1")  # asked a second time, it would fail

        answer = post(
            url,
            b"{}",
            headers={},
            inner_hosts=[f"rebinding.example:{server.port}"],
            find=find,
        )

    assert answer.status == 204
    assert server.received[0].headers["host"] == f"rebinding.example:{server.port}"


def test_whoever_answers_drop_by_drop_is_left_at_the_deadline() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def drip() -> None:
        line, _peer = listener.accept()
        try:
            while True:
                line.sendall(b"H")
                time.sleep(0.05)
        except OSError:
            line.close()

    Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(Unreachable, match="timeout"):
        post(
            f"http://127.0.0.1:{port}/",
            b"{}",
            headers={},
            inner_hosts=[f"127.0.0.1:{port}"],
            deadline=0.3,
        )
    listener.close()

    assert time.monotonic() - began < 3
