"""Bios and posts: varied, of readable length, true to their author's attitude, and from templates that are whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from s3agents import Society
from s3agents.config.generate import THEMES, GenerateSection
from s3agents.errors import ConfigError
from s3agents.network.generate.generate import generate_society
from s3agents.network.generate.phrases import Phrases, read_phrases
from s3agents.resources import prompts_dir
from s3agents.traits.occupations import OCCUPATIONS
from s3agents.yaml_files import read_yaml

LANGUAGES = ("en", "zh")


def society(**section: Any) -> Society:
    """The society of a section, by default of 1,000 users and 8,000 posts."""
    return generate_society(GenerateSection.model_validate({"users": 1_000, **section}))


def texts(made: Society) -> list[str]:
    """All posts."""
    return [text for posts in made.history.values() for text in posts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_posts_of_s3_gender_repeat(language: str) -> None:
    """Of 103,905 posts less than 20 % say what another one says; a user hardly ever repeats themselves."""
    made = society(like="s3-gender", users=8_563, language=language)
    counts = Counter(texts(made))
    assert counts.total() == 103_905
    assert sum(count for count in counts.values() if count > 1) / counts.total() < 0.2
    again = sum(len(posts) - len(set(posts)) for posts in made.history.values())
    assert again / counts.total() < 0.01


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", [*THEMES, "free {meals} for all"])
def test_posts_are_of_readable_length_and_whole(language: str, topic: str) -> None:
    """No post is empty or too long to be shown, and no slot is left in any."""
    made = texts(society(language=language, topic=topic, question="Is {that} right?"))
    assert {len(text) <= 280 for text in made} == {True}
    assert min(map(len, made)) > 8
    left = [text for text in made if "{" in text.replace("{meals}", "").replace("{that}", "")]
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", THEMES)
def test_an_attitude_can_be_learnt_from_posts(language: str, topic: str) -> None:
    """A bag of character n-grams, fitted to half of the users, tells the attitude of nearly all others."""
    pytest.importorskip("sklearn")
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier

    made = society(language=language, topic=topic)
    users = [user for user in made.ids if len(made.history.get(user, ())) >= 3]
    x = HashingVectorizer(analyzer="char", ngram_range=(2, 4)).transform(" ".join(made.history[u][:5]) for u in users)
    y = [made[user].attitude for user in users]
    half = len(users) // 2
    fitted = SGDClassifier(random_state=0).fit(x[:half], y[:half])
    assert fitted.score(x[half:], y[half:]) > 0.9


@pytest.mark.parametrize("language", LANGUAGES)
def test_bios_fit_their_users(language: str) -> None:
    """Engineers say so, families fit the gender, and some say nothing."""
    made = society(language=language)
    phrases = read_phrases(language)
    roles = phrases.occupations["Engineer"].roles
    assert isinstance(roles, tuple)
    strangers = [p for p in made if p.occupation != "Engineer" and any(p.bio.startswith(role) for role in roles)]
    assert strangers == []
    assert sum(any(role in p.bio for role in roles) for p in made if p.occupation == "Engineer") > 20
    mothers = phrases.bios.families["female"].adult
    assert {p.gender for p in made if any(p.bio.startswith(f"{family}") for family in mothers)} == {"female"}
    assert 0.05 < sum(not p.bio for p in made) / len(made) < 0.15


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_are_whole(language: str) -> None:
    """Every theme has both sides, every occupation of S3's Table 5 words of its own; nothing is said for both sides."""
    phrases = read_phrases(language)
    assert set(OCCUPATIONS) < set(phrases.occupations)
    for theme in THEMES:
        sides = phrases.themes[theme]
        assert not set(sides.positive.cores) & set(sides.negative.cores)
        assert min(len(sides.positive.cores), len(sides.negative.cores)) >= 20
    assert phrases.themes.keys() == set(THEMES)


def test_both_languages_have_the_same_slots() -> None:
    """What one language can fill in, the other can, too."""
    english, chinese = (read_phrases(language) for language in LANGUAGES)
    assert english.slots.keys() == chinese.slots.keys()
    assert english.occupations.keys() == chinese.occupations.keys()


BROKEN = {
    "an unknown slot": (("{weather}", "{wether}"), r"not \['wether'\] in"),
    "a theme without posts": (("  nuclear:\n    positive:", "  atoms:\n    positive:"), "posts of nuclear"),
    "nobody in particular": (("  other:\n    roles:", "  others:\n    roles:"), "occupations for other"),
    "an unknown key": (("joint:", "glue: x\njoint:"), "glue"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_templates_are_refused(tmp_path: Path, case: str) -> None:
    """A slot that nothing fills would only show when a post is written; it is found before."""
    (old, new), message = BROKEN[case]
    text = (prompts_dir() / "history" / "en.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "en.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_yaml(file, Phrases)


def test_no_unquoted_value_is_taken_for_something_else() -> None:
    """YAML makes truth values and numbers of some words; none of the templates is one."""
    for language in LANGUAGES:
        stack: list[Any] = [
            yaml.safe_load((prompts_dir() / "history" / f"{language}.yaml").read_text(encoding="utf-8"))
        ]
        while stack:
            value = stack.pop()
            assert isinstance(value, dict | list | str)
            stack += value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
