"""``s3agents generate``: a synthetic society, from one seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from s3agents.cli import generate_arguments as arguments
from s3agents.cli.console import note, words
from s3agents.cli.console import out as results
from s3agents.cli.endpoint import settle_model
from s3agents.cli.generate_posts import ask_for_posts, summary_of
from s3agents.cli.generate_table import generate_table
from s3agents.config import Scenario
from s3agents.errors import ConfigError, InputError, explain
from s3agents.network.generate.draft import draft
from s3agents.network.generate.generate import write_draft
from s3agents.network.write import SocietyWriter
from s3agents.scenarios import parse_scenario
from s3agents.wiring import uses_model
from s3agents.yaml_files import yaml_value

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents generate -o my_society --like s3-gender`

`s3agents generate -o my_society --users 2000 --relations 9000 --homophily 0.4 --set classes.influential=0.01`

`s3agents generate -o my_society --like s3-nuclear --language zh --model-url http://127.0.0.1:8000/v1`

The same command makes the same society on any machine; but for posts that a model writes.
"""
_CARRIER = {"name": "generate", "topic": "none", "question": "none", "ticks": 0}
_MODEL = "model"
_POSTS_BY_MODEL = 10


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("generate", epilog=_EPILOG)(_generate)


def _generate(
    out: arguments.Out,
    like: arguments.Like = None,
    users: arguments.Users = None,
    relations: arguments.Relations = None,
    posts: arguments.Posts = None,
    reciprocity: arguments.Reciprocity = None,
    homophily: arguments.Homophily = None,
    positive: arguments.Positive = None,
    topic: arguments.Topic = None,
    question: arguments.Question = None,
    language: arguments.Language = None,
    demographics: arguments.Demographics = None,
    seed: arguments.Seed = None,
    overrides: arguments.SetKeys = None,
    model_url: arguments.ModelUrl = None,
    model_name: arguments.ModelName = None,
    posts_by_model: arguments.PostsByModel = None,
    overwrite: arguments.Overwrite = False,
    json: arguments.Json = False,
) -> None:
    """Make a synthetic society: users, follow edges, attitudes and earlier posts, all from one seed."""
    given = {"like": like, "users": users, "relations": relations, "posts": posts, "reciprocity": reciprocity}
    given |= {"homophily": homophily, "positive": positive, "topic": topic, "question": question, "seed": seed}
    given |= {"language": language, "demographics": demographics}
    scenario = _read(given, {"url": model_url, "name": model_name}, overrides or [])
    if posts_by_model is not None and not uses_model(scenario):
        raise InputError(explain("--posts-by-model", wanted="--model-url with it", got="none"))
    section = scenario.society.generate
    assert section is not None  # noqa: S101  # what was read carries it
    writer = SocietyWriter(out, overwrite=overwrite)
    with words().status(f"drawing {section.users:,} users and {section.relations:,} follow edges"):
        made = draft(section)
    told = None
    if uses_model(scenario):
        told = ask_for_posts(made, settle_model(scenario).model, out, most=posts_by_model or _POSTS_BY_MODEL)
    facts = {} if told is None else {"by_model": told.dump()}
    with words().status(f"writing {section.posts:,} posts"):
        obtained = write_draft(made, writer, written={} if told is None else told.written, facts=facts)
    if json:
        asked = section.model_dump(mode="json")
        results().print_json(data={"society": str(out), "asked": asked, "obtained": obtained.dump(), **facts})
        return
    results().print(generate_table(section, obtained))
    if told is not None:
        note(summary_of(told))
    words().print(f"society: {out}  (s3agents describe {out})", highlight=False, markup=False, soft_wrap=True)


def _read(given: Mapping[str, Any], model: Mapping[str, Any], overrides: Sequence[str]) -> Scenario:
    """A scenario that carries the society, and the model if there is one: they are checked as in any other.

    Raises:
        ConfigError: naming every wrong key.
    """
    keys = {name: {k: v for k, v in part.items() if v is not None} for name, part in (("", given), (_MODEL, model))}
    for override in overrides:
        path, equals, text = override.partition("=")
        if not equals or not path:
            raise ConfigError(explain(f"--set {override!r}", wanted="KEY=VALUE", got="no key or no ="))
        part, dot, rest = path.partition(".")
        place = keys[_MODEL] if part == _MODEL and dot else keys[""]
        *parents, last = (rest if place is keys[_MODEL] else path).split(".")
        for parent in parents:
            inner = place.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise ConfigError(explain(f"--set {override!r}", wanted=f"keys under {parent}", got=repr(inner)))
            place = inner
        place[last] = yaml_value(text, f"--set {override!r}")
    asked = bool(keys[_MODEL].keys() & {"url", "backend"})
    if keys[_MODEL] and not asked:
        raise ConfigError(explain(", ".join(f"model.{key}" for key in keys[_MODEL]), wanted="--model-url", got="none"))
    cognition = {"mode": "llm" if asked else "rules"}
    data = {**_CARRIER, "society": {"generate": keys[""]}, "cognition": cognition, "model": keys[_MODEL]}
    return parse_scenario(data, origin="s3agents generate")
