"""What a schema really is, read from the catalog."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import TypeAlias

from django.db.backends.utils import CursorWrapper

Line: TypeAlias = tuple[str, str, str, str]
"""Kind, table, name, definition."""

_TEXT_CAST = re.compile(r"::(?:character varying|text)(?:\(\d+\))?(?:\[\])?")
_NEEDLESS = re.compile(r"(?<!\w)\(((?:'(?:[^']|'')*'|ARRAY\[[^\[\]]*\]|\w+))\)")

# A trigger that belongs to a constraint is internal, but for those that somebody declared.
TRIGGERS_SQL = """
SELECT 'trigger', c.relname, g.tgname, pg_get_triggerdef(g.oid, true)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_trigger g ON g.tgrelid = c.oid AND NOT g.tgisinternal
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%(tables)s)
 ORDER BY c.relname, g.tgname
"""

FUNCTIONS_SQL = """
SELECT DISTINCT 'function', '', p.proname,
       replace(pg_get_functiondef(p.oid), ' FUNCTION ' || current_schema() || '.', ' FUNCTION ')
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_trigger g ON g.tgrelid = c.oid AND NOT g.tgisinternal
  JOIN pg_catalog.pg_proc p
    ON p.oid = g.tgfoid AND p.pronamespace = current_schema()::regnamespace
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%(tables)s)
 ORDER BY p.proname
"""

_SQL = """
WITH wanted AS (
    SELECT c.oid, c.relname FROM pg_catalog.pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace
       AND c.relkind IN ('r', 'p') AND c.relname = ANY(%(tables)s)
)
SELECT 'options', c.relname, '', array_to_string(c.reloptions, ', ')
  FROM wanted w JOIN pg_catalog.pg_class c ON c.oid = w.oid AND c.reloptions IS NOT NULL
UNION ALL
SELECT 'column', w.relname, a.attname,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                 CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity::text,
                 a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid))
  FROM wanted w
  JOIN pg_catalog.pg_attribute a ON a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
UNION ALL
SELECT 'constraint', w.relname, k.conname, pg_get_constraintdef(k.oid)
  FROM wanted w JOIN pg_catalog.pg_constraint k ON k.conrelid = w.oid
UNION ALL
SELECT 'index', w.relname, i.relname,
       replace(pg_get_indexdef(i.oid), ' ON ' || current_schema() || '.', ' ON ')
       || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
  FROM wanted w
  JOIN pg_catalog.pg_index x ON x.indrelid = w.oid
  JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
"""


def read_catalog(cursor: CursorWrapper, tables: Iterable[str]) -> list[Line]:
    """Return what the current schema holds of these tables, sorted."""
    lines: list[Line] = []
    wanted = {"tables": sorted(tables)}
    for text in (_SQL, TRIGGERS_SQL, FUNCTIONS_SQL):
        cursor.execute(text, wanted)
        lines += [(*row[:3], _plain(row[0], row[3])) for row in cursor.fetchall()]
    return sorted(lines)


def _plain(kind: str, definition: str) -> str:
    """Return a definition without the casts of text that PostgreSQL adds when it reads one.

    It writes ``x IN ('a', 'b')`` down as an array of the one type cast to the other,
    and what it wrote down it reads as an array of casts.
    """
    if kind not in {"constraint", "index"}:
        return definition
    bare = _TEXT_CAST.sub("", definition)
    while (inner := _NEEDLESS.sub(r"\1", bare)) != bare:
        bare = inner
    return bare


def digest(lines: Iterable[Line]) -> str:
    """Digest a catalog; equal digests mean equal columns, constraints, indexes, triggers."""
    return hashlib.sha256("\n".join("\t".join(line) for line in lines).encode()).hexdigest()


def tables_of_schema(cursor: CursorWrapper) -> list[str]:
    """Return the tables of the current schema, sorted."""
    cursor.execute(
        "SELECT relname FROM pg_catalog.pg_class"
        " WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
        " ORDER BY relname"
    )
    return [row[0] for row in cursor.fetchall()]
