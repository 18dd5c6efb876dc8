"""``s3agents build``: from raw users, edges and posts to a society (S3 section 4.2.1)."""

from __future__ import annotations

import os

import typer

from s3agents.cli import build_arguments as arguments
from s3agents.cli.build_options import read_options
from s3agents.cli.build_progress import BuildBar
from s3agents.cli.build_tables import build_tables
from s3agents.cli.console import note
from s3agents.cli.console import out as results
from s3agents.errors import InputError, explain
from s3agents.network.build.account import BuildAccount
from s3agents.network.build.build import build_society_from
from s3agents.network.pseudonyms import Pseudonyms, new_key, read_key
from s3agents.network.raw.mapping import load_mapping
from s3agents.network.raw.open import open_raw

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents build ../shared/data/pheme --keywords "charlie OR hebdo" -o charlie`

`s3agents build raw -k nuclear -k fukushima --max-users 5000 --set cleaning.posts_per_day=100 -o nuclear`

The result is a society like any other.
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("build", epilog=_EPILOG)(_build)


def _build(
    raw: arguments.Raw,
    out: arguments.Out,
    keywords: arguments.Keywords = None,
    since: arguments.Since = None,
    until: arguments.Until = None,
    via: arguments.Follow = "both",
    depth: arguments.Depth = 1,
    cleaning: arguments.CleaningFile = None,
    no_cleaning: arguments.NoCleaning = False,
    overrides: arguments.SetKeys = None,
    largest_component: arguments.LargestComponent = False,
    max_users: arguments.MaxUsers = None,
    posts: arguments.Posts = "all",
    posts_per_user: arguments.PostsPerUser = None,
    layout: arguments.Layout = "auto",
    mapping: arguments.MappingFile = None,
    name: arguments.Name = "",
    pseudonymise: arguments.Pseudonymise = False,
    keep_column: arguments.KeepColumn = None,
    overwrite: arguments.Overwrite = False,
    strict: arguments.StrictBuild = False,
    json: arguments.Json = False,
) -> None:
    """Build a society from raw data: authors on a topic, whom they are connected to, and what they wrote."""
    given = {"keywords": keywords, "since": since, "until": until, "via": via, "depth": depth, "posts": posts}
    given |= {"largest_component": largest_component, "max_users": max_users, "posts_per_user": posts_per_user}
    options = read_options(given, cleaning=cleaning, no_cleaning=no_cleaning, overrides=overrides or ())
    if keep_column and not pseudonymise:
        raise InputError(explain("--keep-column", wanted="--pseudonymise with it", got="it alone"))
    source = open_raw(raw, layout=layout, mapping=load_mapping(mapping) if mapping is not None else None)
    with BuildBar() as bar:
        account = build_society_from(
            source,
            options,
            out,
            name=name,
            overwrite=overwrite,
            strict=strict,
            pseudonyms=_pseudonyms() if pseudonymise else None,
            keep_columns=keep_column or (),
            progress=bar,
        )
    _show(account, as_json=json)


def _pseudonyms() -> Pseudonyms:
    key = read_key(os.environ)
    if key is None:
        note("no S3AGENTS_PSEUDONYM_KEY: a fresh key is used and thrown away; another build will have other pseudonyms")
    return Pseudonyms(new_key() if key is None else key)


def _show(account: BuildAccount, *, as_json: bool) -> None:
    if as_json:
        results().print_json(data=account.dump())
    else:
        for table in build_tables(account):
            results().print(table)
    for text in account.notes:
        note(text)
