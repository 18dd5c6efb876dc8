"""Schema: the tables of ``run.sqlite``, and the order in which their rows are compared.

Rows are only ever added, tick after tick, so that a commit costs as much in the last tick as in the first: what an
agent forgets is a row of its own, and the view ``memories`` shows both together. Nothing in here depends on the clock,
the machine or the name of the run.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DDL", "TABLES", "VERSION", "Table"]

VERSION = 4
"""3: as 4, without what interventions and channels did (``steered``, ``marks``). 2: as 3, without ``turns.shortened``.
1: as 2, without what agents intend (``intended``, ``concluded``)."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table and the columns that order its rows.

    Attributes:
        name: of the table.
        key: its primary key; it starts with the tick in all tables that have one.
    """

    name: str
    key: tuple[str, ...]

    @property
    def by_tick(self) -> bool:
        """Whether each row belongs to a tick."""
        return self.key[0] == "tick"


TABLES = (
    Table("meta", ("key",)),
    Table("texts", ("id",)),
    Table("marks", ("tick", "post", "mark")),
    Table("exposures", ("tick", "user", "position")),
    Table("turns", ("tick", "user")),
    Table("faults", ("tick", "user")),
    Table("intended", ("tick", "user")),
    Table("posts", ("tick", "author", "n")),
    Table("remembered", ("tick", "user", "position")),
    Table("forgotten", ("tick", "user", "post")),
    Table("concluded", ("tick", "user", "decided")),
    Table("steered", ("tick", "section", "number")),
    Table("ticks", ("tick",)),
)
"""Within a tick, causes come before what follows from them."""

DDL = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- A row says that the tick is whole. Every agent-step is accounted for.
CREATE TABLE ticks (
    tick INTEGER PRIMARY KEY CHECK (tick >= 0),
    users INTEGER NOT NULL,
    delivered INTEGER NOT NULL,      -- agents with mail
    acted INTEGER NOT NULL,
    inactive INTEGER NOT NULL,
    faulted INTEGER NOT NULL,
    not_exposed INTEGER NOT NULL CHECK (not_exposed >= 0),
    posts INTEGER NOT NULL,          -- in words of their own: not forwards
    forwards INTEGER NOT NULL,
    exposures INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    reply_tokens INTEGER NOT NULL,
    CHECK (acted + inactive + faulted + not_exposed = users)
) STRICT;

-- Content-addressed: see ids.text_id.
CREATE TABLE texts (id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;

CREATE TABLE posts (
    tick INTEGER NOT NULL REFERENCES ticks,
    author TEXT NOT NULL,
    n INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    parent TEXT,
    root TEXT NOT NULL,
    text_id TEXT NOT NULL REFERENCES texts,
    emotion TEXT,
    attitude TEXT,
    PRIMARY KEY (tick, author, n)
) STRICT, WITHOUT ROWID;

-- A turn that failed has no emotion, attitude and action, and a row in faults.
CREATE TABLE turns (
    tick INTEGER NOT NULL REFERENCES ticks,
    user TEXT NOT NULL,
    mode TEXT NOT NULL,
    emotion TEXT,
    p_calm REAL,
    p_moderate REAL,
    p_intense REAL,
    attitude TEXT,
    p_positive REAL,
    action TEXT,
    target TEXT,
    p_forward REAL,
    p_post REAL,
    p_inactive REAL,
    recalled TEXT NOT NULL,          -- JSON list of post ids, most influential first
    calls INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    reply_tokens INTEGER NOT NULL,
    shortened INTEGER NOT NULL,      -- calls whose prompt was shortened to stay within its budget
    PRIMARY KEY (tick, user),
    CHECK ((emotion IS NULL) = (action IS NULL) AND (attitude IS NULL) = (action IS NULL)
       AND (p_calm IS NULL) = (action IS NULL) AND (p_moderate IS NULL) = (action IS NULL)
       AND (p_intense IS NULL) = (action IS NULL) AND (p_positive IS NULL) = (action IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE exposures (
    tick INTEGER NOT NULL,
    user TEXT NOT NULL,
    position INTEGER NOT NULL,       -- in the inbox, from 0
    post TEXT NOT NULL REFERENCES posts (id),
    source TEXT NOT NULL,
    attended INTEGER NOT NULL CHECK (attended IN (0, 1)),
    PRIMARY KEY (tick, user, position),
    FOREIGN KEY (tick, user) REFERENCES turns
) STRICT, WITHOUT ROWID;

-- The text of a memory from before the run is not in texts: it belongs to the society.
CREATE TABLE remembered (
    tick INTEGER NOT NULL,
    user TEXT NOT NULL,
    position INTEGER NOT NULL,       -- among the memories of the turn, from 0
    post TEXT NOT NULL,
    text_id TEXT NOT NULL,
    tick_posted INTEGER NOT NULL,
    source TEXT NOT NULL,
    relevance REAL NOT NULL,
    PRIMARY KEY (tick, user, position),
    FOREIGN KEY (tick, user) REFERENCES turns
) STRICT, WITHOUT ROWID;

-- Ends every memory that the user has of the post, one from the same turn included.
CREATE TABLE forgotten (
    tick INTEGER NOT NULL,
    user TEXT NOT NULL,
    post TEXT NOT NULL,
    PRIMARY KEY (tick, user, post),
    FOREIGN KEY (tick, user) REFERENCES turns
) STRICT, WITHOUT ROWID;

-- What was decided in a turn to be done later; the view intentions tells what became of it.
CREATE TABLE intended (
    tick INTEGER NOT NULL,
    user TEXT NOT NULL,
    due INTEGER NOT NULL CHECK (due > tick),
    action TEXT NOT NULL,
    target TEXT,
    root TEXT,                       -- first post of the target's cascade
    text_id TEXT NOT NULL REFERENCES texts,
    attitude TEXT,                   -- that the text expresses
    PRIMARY KEY (tick, user),
    FOREIGN KEY (tick, user) REFERENCES turns
) STRICT, WITHOUT ROWID;

-- Ends what the user intended in tick decided: carried out, or else given up.
CREATE TABLE concluded (
    tick INTEGER NOT NULL,
    user TEXT NOT NULL,
    decided INTEGER NOT NULL,
    done INTEGER NOT NULL CHECK (done IN (0, 1)),
    PRIMARY KEY (tick, user, decided),
    FOREIGN KEY (tick, user) REFERENCES turns,
    FOREIGN KEY (decided, user) REFERENCES intended (tick, user)
) STRICT, WITHOUT ROWID;

-- What was put on posts for good before the tick began; every forward of such a post is meant too.
CREATE TABLE marks (
    tick INTEGER NOT NULL REFERENCES ticks,
    post TEXT NOT NULL REFERENCES posts (id),
    mark TEXT NOT NULL CHECK (mark IN ('removed', 'labelled', 'down_ranked')),
    number INTEGER NOT NULL,         -- of the intervention in the scenario, from 0
    text TEXT,                       -- of a label
    weight REAL,                     -- of a post that is down-ranked
    PRIMARY KEY (tick, post, mark)
) STRICT, WITHOUT ROWID;

-- Interventions and channels that were in force, or had an effect, and what they came to in the tick.
CREATE TABLE steered (
    tick INTEGER NOT NULL REFERENCES ticks,
    section TEXT NOT NULL CHECK (section IN ('interventions', 'channels')),
    number INTEGER NOT NULL,         -- in that section of the scenario, from 0
    kind TEXT NOT NULL,
    posts INTEGER NOT NULL,          -- removed, labelled, down-ranked, withheld, brought in or recommended
    deliveries INTEGER NOT NULL,     -- that did not come about, came with a mark, or came about through it
    accounts INTEGER NOT NULL,       -- suspended, or served
    edges INTEGER NOT NULL,          -- changed
    PRIMARY KEY (tick, section, number)
) STRICT, WITHOUT ROWID;

-- May hold a tick that is not in ticks: the one that ended the run.
CREATE TABLE faults (
    tick INTEGER NOT NULL,
    user TEXT NOT NULL,
    stage TEXT NOT NULL,
    cause TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (tick, user)
) STRICT, WITHOUT ROWID;

-- The pool of a user at tick t: rows with tick_added <= t and no tick_forgotten up to t. A memory also ends when the
-- same post comes again from a more authentic source; the new one takes its place in the pool.
CREATE VIEW memories AS
WITH ends AS MATERIALIZED (
    SELECT user, post, tick, tick AS last_start FROM forgotten
    UNION ALL SELECT user, post, tick, tick - 1 FROM remembered
)
SELECT r.user AS user, r.post AS post, r.text_id AS text_id, r.tick_posted AS tick_posted, r.tick AS tick_added,
       r.position AS position, r.source AS source, r.relevance AS relevance, min(ends.tick) AS tick_forgotten
FROM remembered AS r
LEFT JOIN ends ON ends.user = r.user AND ends.post = r.post AND ends.last_start >= r.tick
GROUP BY r.tick, r.user, r.position;

CREATE VIEW intentions AS
SELECT i.user AS user, i.tick AS tick_decided, i.due AS due, i.action AS action, i.target AS target, i.root AS root,
       i.text_id AS text_id, i.attitude AS attitude, c.tick AS tick_concluded, c.done AS done
FROM intended AS i LEFT JOIN concluded AS c ON c.user = i.user AND c.decided = i.tick;
"""
