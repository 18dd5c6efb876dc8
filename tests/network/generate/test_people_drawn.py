"""People: the stated joint distribution comes out to a user, and a file that states none is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s3agents.config.generate import GenerateSection
from s3agents.errors import ConfigError
from s3agents.network.generate.demographics import Demographics, read_demographics
from s3agents.network.generate.people import People, draw_people
from s3agents.traits.occupations import OCCUPATIONS

TWO_BANDS = {
    "gender": {"female": 1, "male": 1},
    "occupation": {"Engineer": 3, "Baker": 1},
    "ages": [
        {"years": [20, 29], "share": 30, "occupation": {"Student": 1}},
        {"years": [30, 39], "share": 70, "gender": {"female": 0.9, "male": 0.1}, "positive_odds": 4},
    ],
}


def people(stated: Demographics | None = None, **section: Any) -> People:
    """The users of a section, by default of 2,000 users and :data:`TWO_BANDS`."""
    made = GenerateSection.model_validate({"users": 2_000, "relations": 0, **section})
    return draw_people(made, stated or Demographics.model_validate(TWO_BANDS))


def test_each_group_has_its_share() -> None:
    """Of gender, age and occupation together, to one user."""
    drawn = people()
    young = drawn.age < 30
    engineer, female = drawn.occupations.index("Engineer"), drawn.genders.index("female")
    assert young.sum() == pytest.approx(600, abs=1)
    assert (young & (drawn.gender == female)).sum() == pytest.approx(300, abs=1)
    assert (young & (drawn.occupation == drawn.occupations.index("Student"))).sum() == young.sum()
    assert (~young & (drawn.gender == female) & (drawn.occupation == engineer)).sum() == pytest.approx(945, abs=1)


def test_ages_of_a_band_are_equally_likely() -> None:
    """Every year of a band has its users."""
    counts = np.bincount(people().age, minlength=40)
    assert counts[:20].sum() == 0
    assert 30 < counts[20:30].min() <= counts[20:30].max() < 95


@pytest.mark.parametrize("positive", [0.0, 0.2, 0.5, 0.93, 1.0])
def test_attitude_goes_with_age_and_adds_up(positive: float) -> None:
    """The share of all is exact; between bands the odds differ as stated."""
    drawn = people(positive=positive)
    assert int(drawn.positive.sum()) == round(positive * 2_000)
    if 0 < positive < 1:
        young, old = (drawn.positive[drawn.age < 30].mean(), drawn.positive[drawn.age >= 30].mean())
        assert (old / (1 - old)) / (young / (1 - young)) == pytest.approx(4, rel=0.1)


def test_the_default_population_is_that_of_its_source() -> None:
    """54.6 % women, 96 % born since 1980, the ten occupations of S3's Table 5."""
    stated = read_demographics("default")
    drawn = people(stated, users=20_000)
    assert (drawn.gender == drawn.genders.index("female")).mean() == pytest.approx(0.546, abs=0.002)
    assert (drawn.age <= 40).mean() == pytest.approx(0.96, abs=0.001)
    assert (drawn.age <= 30).mean() == pytest.approx(0.79, abs=0.001)
    assert set(drawn.occupations) == set(OCCUPATIONS)
    assert "illustrative" in stated.source


def test_a_population_of_ones_own(tmp_path: Path) -> None:
    """A file is read like the default."""
    file = tmp_path / "village.yaml"
    file.write_text("gender: {female: 1}\noccupation: {Baker: 1}\nages: [{years: [40, 40], share: 1}]\n")
    drawn = people(read_demographics(str(file)), users=3)
    assert (drawn.genders, drawn.occupations, drawn.age.tolist()) == (("female",), ("Baker",), [40, 40, 40])


WRONG = {
    "no file": (None, "wanted a readable file|No such file"),
    "no YAML": ("a: [", "wanted YAML"),
    "other bytes": (b"gender: \xff", "wanted UTF-8 text"),
    "nothing": ("", "wanted a mapping of keys such as source, gender, .* got nothing"),
    "hundreds of levels": ("[" * 100_000, "YAML of a few levels"),
    "no shares": ("gender: {female: 0}\noccupation: {Baker: 1}\nages: []\n", "gender: .*above 0"),
    "a blank label": ('gender: {" ": 1}\noccupation: {Baker: 1}\nages: []\n', "gender: .*not blank"),
    "ages backwards": (
        "gender: {f: 1}\noccupation: {B: 1}\nages: [{years: [40, 30], share: 1}]\n",
        r"ages.0: .*ascending order, not \[40, 30\]",
    ),
    "ages of nobody": ("gender: {f: 1}\noccupation: {B: 1}\nages: [{years: [4, 5], share: 0}]\n", "share above 0"),
    "an unknown key": ("gender: {f: 1}\noccupation: {B: 1}\nages: []\nincome: {}\n", "income: Extra inputs"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_states_no_population_is_refused(tmp_path: Path, case: str) -> None:
    """One message, which names the file and what is wrong in it."""
    content, message = WRONG[case]
    file = tmp_path / "population.yaml"
    if content is not None:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigError, match=message) as caught:
        read_demographics(str(file))
    assert str(file) in str(caught.value)
