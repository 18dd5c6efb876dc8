"""``s3agents infer``: who users are and what they think, where the data do not say (S3 sections 4.2.2 and 3.3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import typer

from s3agents.cli import infer_arguments as arguments
from s3agents.cli.console import note
from s3agents.cli.console import out as standard_output
from s3agents.cli.infer_job import Job
from s3agents.cli.infer_model import Questioning, read_model
from s3agents.cli.infer_tables import Scores, infer_json, infer_tables
from s3agents.config.model import ModelSection
from s3agents.errors import InputError, explain
from s3agents.network.write import SocietyWriter
from s3agents.prompts.trait_pack import TextLimits, TraitPack
from s3agents.traits.base import Trait, TraitPredictor
from s3agents.traits.infer import FieldResult, check_faults
from s3agents.traits.labelled import read_labelled
from s3agents.traits.learnt.model_file import load_predictors
from s3agents.traits.learnt.predictors import LearntPredictor
from s3agents.traits.llm.shots import AgedUser, Shots, aged_users
from s3agents.traits.occupations import OCCUPATIONS, read_occupations
from s3agents.traits.subject import TRAITS
from s3agents.traits.target import Target

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents infer my_society --model-url http://127.0.0.1:8000/v1 --model-name qwen`

`s3agents infer my_society -f attitude -q "Should school meals be free?" --model-url http://127.0.0.1:8000/v1 --score`

`s3agents infer my_society -f gender,age --learnt models/demographics -o my_society_inferred`

What the data give is never changed. After Ctrl-C or a failure, the same command goes on where it was.
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("infer", epilog=_EPILOG)(_infer)


def _infer(
    society: arguments.SocietyPath,
    fields: arguments.Fields = "gender,age,occupation",
    question: arguments.Question = "",
    model_url: arguments.ModelUrl = None,
    model_name: arguments.ModelName = None,
    overrides: arguments.SetModel = None,
    learnt: arguments.Learnt = None,
    target: arguments.TargetOf = None,
    pack: arguments.Pack = "traits",
    language: arguments.Language = "en",
    examples: arguments.Examples = None,
    shots: arguments.Shots = 4,
    occupations: arguments.Occupations = None,
    posts: arguments.Posts = 20,
    post_chars: arguments.PostChars = 280,
    min_confidence: arguments.MinConfidence = 0.0,
    fault_limit: arguments.FaultLimit = 0.05,
    again: arguments.Again = False,
    out: arguments.Out = None,
    overwrite: arguments.Overwrite = False,
    score: arguments.Score = False,
    seed: arguments.Seed = 0,
    json: arguments.Json = False,
) -> None:
    """Predict gender, age, occupation or attitude of the users of whom the data do not give it."""
    traits = _traits(fields)
    ready = _learnt(learnt or (), traits, target)
    questioning = Questioning(
        pack=TraitPack.load(pack, language),
        limits=TextLimits(posts=posts, chars=post_chars),
        seed=seed,
        question=_question(question, ready) if "attitude" in traits else "",
        shots=None if examples is None else Shots(_aged(examples), k=shots, seed=seed),
        categories=OCCUPATIONS if occupations is None else read_occupations(occupations),
    )
    writer = None if out is None else SocietyWriter(out, overwrite=overwrite)
    section = _model(model_url, model_name, overrides or (), [trait for trait in traits if trait not in ready])
    loaded = _target(society, traits, questioning.question, again=again)
    job = Job(loaded, traits, ready, questioning, section, again=again, score=score, min_confidence=min_confidence)
    results = job.run(loaded.replies(out))
    check_faults(results, fault_limit)
    loaded.store(results, job.facts(), again=again, writer=writer)
    _show(results, job.scores(results), as_json=json)
    for text in _remarks(results, ready, society if out is None else out, new=out is not None, score=score):
        note(text)


def _traits(fields: str) -> list[Trait]:
    """The traits of a list with commas, each once."""
    names = [name.strip() for name in fields.split(",") if name.strip()]
    known: dict[str, Trait] = {trait: trait for trait in TRAITS}
    if not names or not set(names) <= set(known):
        raise InputError(explain("--fields", wanted=f"any of {', '.join(TRAITS)}, with commas", got=repr(fields)))
    return [known[name] for name in dict.fromkeys(names)]


def _question(question: str, ready: Mapping[Trait, TraitPredictor]) -> str:
    """What the attitude is about: as the option says, or as the fitted model does that predicts it."""
    asked = " ".join(question.split())
    fitted = _fitted_question(ready.get("attitude"))
    if asked and fitted and asked != fitted:
        remedy = "leave it out, or take another model"
        raise InputError(explain("--question", wanted=f"that of the model, {fitted!r}", got=repr(asked), remedy=remedy))
    if not asked and not fitted:
        remedy = 'add --question "...", whose "yes" is the positive attitude'
        raise InputError(explain("--question", wanted="what the attitude is about", got="nothing", remedy=remedy))
    return asked or fitted


def _fitted_question(predictor: TraitPredictor | None) -> str:
    """The question that a fitted model answers, with its target if all its answers are about one; empty without one."""
    about = predictor.model.facts.about if isinstance(predictor, LearntPredictor) else None
    if about is None:
        return ""
    return " ".join([*about.question.split(), *([f"({about.target})"] if about.target else [])])


def _aged(path: Path) -> list[AgedUser]:
    """The users whom prompts of age may show."""
    data = read_labelled(path, texts=("posts",))
    for problem in data.report.problems():
        note(problem)
    return aged_users(data)


def _learnt(folders: Iterable[Path], traits: Sequence[Trait], target: str | None) -> dict[Trait, TraitPredictor]:
    """The predictors of fitted models, of those of ``traits`` that they have."""
    found: dict[Trait, TraitPredictor] = {}
    for folder in folders:
        for trait, predictor in load_predictors(folder, target=target).items():
            if trait in found:
                got = f"another one of {trait}, {found[trait].method}"
                raise InputError(explain(f"--learnt {folder}", wanted="one model of each trait", got=got))
            found[trait] = predictor
    return {trait: predictor for trait, predictor in found.items() if trait in traits}


def _model(url: str | None, name: str | None, overrides: Sequence[str], traits: Sequence[Trait]) -> ModelSection | None:
    """The model that predicts ``traits``; none if there are none."""
    if not traits:
        return None
    section = read_model(url, name, overrides)
    if section is None:
        wanted = f"something that predicts {', '.join(traits)}"
        remedy = "name an endpoint, --model-url http://HOST:PORT/v1, or a fitted model, --learnt MODEL (s3agents fit)"
        raise InputError(explain("s3agents infer", wanted=wanted, got="nothing", remedy=remedy))
    return section


def _target(folder: Path, traits: Sequence[Trait], question: str, *, again: bool) -> Target:
    """The society in ``folder``, with what loading it dropped said."""
    target = Target.load(folder)
    for problem in target.society.report.problems():
        note(problem)
    if "attitude" in traits:
        target.check_question(question, again=again)
    return target


def _show(results: Sequence[FieldResult], scores: Scores, *, as_json: bool) -> None:
    if as_json:
        standard_output().print_json(data=infer_json(results, scores))
        return
    for table in infer_tables(results, scores):
        standard_output().print(table)


def _remarks(
    results: Sequence[FieldResult], ready: Mapping[Trait, TraitPredictor], folder: Path, *, new: bool, score: bool
) -> Iterator[str]:
    """What became of the society, and what the scores of fitted models are worth."""
    if score and ready:
        methods = ", ".join(sorted({predictor.method for predictor in ready.values()}))
        yield (
            f"{methods}: a fitted model does not tell whom it was fitted on; if it was on users of this society, the"
            " scores only say how well it remembers them (its model.json has cross-validated ones)"
        )
    if new:
        yield f"written: {folder}"
    elif any(result.estimates or result.withdrawn for result in results):
        yield f"filled: {folder}"
    else:
        yield f"nothing to fill: {folder} stays as it was"
