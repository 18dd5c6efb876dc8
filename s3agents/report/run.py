"""Run: what a run left in its folder, finished or not, as tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3agents.coordinator.run_folder import RunFolder
from s3agents.errors import RunFolderError, explain
from s3agents.record.connection import reading
from s3agents.record.fingerprint import fingerprint
from s3agents.report.cascades import cascades
from s3agents.report.curves import curves
from s3agents.report.frames import frame
from s3agents.report.manifest import Manifest
from s3agents.report.plots import Plots

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Run"]

_POSTS = """
SELECT posts.id, tick, author, n, kind, parent, root, text, emotion, attitude
FROM posts JOIN texts ON texts.id = text_id ORDER BY tick, author, n
"""
_INTENTIONS = """
SELECT user, tick_decided, due, action, target, root, text, attitude, tick_concluded, done
FROM intentions JOIN texts ON texts.id = text_id ORDER BY tick_decided, user
"""
_FINAL = """
SELECT user, max(tick) AS felt, emotion, attitude, p_positive
FROM turns WHERE action IS NOT NULL GROUP BY user ORDER BY user
"""


class Run(Plots):
    """A run, for reading: its manifest, and its record as pandas tables. Reads while the run goes on, too.

    Ticks count from 0; a column of a turn that failed has gaps where there was nothing to keep.

    Args:
        folder: of the run.

    Raises:
        RunFolderError: if the folder holds no run, or one that has recorded nothing yet.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = RunFolder.existing(Path(folder))
        self.manifest = Manifest.read(self._folder.manifest)
        if not self.record.is_file():
            remedy = f"continue it with s3agents resume {self.folder}"
            raise RunFolderError(
                explain(str(self.folder), wanted="the record of a run", got=f"no {self.record.name}", remedy=remedy)
            )

    def __repr__(self) -> str:
        return f"<Run {self.folder}: {self.manifest.name}, {self.manifest.status}>"

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder.path

    @property
    def record(self) -> Path:
        """The SQLite file of its record."""
        return self._folder.record

    @property
    def scenario(self) -> dict[str, Any]:
        """The scenario as plain values."""
        return self.manifest.scenario

    def fingerprint(self) -> str:
        """SHA-256 of all that the record says; equal for equal runs.

        Raises:
            RecordError: if the record cannot be read; so do all the methods below.
        """
        return fingerprint(self.record)

    def posts(self) -> pd.DataFrame:
        """One row a post: id, tick, author, n, kind, parent, root, text, emotion, attitude."""
        return self._frame(_POSTS)

    def exposures(self) -> pd.DataFrame:
        """One row for each post that reached somebody: tick, user, position in the inbox, post, source, attended."""
        return self._frame("SELECT * FROM exposures ORDER BY tick, user, position")

    def turns(self) -> pd.DataFrame:
        """One row a turn: who, when, mode, emotion, attitude and act with their probabilities, and what it cost.

        ``recalled`` is a JSON list of posts. ``target`` is the post that an act is about; of what is liked, answered or
        followed by way of a forward, the first of the cascade. The probabilities of acts are those of S3's three; where
        others are on offer, what they lack of 1 is theirs.
        """
        return self._frame("SELECT * FROM turns ORDER BY tick, user")

    def memories(self) -> pd.DataFrame:
        """One row a memory: user, post, text_id, tick_posted, tick_added, position, source, relevance, tick_forgotten.

        The pool of a user after tick ``t`` is what was added up to then and not forgotten up to then.
        """
        return self._frame("SELECT * FROM memories ORDER BY tick_added, user, position")

    def intentions(self) -> pd.DataFrame:
        """One row for each act that was decided to be done later.

        Columns: user, tick_decided, due (the tick), action, target, root (of the target's cascade), text, attitude;
        tick_concluded and done (1 carried out, 0 given up) are gaps while it is still intended.
        """
        return self._frame(_INTENTIONS)

    def faults(self) -> pd.DataFrame:
        """One row for each turn that failed: tick, user, stage, cause, message; also those that ended the run."""
        return self._frame("SELECT * FROM faults ORDER BY tick, user")

    def steered(self) -> pd.DataFrame:
        """One row for each intervention and channel in each tick in which it was in force, or had an effect.

        Columns: ``tick``; ``section`` of the scenario; ``number`` in it, from 0; ``kind``; ``posts`` that it removed,
        labelled, down-ranked, withheld, brought in or recommended; ``deliveries`` that did not come about, came with a
        mark, or came about through it; ``accounts`` suspended or served; ``edges`` changed.
        """
        return self._frame("SELECT * FROM steered ORDER BY tick, section, number")

    def marks(self) -> pd.DataFrame:
        """One row for each mark that was put on a post before a tick: tick, post, mark, number, text, weight."""
        return self._frame("SELECT * FROM marks ORDER BY tick, post, mark")

    def ticks(self) -> pd.DataFrame:
        """One row a committed tick: what became of each user, and sums of posts, exposures, calls and tokens.

        ``users`` is always ``acted + inactive + faulted + not_exposed``; ``posts`` counts originals, without forwards.
        """
        return self._frame("SELECT * FROM ticks ORDER BY tick")

    def curves(self) -> pd.DataFrame:
        """One row a tick, those included in which nothing happened (S3 section 3.4, Figures 2 and 3).

        Columns: ``tick``; ``aware``, users who have been exposed to a post or published one, so far; ``posts``
        (originals) and ``forwards`` of the tick, and their ``_total`` so far; ``emotion_level``, mean of calm 0,
        moderate 1 and intense 2 over the turns of the tick, and ``share_intense`` among them; ``share_positive`` and
        mean ``p_positive`` by the last turn of every user who has had one; ``turns``, ``faults``, ``calls``,
        ``tokens`` of the tick. Gaps where there is nothing to average.
        """
        with reading(self.record) as db:
            return curves(db)

    def final_states(self) -> pd.DataFrame:
        """One row for each user who had a turn: user, felt (tick of the last one), emotion, attitude, p_positive."""
        return self._frame(_FINAL)

    def cascades(self) -> pd.DataFrame:
        """One row a cascade, the biggest first.

        Columns: ``root``, ``author``, ``tick`` and ``text`` of its first post; ``size``, posts in it, the root
        included; ``depth``, most steps from the root; ``breadth``, most posts at one distance from the root.
        """
        with reading(self.record) as db:
            return cascades(db)

    def _frame(self, query: str) -> pd.DataFrame:
        with reading(self.record) as db:
            return frame(db, query)
