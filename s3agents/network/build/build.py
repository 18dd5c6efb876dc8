"""From raw users, edges and posts to the folder of a society (S3 section 4.2.1)."""

from __future__ import annotations

from collections.abc import Collection
from itertools import compress
from pathlib import Path

from s3agents import __version__
from s3agents.config.build import BuildOptions
from s3agents.errors import SocietyError, explain
from s3agents.network.build.account import BuildAccount
from s3agents.network.build.accounting import account_for
from s3agents.network.build.choice import Choice, choose
from s3agents.network.build.disguise import Disguise, Plain, Pseudonymous
from s3agents.network.build.kinds import kinds_of
from s3agents.network.build.post_rows import post_rows
from s3agents.network.build.progress import Progress, quiet
from s3agents.network.build.raw_data import RawData, check_clean, read_raw
from s3agents.network.build.user_rows import UserRows
from s3agents.network.pseudonyms import Pseudonyms
from s3agents.network.raw.base import RawSource
from s3agents.network.write import SocietyWriter

__all__ = ["build_society_from"]


def build_society_from(
    raw: RawSource,
    options: BuildOptions,
    out: Path | str,
    *,
    name: str = "",
    overwrite: bool = False,
    strict: bool = False,
    pseudonyms: Pseudonyms | None = None,
    keep_columns: Collection[str] = (),
    progress: Progress = quiet,
) -> BuildAccount:
    """Build the society of a topic from raw data, and write its folder.

    Users and posts are read twice and edges once; neither texts nor profiles are held in memory.

    Args:
        raw: raw data, see :func:`s3agents.network.raw.open.open_raw`.
        options: who and what is kept.
        out: folder of the society; appears whole, at the end, or not at all.
        name: of the scenario, in tables; the folder's name by default.
        overwrite: whether a society that is there already may be replaced.
        strict: whether anything broken in the data is an error, before anything is written.
        pseudonyms: what users and posts are called instead of their ids; ``None`` leaves everything as it is.
        keep_columns: columns of text that stay in spite of ``pseudonyms``.
        progress: is told every now and then how far the build is.

    Returns:
        The account of every user, edge and post, which is in ``society.json``, too.

    Raises:
        InputError: if the data cannot be read, or changes meanwhile, nobody would be kept, or ``out`` is taken.
    """
    writer = SocietyWriter(out, overwrite=overwrite)
    disguise: Disguise = Plain() if pseudonyms is None else Pseudonymous(pseudonyms, keep=keep_columns)
    data = read_raw(raw, options, disguise=disguise, progress=progress)
    if strict:
        check_clean(data)
    choice = choose(data, options)
    kinds = kinds_of(data, choice, options.classes)
    names = _names(data, choice, disguise)
    with writer:
        rows = UserRows(data, choice, kinds, names=names, disguise=disguise, progress=progress)
        writer.users(rows)
        writer.follows(list(compress(names, choice.users.tolist())), choice.graph)
        if choice.posts.any():
            writer.posts(post_rows(data, choice, names=names, disguise=disguise, progress=progress))
        account = account_for(
            data, choice, kinds, rows=rows, disguise=disguise, name=name or writer.folder.absolute().name
        )
        writer.about(_facts(account, options, disguise))
    return account


def _names(data: RawData, choice: Choice, disguise: Disguise) -> list[str]:
    """What the files call each user who is kept, by position; empty for all others."""
    ids = data.people.ids
    for ident in compress(ids, choice.users.tolist()):
        disguise.know_id(ident)
    names = [disguise.user(ids[i]) if kept else "" for i, kept in enumerate(choice.users.tolist())]
    used = set(compress(names, choice.users.tolist()))
    if len(used) != choice.graph.n:
        got = f"{len(used):,} for {choice.graph.n:,} users"
        raise SocietyError(explain("pseudonyms", wanted="one for each user", got=got, remedy="take another key"))
    return names


def _facts(account: BuildAccount, options: BuildOptions, disguise: Disguise) -> dict[str, object]:
    asked = options.model_copy(update={"keywords": tuple(map(disguise.text, options.keywords))})
    return {
        "made_by": "s3agents build",
        "version": __version__,
        "pseudonymised": disguise.hides,
        "options": asked.model_dump(mode="json"),
        "account": account.dump(),
    }
