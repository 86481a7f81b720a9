"""Recompute a draw from its published file: python recompute_draw.py draw.json."""

import hashlib
import hmac
import json
import sys
from itertools import accumulate
from pathlib import Path

draw = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
terms, entries, seed = draw["terms"], draw["entries"], bytes.fromhex(draw["seed"])
chain = f"{draw['commitment']}:{json.dumps(terms, sort_keys=True, separators=(',', ':'))}"
for ticket, holder in entries:
    chain = f"{hashlib.sha256(chain.encode()).hexdigest()}:{ticket}:{holder}"
chain, is_ranked = hashlib.sha256(chain.encode()).hexdigest(), terms["kind"] == "ranked"
texts = {at: f"{chain}:{at}" if is_ranked else str(at) for at in range(1, len(entries) + 1)}
macs = {at: hmac.digest(seed, text.encode(), "sha256")[:8] for at, text in texts.items()}
sums = list(accumulate(prize["chance"] for prize in terms["prizes"]))
wins, lucky, left = {}, set(), [prize["quantity"] for prize in terms["prizes"]]
for at in sorted(macs, key=macs.__getitem__) if is_ranked else macs:
    holder = entries[at - 1][1]
    point = 0 if is_ranked else int.from_bytes(macs[at], "big") * 1_000_000 >> 64
    hits = [place for place, most in enumerate(left if is_ranked else sums) if point < most]
    if hits and left[hits[0]] and not (is_ranked and holder in lucky):
        wins[str(at)], left[hits[0]] = hits[0], left[hits[0]] - 1
        lucky.add(holder)
wins = {} if is_ranked and "stopped" in draw else wins
same = hashlib.sha256(seed).hexdigest(), chain, wins
sys.exit(None if same == (draw["commitment"], draw["chain"], draw["wins"]) else "It is wrong!")
