"""What shows that a parcel arrived: a name, and pictures.

Pictures are checked by their content and kept in the library, out of the staff's sight:
where a telephone was when it took one stands in none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.files.storage import default_storage

from kernel.catalogue.sent import MOST_PICTURES, check_pictures, drawn, drop_sent, keep_drawn
from kernel.fulfilment.errors import ProofRefused
from kernel.fulfilment.models import Fulfilment
from kernel.media.pictures import WIDTHS, Prepared

PROOF_USE: Final = "fulfilment.proof"
_SMALL, _LARGE = WIDTHS[0], WIDTHS[-1]
NAME, PICTURES = "name", "pictures"


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody says, or shows, of an arrival.

    Attributes:
        name: to whom it was handed; empty for nobody.
        pictures: files as they came.
    """

    name: str = ""
    pictures: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """Links to a picture; they end after a while."""

    small: str
    large: str


NOTHING: Final = Proof()


def drawn_pictures(proof: Proof) -> list[tuple[bytes, Prepared]]:
    """Draw the pictures of a proof; takes long, so nothing should be locked meanwhile.

    Raises:
        ProofRefused: too many, one too large, or no picture.
    """
    check_pictures(proof.pictures, refusal=ProofRefused)
    return [(content, drawn(content, refusal=ProofRefused)) for content in proof.pictures]


def with_proof(
    parcel: Fulfilment, name: str, pictures: Sequence[tuple[bytes, Prepared]]
) -> dict[str, Any] | None:
    """Return a parcel's proof with more in it, its files kept; None where nothing is new.

    A picture that is there already is not shown twice.

    Raises:
        ProofRefused: pictures that were kept before leave no room for these, or one is known
            to be damaged or holds a virus.
    """
    shown: list[dict[str, str]] = list(parcel.proof.get(PICTURES, ()))
    if len(shown) + len(pictures) > MOST_PICTURES:
        raise ProofRefused(field=PICTURES, most=MOST_PICTURES)
    for content, made in pictures:
        names = keep_drawn(PROOF_USE, parcel.pk, content, made, refusal=ProofRefused)
        kept = {str(width): names[str(width)] for width in (_SMALL, _LARGE)}
        if kept not in shown:
            shown.append(kept)
    after = {
        **parcel.proof,
        **({NAME: name} if name else {}),
        **({PICTURES: shown} if shown else {}),
    }
    return after if after != parcel.proof else None


def drop_proofs(order_ids: Collection[UUID]) -> None:
    """Forget to whom parcels of orders were handed, and delete what was photographed."""
    rows = Fulfilment.objects.filter(order__in=list(order_ids)).exclude(proof={})
    keys = sorted(rows.values_list("pk", flat=True))
    drop_sent(PROOF_USE, keys)
    Fulfilment.objects.filter(pk__in=keys).update(proof={})


def pictures_of(parcel: Fulfilment) -> list[ShownPicture]:
    """Return links to the pictures of a parcel's arrival, in the order in which they came."""
    return [
        ShownPicture(*(default_storage.url(each[str(width)]) for width in (_SMALL, _LARGE)))
        for each in parcel.proof.get(PICTURES, ())
    ]
