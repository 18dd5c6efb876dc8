"""ActionContract: what every action has to keep to, as tests.

Needs the package ``pytest``. For an action of your own::

    class TestMyAction(ActionContract):
        def make_action(self) -> SocialAction:
            return MyAction()
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from s3agents.actions.base import Aim, Effect, SocialAction
from s3agents.events import Delivery, Post, PostKind, Source
from s3agents.ids import PostId, UserId, author_of, post_id
from s3agents.labels import Attitude

__all__ = ["ActionContract", "some_mail"]

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_READER = UserId("me")


def some_mail() -> list[Delivery]:
    """Posts of every kind and source, by others and by the reader ``me``; names of users hold what they may hold."""
    authors = ("someone", "a.b c", "名字", "me")
    found = []
    for n, (kind, source) in enumerate((k, s) for k in PostKind for s in Source):
        author = _READER if source is Source.SELF else UserId(authors[n % 3])
        own, first = post_id(4, author, n), post_id(2, UserId(authors[(n + 1) % 4]), 0)
        alone = kind is PostKind.ORIGINAL
        root = first if kind in {PostKind.FORWARD, PostKind.QUOTE} else own
        parent, text = None if alone else first, f"Well, {n}."
        post = Post(id=own, author=author, tick=4, n=n, text=text, kind=kind, parent=parent, root=root)
        found.append(Delivery(post=post, source=source))
    return found


class ActionContract:
    """An action is a value: what it needs, publishes and changes follows from what it is asked about."""

    languages: Sequence[str] = ("en",)
    """In which prompts can offer it."""

    def make_action(self) -> SocialAction:
        """The action; every call gives one that is the same."""
        raise NotImplementedError

    def test_it_has_a_name_that_replies_and_records_can_hold(self) -> None:
        """Lower-case letters, digits, ``_`` and ``-``."""
        action = self.make_action()
        assert isinstance(action, SocialAction)
        assert _NAME.fullmatch(action.name)

    def test_prompts_can_offer_it(self) -> None:
        """A sentence in each language, on one line; with a text, also what the text is."""
        action = self.make_action()
        for language in self.languages:
            said = [action.sentences.get(language, ""), *([action.writing.get(language, "")] if action.writes else [])]
            assert all(text.strip() and len(text.splitlines()) == 1 for text in said), f"in {language}: {said}"

    def test_what_it_writes_is_published(self) -> None:
        """A text is one of a post; what belongs to the cascade of a target is a post and has a target."""
        action = self.make_action()
        assert isinstance(action.aims, Aim)
        assert action.kind is None or isinstance(action.kind, PostKind)
        assert action.kind is not None or not action.writes
        assert not action.spreads or (action.kind is not None and action.aims is Aim.POST)

    def test_it_knows_what_it_can_be_about(self) -> None:
        """If it is about a post at all, there is one that it fits, and its target tells an author."""
        action, mail = self.make_action(), some_mail()
        fitting = [read for read in mail if action.fits(read, _READER)]
        if action.aims is Aim.POST:
            assert fitting
        for read in fitting if action.aims is not Aim.NONE else ():
            assert author_of(action.target(read.post))

    def test_its_post_says_something(self) -> None:
        """With an attitude, or none that is known."""
        action = self.make_action()
        for read in self._targets(action) if action.kind is not None else ():
            for stance in Attitude:
                text, attitude = action.says("My words." if action.writes else "", read, stance)
                assert text.strip()
                assert attitude is None or isinstance(attitude, Attitude)

    def test_it_says_whether_it_changes_anything(self) -> None:
        """Only a run with an action that does keeps all agents at one tick."""
        action = self.make_action()
        effects = [action.effect(target) for target in self._recorded(action)]
        assert all(isinstance(effect, Effect) for effect in effects)
        assert action.steers == any(effect != Effect() for effect in effects)

    def test_it_is_always_the_same(self) -> None:
        """Also when it is made anew: a run that goes on finds its effects again from the record."""

        def told(action: SocialAction) -> list[object]:
            fits = [action.fits(read, _READER) for read in some_mail()]
            says = [action.says("My words.", read, stance) for read in self._targets(action) for stance in Attitude]
            return [action.name, fits, says, [action.effect(target) for target in self._recorded(action)]]

        action = self.make_action()
        assert told(action) == told(action) == told(self.make_action())

    def _targets(self, action: SocialAction) -> list[Post | None]:
        """What it can be about."""
        posts = [read.post for read in some_mail() if action.aims is not Aim.NONE and action.fits(read, _READER)]
        return [*posts, *([] if action.aims is Aim.POST else [None])]

    def _recorded(self, action: SocialAction) -> list[PostId | None]:
        """What the record calls that."""
        return [None if post is None else action.target(post) for post in self._targets(action)]
