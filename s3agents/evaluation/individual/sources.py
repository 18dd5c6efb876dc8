"""Sources: which tasks a folder or file of data allows, found by what its files hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from s3agents.errors import InputError, explain
from s3agents.evaluation.individual.conversations import attitude_to_post_task, change_task
from s3agents.evaluation.individual.history import History
from s3agents.evaluation.individual.labelled_texts import attitude_task, emotion_task, has_emotions, has_targets
from s3agents.evaluation.individual.probe import TASKS, Task, TaskName
from s3agents.evaluation.individual.propagation import has_decisions, propagation_task
from s3agents.evaluation.individual.threads import Threads, cascade_threads, has_threads, table_threads
from s3agents.evaluation.individual.wording import Wording
from s3agents.evaluation.individual.written import has_top_replies, reply_task, top_reply_task
from s3agents.network.load_report import FileReport
from s3agents.network.read_jsonl import read_jsonl
from s3agents.observed.cascades import Cascades, data_folder, is_observed, read_cascades
from s3agents.observed.rows import RowTable, read_rows

__all__ = ["Material", "read_material"]

_Maker = tuple[TaskName, Callable[[], Task]]
_TABLES = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz")
_KINDS = (
    "a folder of cascades (posts.jsonl, or splits with one); or a CSV or JSON lines file with text and level (0 to 3)"
    " or emotion; with text, target and stance; with thread_id, post_id, parent_id, text, stance and a time; or with"
    " weibo and resp"
)


@dataclass(slots=True)
class Material:
    """The data of an evaluation.

    Attributes:
        cascades: what happened, of each folder of cascades.
        whole: the same, all splits of them: what was earlier is known, whichever split it is of.
        tables: the files of labelled posts.
        split: only this part of the data.
        unused: files that hold nothing to probe.
    """

    cascades: list[Cascades] = field(default_factory=list)
    whole: list[Cascades] = field(default_factory=list)
    tables: list[RowTable] = field(default_factory=list)
    split: str | None = None
    unused: list[Path] = field(default_factory=list)

    def tasks(
        self,
        wording: Wording,
        *,
        names: Collection[TaskName] = tuple(TASKS),
        history: Sequence[Cascades] = (),
        seed: int,
    ) -> list[Task]:
        """The tasks that the data allow, in the order of :data:`.probe.TASKS`; one that has no probes is among them.

        Args:
            wording: of the scenes.
            names: those that are wanted.
            history: further cascades, from which it is known what users had done before.
            seed: of samples and draws.

        Raises:
            InputError: if the data allow none of them, or a row is wrong.
        """
        earlier = History([*self.whole, *history])
        makers = [*self._of_cascades(wording, earlier, seed), *self._of_tables(wording, seed)]
        found = [make() for name, make in makers if name in names]
        if not found:
            got = ", ".join(sorted({name for name, _ in makers})) or "none"
            raise InputError(explain("tasks", wanted=f"data for {' or '.join(names)}", got=f"data for {got}"))
        order = list(TASKS)
        return sorted(found, key=lambda task: order.index(task.name))

    def _of_cascades(self, wording: Wording, history: History, seed: int) -> Iterator[_Maker]:
        for data in self.cascades:
            threads = cascade_threads(data)
            if has_decisions(data):
                yield "event_propagation", partial(propagation_task, data, history, wording, seed=seed)
            if any(post.attitude for posts in threads.posts.values() for post in posts[1:]):
                yield from _of_threads(threads, wording, seed)
            yield "text", partial(reply_task, threads, wording, seed=seed)

    def _of_tables(self, wording: Wording, seed: int) -> Iterator[_Maker]:
        split = self.split
        for table in self.tables:
            if has_top_replies(table):
                yield "text", partial(top_reply_task, table, wording, seed=seed)
            elif has_threads(table):
                yield from _of_threads(table_threads(table, split=split), wording, seed)
            elif has_targets(table):
                yield "initial_attitude", partial(attitude_task, table, wording, split=split, seed=seed)
            else:
                yield "emotion_level", partial(emotion_task, table, wording, split=split, seed=seed)


def read_material(paths: Sequence[Path], *, split: str | None = None) -> Material:
    """The data in ``paths``.

    Args:
        paths: folders and files.
        split: only this part of them.

    Raises:
        InputError: if one of them is not there, cannot be read, or holds nothing to probe.
    """
    material = Material(split=split)
    for path in paths:
        if not path.exists():
            raise InputError(explain(str(path), wanted="a folder or file of data", got="none", remedy="check the path"))
        if is_observed(path) and not _holds_threads(path):
            material.cascades.append(read_cascades(path, split=split))
            everything = data_folder(path)
            is_whole = split is None and everything == path
            material.whole.append(material.cascades[-1] if is_whole else read_cascades(everything))
            continue
        tables = [read_rows(file) for file in _files(path)]
        used = [table for table in tables if _is_known(table)]
        if not used:
            columns = "; ".join(f"{t.path.name} with {', '.join(sorted(t.columns))}" for t in tables) or "no table"
            raise InputError(explain(str(path), wanted=_KINDS, got=columns))
        material.tables += [_checked(table, split) for table in used]
        material.unused += [table.path for table in tables if table not in used]
    return material


def _holds_threads(path: Path) -> bool:
    """Whether the ``posts.jsonl`` in ``path`` is a table of threads, and not of cascades."""
    file = path / "posts.jsonl"
    if not file.is_file():
        return False
    first = next((row for _, row in read_jsonl(file, FileReport(file.name))), {})
    return "case_id" not in first and "thread_id" in first


def _of_threads(threads: Threads, wording: Wording, seed: int) -> Iterator[_Maker]:
    yield "attitude_to_post", partial(attitude_to_post_task, threads, wording, seed=seed)
    if any(post.user for posts in threads.posts.values() for post in posts):
        yield "attitude_change", partial(change_task, threads, wording, seed=seed)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.iterdir() if file.is_file() and file.name.endswith(_TABLES))


def _is_known(table: RowTable) -> bool:
    return any(check(table) for check in (has_top_replies, has_threads, has_targets, has_emotions))


def _checked(table: RowTable, split: str | None) -> RowTable:
    """``table``, which has rows of ``split``."""
    splits = sorted({row.text("split") for row in table.rows} - {""})
    if split is not None and split not in splits:
        raise InputError(explain(f"split of {table.path}", wanted=" or ".join(splits) or "no --split", got=split))
    return table
