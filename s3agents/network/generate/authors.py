"""Authors: the groups that decide which phrases a user may use: occupation, age, gender."""

from __future__ import annotations

from collections.abc import Callable

from s3agents.network.generate.choices import Choices
from s3agents.network.generate.people import People
from s3agents.network.generate.phrases import ByAge, Phrases, Variants
from s3agents.network.generate.streams import Longs

__all__ = ["by_gender", "by_occupation", "gender_groups", "occupation_groups"]

_YOUNG_UNTIL = 26


def occupation_groups(people: People) -> Longs:
    """Group of each user by occupation and age, shape ``(n,)``."""
    return 2 * people.occupation + (people.age >= _YOUNG_UNTIL)


def gender_groups(people: People) -> Longs:
    """Group of each user by gender and age, shape ``(n,)``."""
    return 2 * people.gender + (people.age >= _YOUNG_UNTIL)


def by_occupation(phrases: Phrases, people: People, of: Callable[[str], Variants]) -> Choices:
    """What each of :func:`occupation_groups` may say; ``of`` names the texts of an occupation."""
    known = (name if name in phrases.occupations else "other" for name in people.occupations)
    return Choices([texts for name in known for texts in _by_age(of(name))])


def by_gender(phrases: Phrases, people: People) -> Choices:
    """What each of :func:`gender_groups` may say of their family."""
    families = phrases.bios.families
    known = (name if name in families else "other" for name in people.genders)
    return Choices([texts for name in known for texts in _by_age(families[name])])


def _by_age(texts: Variants) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (texts.young, texts.adult) if isinstance(texts, ByAge) else (texts, texts)
