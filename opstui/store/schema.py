"""The tables, one migration a function: never edit one that was released, add the next.

Times are whole UTC seconds since 1970 unless a column ends in ``_ms``. User-owned tables (marks, journal, notes,
decisions, drafts, records) and source-owned ones (items, changes, comments, links) never share a table; ``ranks`` is derived
from both and can be rebuilt at any time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

VERSION = 5
"""``PRAGMA user_version`` of a file that has every migration below."""

APPLICATION_ID = 0x6F707374
"""``PRAGMA application_id`` of our files: "opst"."""

M001 = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- source-owned ---------------------------------------------------------------------------------------------------
CREATE TABLE items (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL, stage TEXT NOT NULL,
  priority INTEGER, priority_label TEXT NOT NULL, owner TEXT, reporter TEXT, team TEXT, labels TEXT NOT NULL, url TEXT NOT NULL,
  created INTEGER, updated INTEGER, due INTEGER, sla_due INTEGER,
  first_seen INTEGER NOT NULL, gone INTEGER, fingerprint TEXT NOT NULL, changed_by TEXT,
  fields TEXT NOT NULL, body TEXT NOT NULL,  -- last, so that a long text is not read to get at what stands behind it
  UNIQUE (source, key)
);
CREATE TABLE changes (
  id INTEGER PRIMARY KEY, item INTEGER NOT NULL REFERENCES items(id),
  field TEXT NOT NULL, old TEXT, new TEXT, at INTEGER NOT NULL, who TEXT, seen INTEGER NOT NULL
);
CREATE INDEX changes_item ON changes (item, at);
CREATE TABLE comments (
  item INTEGER NOT NULL REFERENCES items(id), seq INTEGER NOT NULL, at INTEGER, who TEXT, text TEXT NOT NULL,
  PRIMARY KEY (item, seq)
) WITHOUT ROWID;
CREATE TABLE links (
  blocker TEXT NOT NULL, blocked TEXT NOT NULL, teller TEXT NOT NULL,  -- all three are refs; the teller is one of the ends
  PRIMARY KEY (blocker, blocked, teller)
) WITHOUT ROWID;
CREATE INDEX links_blocked ON links (blocked);
CREATE INDEX links_teller ON links (teller);
-- Filled a page at a time by the store itself: a trigger a row costs three times as much.
CREATE VIRTUAL TABLE items_fts USING fts5 (
  title, body, content=items, content_rowid=id, columnsize=0, tokenize="unicode61 remove_diacritics 2"
);
-- Merge late, and in small pieces even then: a page's transaction must stay short.
INSERT INTO items_fts (items_fts, rank) VALUES ('automerge', 16);
INSERT INTO items_fts (items_fts, rank) VALUES ('crisismerge', 64);
CREATE TABLE sources (
  name TEXT PRIMARY KEY, cursor TEXT, state TEXT NOT NULL DEFAULT 'never',
  last_ok INTEGER, last_try INTEGER, next_due INTEGER, seconds REAL,
  seen INTEGER NOT NULL DEFAULT 0, added INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0,
  what TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '', next_step TEXT NOT NULL DEFAULT '',
  notes TEXT NOT NULL DEFAULT '[]', items INTEGER NOT NULL DEFAULT 0,
  began_with TEXT  -- the cursor when the pull under way began
) WITHOUT ROWID;
CREATE TABLE refusals (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, place TEXT NOT NULL, reason TEXT NOT NULL,
  sample TEXT NOT NULL, at INTEGER NOT NULL
);
CREATE INDEX refusals_source ON refusals (source);

-- user-owned -----------------------------------------------------------------------------------------------------
CREATE TABLE marks (
  item INTEGER PRIMARY KEY REFERENCES items(id),
  verdict TEXT, at INTEGER, who TEXT, until INTEGER, reason TEXT NOT NULL DEFAULT '', target TEXT NOT NULL DEFAULT '',
  owner TEXT, priority INTEGER, stage TEXT, for_block INTEGER NOT NULL DEFAULT 0, basis TEXT NOT NULL DEFAULT ''
);
CREATE INDEX marks_at ON marks (at) WHERE at IS NOT NULL;
CREATE INDEX marks_block ON marks (item) WHERE for_block = 1;
-- Marks of an import whose items no source has brought yet.
CREATE TABLE marks_waiting (ref TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal_groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL, who TEXT NOT NULL,
  verb TEXT NOT NULL, summary TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', undoable INTEGER NOT NULL DEFAULT 1,
  undoes INTEGER REFERENCES journal_groups(id), redoes INTEGER REFERENCES journal_groups(id)
);
CREATE INDEX groups_at ON journal_groups (at_ms);
CREATE INDEX groups_undoes ON journal_groups (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX groups_redoes ON journal_groups (redoes) WHERE redoes IS NOT NULL;
CREATE TABLE journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT, grp INTEGER NOT NULL REFERENCES journal_groups(id), ref TEXT NOT NULL,
  item INTEGER, target TEXT NOT NULL, before TEXT, after TEXT
);
CREATE INDEX journal_grp ON journal (grp);
CREATE INDEX journal_ref ON journal (ref) WHERE ref <> '';
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER groups_no_update BEFORE UPDATE ON journal_groups BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER groups_no_delete BEFORE DELETE ON journal_groups BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL,
  ref TEXT NOT NULL, text TEXT NOT NULL, withdrawn INTEGER
);
CREATE INDEX notes_at ON notes (at);
CREATE INDEX notes_ref ON notes (ref) WHERE ref <> '';
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, who TEXT NOT NULL, ref TEXT NOT NULL,
  what TEXT NOT NULL, why TEXT NOT NULL, options TEXT NOT NULL, owner TEXT NOT NULL,
  review_on TEXT NOT NULL, effect TEXT NOT NULL,
  supersedes INTEGER REFERENCES decisions(id), superseded_by INTEGER REFERENCES decisions(id), withdrawn INTEGER
);
CREATE INDEX decisions_at ON decisions (at);
CREATE INDEX decisions_ref ON decisions (ref) WHERE ref <> '';
CREATE TABLE drafts (slot TEXT PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY, started INTEGER NOT NULL UNIQUE, ended INTEGER NOT NULL,
  decided INTEGER NOT NULL, seconds TEXT NOT NULL
);

-- derived --------------------------------------------------------------------------------------------------------
CREATE TABLE ranks (
  item INTEGER PRIMARY KEY,  -- of items; no foreign key, which would look up every row of an import
  place TEXT NOT NULL, rank REAL NOT NULL, why TEXT NOT NULL, valid_until INTEGER,
  owner TEXT, owner_state TEXT NOT NULL, priority INTEGER, stage TEXT NOT NULL,
  sla_due INTEGER, sla_left INTEGER, until INTEGER,
  urgent INTEGER NOT NULL, important INTEGER NOT NULL, blocks INTEGER NOT NULL,
  born INTEGER NOT NULL, changed INTEGER NOT NULL,  -- created at its source, else first seen; last news of it
  lead INTEGER,  -- in the queue: 1 when it has a line of its own, 0 when it is folded into its group; else NULL
  group_key TEXT, group_size INTEGER NOT NULL, group_first INTEGER, group_last INTEGER
);
-- Partial on a column it holds (place would have to be looked up), so that the queue is read without touching the table.
CREATE INDEX ranks_queue ON ranks (rank DESC, item, lead, changed) WHERE lead IS NOT NULL;
CREATE INDEX ranks_place ON ranks (place, until) WHERE place NOT IN ('queue', 'closed');
CREATE INDEX ranks_expire ON ranks (valid_until) WHERE valid_until IS NOT NULL;
CREATE INDEX ranks_group ON ranks (group_key, rank DESC, item, lead, born)
  WHERE group_key IS NOT NULL AND lead IS NOT NULL;
-- The row with the empty name counts the lines of the whole queue and is kept exact; the others are recounted.
CREATE TABLE split_counts (name TEXT PRIMARY KEY, query TEXT NOT NULL, n INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO split_counts VALUES ('', '', 0);
CREATE TABLE leases (
  name TEXT PRIMARY KEY, holder TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL, beat INTEGER NOT NULL
) WITHOUT ROWID;
"""


M002 = """
ALTER TABLE sources ADD COLUMN paused INTEGER;  -- since when a person has stopped it here
ALTER TABLE sources ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;  -- requests of the last run
ALTER TABLE sources ADD COLUMN quota_left INTEGER;
ALTER TABLE sources ADD COLUMN quota_limit INTEGER;
ALTER TABLE sources ADD COLUMN quota_reset INTEGER;
ALTER TABLE sources ADD COLUMN expires INTEGER;  -- when its credential ends
ALTER TABLE sources ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN verbs TEXT NOT NULL DEFAULT '[]';  -- what its connector can carry out
ALTER TABLE sources ADD COLUMN takes_back TEXT NOT NULL DEFAULT '[]';
ALTER TABLE sources ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;  -- in a row
-- user-owned: changes meant for sources. ``value``, ``base`` and ``theirs`` are JSON; see domain.outbox for the states.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, grp INTEGER NOT NULL REFERENCES journal_groups(id),
  source TEXT NOT NULL, item INTEGER, ref TEXT NOT NULL, verb TEXT NOT NULL, value TEXT NOT NULL, base TEXT,
  who TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, due INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, tried INTEGER, doubt INTEGER NOT NULL DEFAULT 0, settled INTEGER,
  made TEXT NOT NULL DEFAULT '',  -- the id of what it made at the source
  what TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '', next_step TEXT NOT NULL DEFAULT '', theirs TEXT,
  undoes INTEGER REFERENCES outbox(id)
);
CREATE INDEX outbox_due ON outbox (source, due) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_open ON outbox (item) WHERE state IN ('parked', 'pending', 'sending', 'failed', 'conflict');
CREATE INDEX outbox_grp ON outbox (grp);
CREATE INDEX outbox_ref ON outbox (ref);
CREATE INDEX outbox_settled ON outbox (source, settled) WHERE settled IS NOT NULL;
-- derived: the transitions an item could make when its source was last asked
CREATE TABLE moves (item INTEGER PRIMARY KEY, status TEXT NOT NULL, at INTEGER NOT NULL, moves TEXT NOT NULL);
"""

M003 = """
-- user-owned: what is kept besides notes and decisions, each a JSON document of its kind; see store.records.
CREATE TABLE records (
  id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
  name TEXT NOT NULL, ref TEXT NOT NULL,  -- what it is called among its kind, and the item it is about; both may be empty
  at INTEGER NOT NULL, who TEXT NOT NULL, open INTEGER NOT NULL,  -- 1 as long as somebody has to see to it
  due INTEGER,  -- when somebody has to
  data TEXT NOT NULL
);
CREATE INDEX records_kind ON records (kind, open, at);
CREATE INDEX records_name ON records (kind, name, at);
CREATE INDEX records_ref ON records (ref, kind) WHERE ref <> '';
"""

M004 = """
ALTER TABLE ranks ADD COLUMN col INTEGER;  -- its column of the board, -1 when no column takes its status; NULL: on no board
ALTER TABLE ranks ADD COLUMN entered INTEGER;  -- when it came into that column; NULL when it was born there
"""

M005 = """
ALTER TABLE marks ADD COLUMN staged INTEGER;  -- since when its stage is the one set here
"""


def m001_first(db: Database) -> None:
    """Every table of the first release, and the full-text indexes."""
    db.executescript(M001)
    db["notes"].enable_fts(["text"], create_triggers=True, tokenize="unicode61 remove_diacritics 2")  # type: ignore[union-attr]
    db["decisions"].enable_fts(["what", "why", "options"], create_triggers=True, tokenize="unicode61 remove_diacritics 2")  # type: ignore[union-attr]
    db["journal_groups"].enable_fts(["summary", "why"], create_triggers=True, tokenize="unicode61 remove_diacritics 2")  # type: ignore[union-attr]


def m002_outbox(db: Database) -> None:
    """Changes meant for sources, and what sources say of our use of them."""
    db.executescript(M002)


def m003_records(db: Database) -> None:
    """Stand-ups, blockers and whatever else a manager keeps."""
    db.executescript(M003)


def m004_board(db: Database) -> None:
    """Where each item is on the board of the stand-up."""
    db.executescript(M004)


def m005_staged(db: Database) -> None:
    """Since when an item is in a stage that was set here."""
    db.executescript(M005)


MIGRATIONS = (m001_first, m002_outbox, m003_records, m004_board, m005_staged)
