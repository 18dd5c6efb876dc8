"""``s3agents fit``: models learnt from labelled data, to be used where the data say nothing (S3 section 4.2.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from s3agents.cli import fit_behaviour
from s3agents.cli.console import note
from s3agents.cli.console import out as results
from s3agents.cli.fit_tables import fit_tables, is_of_use
from s3agents.errors import InputError, explain
from s3agents.prompts.quoting import tidy
from s3agents.traits.base import Trait
from s3agents.traits.labelled import Labelled, read_labelled
from s3agents.traits.learnt.fitting import FitSettings, fit_attitude, fit_demographics
from s3agents.traits.learnt.model_facts import ModelFacts, check_name
from s3agents.traits.learnt.model_file import check_free, write_model
from s3agents.traits.learnt.trait_model import TEXTS, About, TraitModel

__all__ = ["fit", "register"]

_DEMOGRAPHICS: tuple[Trait, ...] = ("gender", "age", "occupation")
_POSITIVE = ("positive", "favor", "favour", "support", "for", "pro", "yes")
_NEGATIVE = ("negative", "against", "oppose", "deny", "con", "no")
_NAME_CHARS = 80

LabelledPath = Annotated[
    Path, typer.Argument(help="CSV, JSON lines (both also .gz) or Parquet, or a society's folder.", metavar="LABELLED")
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="MODEL", help="Folder of the model.")]
Map = Annotated[
    list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Column of a field, e.g. gender=sex.")
]
Text = Annotated[str, typer.Option(help="What to learn from: bio, posts or bio,posts.")]
Folds = Annotated[int, typer.Option(min=2, max=100, help="Folds of the cross-validation.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the folds and of the intervals.")]
Name = Annotated[str, typer.Option(help="How predictions call the model (learnt/NAME); the data's name by default.")]
Language = Annotated[str, typer.Option(help="Language of the texts, to be noted in the model.")]
Strict = Annotated[bool, typer.Option(help="Stop if the data have anything that would be dropped.")]
Overwrite = Annotated[bool, typer.Option(help="Replace the model at --out.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

_EPILOG = """Examples:

`s3agents fit ../data/pheme -o models/pheme` (the same as `s3agents fit behaviour ...`)

`s3agents fit demographics bloggers.jsonl -o models/bloggers`

`s3agents fit attitude stances.csv -o models/stances --question "Are you for it?" --target-column target`

`s3agents infer my_society --learnt models/bloggers`
"""

fit = typer.Typer(
    cls=fit_behaviour.BehaviourByDefault,
    help="Learn from data, and say how good it is.\n\n`s3agents fit DATA -o MODEL` learns the behaviour of users.",
    no_args_is_help=True,
)
fit_behaviour.register(fit)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(fit, name="fit", epilog=_EPILOG)


@fit.command("demographics", epilog="Example: `s3agents fit demographics bloggers.jsonl -o models/bloggers`")
def _demographics(
    labelled: LabelledPath,
    out: Out,
    fields: Annotated[
        str, typer.Option("--fields", "-f", help="Any of gender,age,occupation; by default those that the data have.")
    ] = "",
    text: Text = "bio,posts",
    mapping: Map = None,
    folds: Folds = 5,
    seed: Seed = 0,
    name: Name = "",
    language: Language = "",
    strict: Strict = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Learn gender, age and occupation of users from their bios and posts."""
    settings = FitSettings(folds=folds, seed=seed, texts=_texts(text))
    named = _prepared(labelled, out, name, overwrite=overwrite)
    data = _read(labelled, mapping, settings, strict=strict)
    models = [_noted(fit_demographics(data, trait, settings)) for trait in _traits(fields, data)]
    facts = write_model(out, models, name=named, texts=settings.texts, language=language or None, overwrite=overwrite)
    _show(facts, out, as_json=json)


@fit.command(
    "attitude",
    epilog='Example: `s3agents fit attitude stances.csv -o models/stances -q "Is it good?" --target-column target`',
)
def _attitude(
    labelled: LabelledPath,
    out: Out,
    question: Annotated[str, typer.Option("--question", "-q", help='The question whose "yes" is positive.')],
    positive: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help=f"Positive labels; by default {', '.join(_POSITIVE)}.")
    ] = None,
    negative: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help=f"Negative labels; by default {', '.join(_NEGATIVE)}.")
    ] = None,
    target_column: Annotated[
        str, typer.Option(metavar="COLUMN", help="What each attitude is about; targets learn from one another.")
    ] = "",
    target: Annotated[
        str, typer.Option(help="The one target that predictions are about; by default COLUMN of each user tells.")
    ] = "",
    text: Text = "bio,posts",
    mapping: Map = None,
    folds: Folds = 5,
    seed: Seed = 0,
    name: Name = "",
    language: Language = "",
    strict: Strict = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Learn which side authors take on a question; rows with a label of neither side are left out."""
    settings = FitSettings(folds=folds, seed=seed, texts=_texts(text))
    about = _about(question, positive, negative, target_column, target)
    named = _prepared(labelled, out, name, overwrite=overwrite)
    columns = [*(mapping or ()), *([f"target={target_column}"] if target_column else [])]
    model = _noted(fit_attitude(_read(labelled, columns, settings, strict=strict), about, settings))
    facts = write_model(out, [model], name=named, texts=settings.texts, language=language or None, overwrite=overwrite)
    _show(facts, out, as_json=json)


def _prepared(labelled: Path, out: Path, name: str, *, overwrite: bool) -> str:
    """The name of the model, after what can be wrong before any work has been looked for."""
    check_free(out, overwrite=overwrite)
    stem = labelled.resolve().name.partition(".")[0]
    return check_name(name or re.sub(r"[^\w.-]+", "-", stem)[:_NAME_CHARS] or "model")


def _texts(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",")]
    if not set(names) <= set(TEXTS):
        raise InputError(explain("--text", wanted="bio, posts or bio,posts", got=repr(text)))
    return tuple(name for name in TEXTS if name in names)


def _traits(fields: str, data: Labelled) -> list[Trait]:
    """The traits to learn: the named ones, else those that the data have a column for."""
    named = [name.strip() for name in fields.split(",") if name.strip()]
    known: dict[str, Trait] = {trait: trait for trait in _DEMOGRAPHICS}
    if not set(named) <= set(known):
        raise InputError(explain("--fields", wanted=f"any of {', '.join(known)}, with commas", got=repr(fields)))
    traits = [known[name] for name in dict.fromkeys(named or [t for t in _DEMOGRAPHICS if t in data.columns])]
    if not traits:
        wanted = f"a column for one of {', '.join(known)}"
        remedy = "name it, such as --map gender=COLUMN"
        raise InputError(explain(str(data.path), wanted=wanted, got="none", remedy=remedy))
    return traits


def _about(
    question: str, positive: Sequence[str] | None, negative: Sequence[str] | None, column: str, target: str
) -> About:
    yes, no = tuple(positive or _POSITIVE), tuple(negative or _NEGATIVE)
    question = " ".join(question.split())
    if not question:
        raise InputError(explain("--question", wanted="what the attitudes are about", got="nothing"))
    if both := sorted({label.lower() for label in yes} & {label.lower() for label in no}):
        raise InputError(explain("--positive and --negative", wanted="different labels", got=f"{both[0]!r} in both"))
    if target and not column:
        raise InputError(explain("--target", wanted="--target-column COLUMN with it", got=repr(target)))
    return About(question, yes, no, column=column, target=target)


def _read(labelled: Path, mapping: Sequence[str] | None, settings: FitSettings, *, strict: bool) -> Labelled:
    """The data, with what reading them left out said."""
    columns = dict(_pair(text) for text in mapping or ())
    data = read_labelled(labelled, columns=columns, texts=settings.texts, strict=strict)
    note("columns: " + ", ".join(f"{field} from {' or '.join(names)}" for field, names in data.columns.items()))
    for problem in data.report.problems():
        note(problem)
    for trait, n in data.predicted.items():
        note(f"{n:,} x {trait}: predicted, so no example")
    return data


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not equals or not field or not column:
        raise InputError(explain(f"--map {text!r}", wanted="FIELD=COLUMN", got="no field, no = or no column"))
    return field, column


def _noted(model: TraitModel) -> TraitModel:
    """The model, with what was not learnt said."""
    if model.facts.left_out:
        listed = ", ".join(f"{n:,} x {tidy(label, 40)}" for label, n in model.facts.left_out.items())
        note(f"{model.trait}: left out {sum(model.facts.left_out.values()):,} rows ({listed})")
    return model


def _show(facts: ModelFacts, out: Path, *, as_json: bool) -> None:
    for trait, known in facts.traits.items():
        if not is_of_use(known):
            note(f"{trait}: no better than the simplest guess; do not use it")
    if as_json:
        results().print_json(data={"model": str(out), **facts.model_dump(mode="json")})
        return
    for title, table in fit_tables(facts.traits):
        results().print(f"\n{escape(title)}", style="italic", highlight=False, soft_wrap=True)
        results().print(table)
    note(f"written: {out}")
