"""A server that speaks S3's language over HTTP, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import boto3
from moto.server import ThreadedMotoServer

from testkit.servers.ports import LOOPBACK, free_ports


@contextmanager
def bucket_server() -> Iterator[str]:
    """Run the server; yields its address."""
    (port,) = free_ports(1)
    server = ThreadedMotoServer(ip_address=LOOPBACK, port=port, verbose=False)
    server.start()
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.stop()


def new_bucket(server: str) -> dict[str, str]:
    """Make an empty bucket; return what the setting STOA_S3 says of it."""
    place = {
        "endpoint": server,
        "bucket": f"bucket-{token_hex(6)}",
        "access_key": "key",
        "secret_key": token_hex(8),
        "region": "us-east-1",
    }
    client = boto3.client(
        "s3",
        endpoint_url=server,
        region_name=place["region"],
        aws_access_key_id=place["access_key"],
        aws_secret_access_key=place["secret_key"],
    )
    client.create_bucket(Bucket=place["bucket"])
    return place
