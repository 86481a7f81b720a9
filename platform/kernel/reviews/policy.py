"""What a shop chose about reviews, and the words that make one wait."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.ledger.choices import AssetKind
from kernel.ledger.models import Asset
from kernel.reviews.errors import InvalidReviewPolicy
from kernel.reviews.models import ReviewPolicy

MOST_WORDS: Final = 1_000
LONGEST_WORD: Final = 40
MOST_DAYS: Final = 365
MOST_POINTS: Final = 100_000
_LETTERS: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices, as they are changed; see `ReviewPolicy`."""

    waits: bool
    words: Sequence[str]
    default_days: int
    points_asset: str = ""
    points: int = 0
    points_pictured: int = 0


def current_policy() -> Policy:
    """Return the current tenant's choices, or what holds while nothing was chosen."""
    row = ReviewPolicy.objects.filter(pk=1).first() or ReviewPolicy()
    return Policy(**{each.name: getattr(row, each.name) for each in fields(Policy)})


@transaction.atomic
def set_policy(policy: Policy, *, actor: Actor) -> Policy:
    """Choose how reviews are handled from now on; what is there stays as it is.

    Raises:
        InvalidReviewPolicy: a number out of bounds, or words that cannot be kept.
    """
    if not 0 <= policy.default_days <= MOST_DAYS:
        raise InvalidReviewPolicy(
            _("From %(lowest)s to %(highest)s is expected.") % {"lowest": 0, "highest": MOST_DAYS},
            field="default_days",
        )
    _check_points(policy)
    chosen = {**asdict(policy), "words": _checked_words(policy.words)}
    ReviewPolicy.objects.bulk_create([ReviewPolicy()], ignore_conflicts=True)
    row = ReviewPolicy.objects.select_for_update().get(pk=1)
    before = {name: getattr(row, name) for name in chosen}
    for name, value in chosen.items():
        setattr(row, name, value)
    row.save(update_fields=list(chosen))
    record(action="reviews.policy_changed", actor=actor, obj=row, before=before, after=chosen)
    return Policy(**chosen)


def _check_points(policy: Policy) -> None:
    for name in ("points", "points_pictured"):
        if not 0 <= getattr(policy, name) <= MOST_POINTS:
            bounds = {"lowest": 0, "highest": MOST_POINTS}
            told = _("From %(lowest)s to %(highest)s is expected.") % bounds
            raise InvalidReviewPolicy(told, field=name)
    if not policy.points and not policy.points_pictured:
        return
    assets = Asset.objects.filter(code=policy.points_asset, kind=AssetKind.POINTS, is_active=True)
    if not assets.exists():
        told = _("Choose what is given for reviews.")
        raise InvalidReviewPolicy(told, field="points_asset")


def words_in(text: str, words: Sequence[str]) -> list[str]:
    """Return which of some words a text has.

    Width, case and, where there are no spaces between words, whatever was put
    between the letters make no difference; others count as whole words.
    """
    parts = _LETTERS.findall(_folded(text))
    squeezed, spaced = "".join(parts), f" {' '.join(parts)} "
    return [word for word in words if _is_in(_folded(word), squeezed, spaced)]


def _is_in(word: str, squeezed: str, spaced: str) -> bool:
    parts = _LETTERS.findall(word)
    if not parts:
        return False
    if word.isascii():
        return f" {' '.join(parts)} " in spaced
    return "".join(parts) in squeezed


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _checked_words(words: Sequence[str]) -> list[str]:
    kept = list(dict.fromkeys(" ".join(word.split()) for word in words))
    kept = [word for word in kept if word]
    if len(kept) > MOST_WORDS:
        text = _("At most %(number)s words can be kept.") % {"number": MOST_WORDS}
        raise InvalidReviewPolicy(text, field="words")
    for word in kept:
        if len(word) > LONGEST_WORD or "\x00" in word or not _LETTERS.search(word):
            text = _("“%(word)s” cannot be kept as a word.") % {"word": word[:LONGEST_WORD]}
            raise InvalidReviewPolicy(text, field="words")
    return kept
