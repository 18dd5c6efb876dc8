"""TraitPackFile: what stands in a trait pack's ``traits.yaml``: its name and words, as values that check themselves."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from s3agents.prompts.pack_file import Plain, Valued, placeholders

__all__ = ["TraitPackFile", "TraitWords"]


def _numbered(line: str) -> str:
    if placeholders(line) != {"n", "value"}:
        raise ValueError("the placeholders {n} and {value}, both of them and no other")
    return line


Numbered = Annotated[str, AfterValidator(_numbered)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class ProfileLines(_Part):
    """The lines of a profile, one for each known attribute."""

    gender: Valued
    age: Valued
    occupation: Valued
    bio: Valued


class TraitWords(_Part):
    """The words of one language that are put together in code.

    Attributes:
        genders: names of genders; one that is not here is told as the data have it.
        profile: the lines of a profile.
        post: the line of a post.
        nothing: what stands in place of a profile, a description or posts where there are none, but something else.
        example: another user's posts and age.
        examples: what leads in the examples; it is left out, all of it, where there are none.
        answer: the line of a numbered answer.
        category: the line of a category.
        categories: categories as they are shown, where that is more than their name.
    """

    genders: dict[str, Plain] = Field(default_factory=dict)
    profile: ProfileLines
    post: Valued
    nothing: Plain
    example: Numbered
    examples: Valued
    answer: Numbered
    category: Valued
    categories: dict[str, Plain] = Field(default_factory=dict)


class TraitPackFile(_Part):
    """The whole file.

    Attributes:
        name: of the pack.
        language: of its texts.
        version: raised when a text changes.
        words: see :class:`TraitWords`.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    language: str = Field(min_length=2)
    version: str = Field(min_length=1)
    words: TraitWords
