"""Target: the society whose traits are predicted: which users it has, and writing down what was found.

The users file is replaced first and ``society.json``, which tells how the traits came about, after it: should the
process die in between, attitudes are there whose question is not known, and :meth:`Target.check_question` says so;
never does an attitude to one question pass for one to another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s3agents.errors import InputError, SocietyError, explain
from s3agents.network.society import Society
from s3agents.network.update import UsersFile, about_bytes, read_about, replace_file
from s3agents.network.write import ABOUT, REPLIES, SocietyWriter
from s3agents.traits.base import Trait
from s3agents.traits.infer import FieldResult, changes
from s3agents.traits.occupations import NO_OCCUPATION, NoOccupation, OccupationEstimate
from s3agents.traits.subject import Standing, Subject, subject_of

__all__ = ["Target", "occupation_groups"]

_INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Target:
    """A society's folder, as it was when it was read; :meth:`load` makes it.

    Attributes:
        folder: of the society.
        society: what it holds.
        subjects: its users.
        users: its users file.
        about: its ``society.json``.
    """

    folder: Path
    society: Society
    subjects: tuple[Subject, ...]
    users: UsersFile
    about: Mapping[str, Any]

    @classmethod
    def load(cls, folder: Path) -> Target:
        """The society in ``folder``.

        Raises:
            SocietyError: if it cannot be loaded, or its users file cannot be filled.
        """
        society = Society.load(folder)
        users = UsersFile.read(folder / society.report.files[0].file)
        if users.rows.keys() != set(society.ids):
            got = "a file that was changed meanwhile"
            raise SocietyError(explain(str(users.path), wanted="the users that were loaded", got=got))
        posts = society.history
        subjects = tuple(subject_of(p, posts.get(p.id, ()), users.rows[p.id]) for p in society)
        return cls(folder, society, subjects, users, read_about(folder))

    def replies(self, out: Path | None) -> Path:
        """Where the model's replies are recorded: in the society, or beside the new one ``out``."""
        return self.folder / REPLIES if out is None else out.absolute().with_name(f".{out.name}{REPLIES}")

    def check_question(self, question: str, *, again: bool) -> None:
        """Raise unless the attitudes that were inferred before answer ``question``, or are to be inferred anew.

        Raises:
            InputError: if there are any that do not.
        """
        kept = not again and any(s.standings["attitude"] is Standing.INFERRED for s in self.subjects)
        asked = {entry.get("question") for entry in self._facts("attitude").values()}
        if kept and asked != {question}:
            got = " and ".join(repr(other) for other in asked) or "one that nobody knows"
            remedy = "ask that one, or add --again"
            place = f"{self.folder}: question of the attitudes that were inferred"
            raise InputError(explain(place, wanted=repr(question), got=got, remedy=remedy))

    def known_groups(self, method: str, categories: Sequence[str]) -> dict[str, str]:
        """Occupations in a model's own words that ``method`` has put into one of ``categories`` before."""
        facts = self._facts("occupation").get(method, {})
        groups = facts.get("groups")
        if facts.get("categories") != list(categories) or not isinstance(groups, dict):
            return {}
        return {words: group for words, group in groups.items() if group in {*categories, NO_OCCUPATION}}

    def store(
        self,
        results: Sequence[FieldResult],
        facts: Mapping[Trait, Mapping[str, Any]],
        *,
        again: bool = False,
        writer: SocietyWriter | None = None,
    ) -> None:
        """Write down ``results``.

        Args:
            results: one for each trait.
            facts: how each came about, for ``society.json``.
            again: whether they take the place of earlier ones.
            writer: of a new society; without it the files of this one are replaced.

        Raises:
            SocietyError: if the users file has changed meanwhile, or cannot be written.
        """
        found = changes(results)
        data = self.users.filled(found) if found else self.users.path.read_bytes()
        about = about_bytes(self._told(results, facts, again=again))
        if writer is not None:
            with writer:
                writer.put(self.users.path.name, data)
                for file in self.society.report.files[1:]:
                    writer.copy(self.folder / file.file)
                writer.put(ABOUT, about)
        elif found:
            self.users.check()
            replace_file(self.users.path, data)
            replace_file(self.folder / ABOUT, about)

    def _facts(self, trait: Trait) -> dict[str, Any]:
        """How ``trait`` was inferred before, by method."""
        inferred = self.about.get(_INFERRED)
        facts = inferred.get(trait) if isinstance(inferred, dict) else None
        return {k: v for k, v in facts.items() if isinstance(v, dict)} if isinstance(facts, dict) else {}

    def _told(
        self, results: Sequence[FieldResult], facts: Mapping[Trait, Mapping[str, Any]], *, again: bool
    ) -> dict[str, Any]:
        before = self.about.get(_INFERRED)
        told = dict(before) if isinstance(before, dict) else {}
        for result in results:
            if not result.estimates and not result.withdrawn:
                continue
            known = {} if again else self._facts(result.trait)
            entry: dict[str, Any] = {**facts[result.trait], "unknown": dict(sorted(result.unknown.items()))}
            if groups := occupation_groups(result):
                earlier = known.get(result.method, {}).get("groups") or {}
                entry["groups"] = dict(sorted({**earlier, **{words: group for words, group, _ in groups}}.items()))
            told[result.trait] = {**known, result.method: entry}
        return {**self.about, _INFERRED: told}


def occupation_groups(result: FieldResult) -> list[tuple[str, str, int]]:
    """Occupations in the model's own words with their category and number of users, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for answer in result.answers:
        if isinstance(answer, OccupationEstimate):
            counts[answer.answer, str(answer.value)] += 1
        elif isinstance(answer, NoOccupation):
            counts[answer.answer, NO_OCCUPATION] += 1
    return sorted(((words, group, n) for (words, group), n in counts.items()), key=lambda row: (-row[2], row[0]))
