"""The editor's client: its own tests, its size, and its texts."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

from themes.editor.build import MOST_BYTES, SOURCE, build, node_path
from themes.editor.words import WORDS
from themes.registry import all_blocks

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "static" / "themes"
CALLED = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')
NODE = node_path()


def test_every_text_of_the_client_is_translated_and_none_is_left_over() -> None:
    sources = {path.name: path.read_text("utf-8") for path in SOURCE.glob("*.js")}
    called = {text for source in sources.values() for text in CALLED.findall(source)}
    named = set(re.findall(r'\["[^"]+", "[^"]+", "([^"]+)"\]', sources["rich.js"]))

    assert called | named == set(WORDS)


def test_every_block_has_a_sign_that_the_client_draws() -> None:
    drawn = set(re.findall(r'^  (\w+): "M', (SOURCE / "signs.js").read_text("utf-8"), re.MULTILINE))

    assert {each.icon for each in all_blocks().values()} - drawn == set()


def test_history_and_tree_do_what_they_say() -> None:
    assert NODE is not None, "there is no Node: install the locked dependencies"
    done = subprocess.run(
        [NODE / "node", "--test", HERE / "history.test.mjs"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:]


def test_the_built_client_is_small(tmp_path: Path) -> None:
    assert NODE is not None, "there is no Node: install the locked dependencies"

    sizes = build(tmp_path, node=NODE)

    assert sizes["main.js"] <= MOST_BYTES
    assert sizes["editor.css"] <= 10 * 1024


def test_the_storefronts_own_script_is_small() -> None:
    script = (STATIC / "store.js").read_bytes()

    assert len(gzip.compress(script, 9)) <= 10 * 1024
