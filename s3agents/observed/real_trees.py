"""Real trees: who passed a post on from whom, from the posts that say so, or from who follows whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from s3agents.errors import InputError, explain
from s3agents.evaluation.cascade_shape import CascadeShape, cascade_shape
from s3agents.observed.cascades import Cascades

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RealTree", "real_tree"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RealTree:
    """One real cascade as a tree.

    Attributes:
        shape: of the tree; forwards and replies are its posts.
        guessed: posts that hang on the first one for want of anything known.
    """

    shape: CascadeShape
    guessed: int


def real_tree(cascades: Cascades, case: str) -> RealTree | None:
    """The tree of a case; ``None`` where nothing of it is known.

    Posts hang on what they answer or forward. Where forwards are known as adoptions alone, each hangs on the forward
    (or first post) of the user who first exposed its author, the earliest spreader whom they follow, if that came
    before. Replies of unknown authors are then left out, for adoptions may hold them already.

    Raises:
        InputError: if posts answer one another in a circle.
    """
    posts = cascades.posts[cascades.posts["case_id"] == case]
    sources = posts.loc[posts["kind"] == "source", "post_id"]
    if sources.empty:
        return None
    first = str(sources.iloc[0])
    if (posts["kind"] == "forward").any():
        nodes = _links(posts)
    else:
        nodes = {
            **_links(posts[posts["user_id"].ne("") | posts["kind"].eq("source")]),
            **_forwards(cascades, case, first),
        }
    at = {node: position for position, node in enumerate(nodes)}
    parents = [-1 if node == first else at.get(parent, at[first]) for node, parent in nodes.items()]
    unknown = sum(parent not in at for node, parent in nodes.items() if node != first)
    try:
        return RealTree(shape=cascade_shape(parents), guessed=unknown)
    except ValueError as exc:
        got = str(exc)
        raise InputError(explain(f"posts of case {case}", wanted="posts that lead back to the first", got=got)) from exc


def _links(posts: pd.DataFrame) -> dict[str, str]:
    """Each post with what it hangs on, empty where that is not known."""
    parents = (parent if isinstance(parent, str) else "" for parent in posts["parent"])
    return dict(zip(posts["post_id"], parents, strict=True))


def _forwards(cascades: Cascades, case: str, first: str) -> dict[str, str]:
    """Each forward of a user, named so that it is no id of a post, with that of the user who exposed them."""
    adoptions = cascades.adoptions[cascades.adoptions["case_id"] == case].sort_values("minute", kind="stable")
    exposures = cascades.exposures[cascades.exposures["case_id"] == case]
    via = dict(zip(exposures["user_id"], exposures["via"], strict=True))
    spread = {str(cascades.cases.loc[case, "author"]): first}
    links = {}
    for user in adoptions.loc[adoptions["kind"] == "forward", "user_id"]:
        if user not in spread:
            spread[user] = f"forward of {user}"
            links[spread[user]] = spread.get(via.get(user, ""), "")
    return links
