"""What was found out about a text, kept as long as the text: each question is answered once.

Questions may depend on one another, and on themselves: a function calls itself, a variable is made of itself. What is
asked again while it is being found out is answered with the question's `pending`, which has to mean "not known".
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, eq=False)
class Question(Generic[Answer]):
    """Something that can be asked about parts of a text. `pending` is the answer while it is being found out."""

    name: str
    pending: Answer


class Memo:
    """The answers that were found. It changes no answer, only how often one is looked for."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: dict[tuple[Question[object], Hashable], object] = {}

    def answer(self, question: Question[Answer], about: Hashable, find: Callable[[], Answer]) -> Answer:
        """The answer, found by `find` when it is asked for the first time. An error of `find` is not kept."""
        key = (cast("Question[object]", question), about)
        if key not in self._known:
            self._known[key] = question.pending
            try:
                self._known[key] = find()
            except BaseException:
                del self._known[key]
                raise
        return cast("Answer", self._known[key])

    @contextmanager
    def asking(self, question: Question[Answer], about: Hashable) -> Iterator[bool]:
        """Mark a question whose answer is not kept as being asked; False where it is being asked already."""
        key = (cast("Question[object]", question), about)
        if key in self._known:
            yield False
            return
        self._known[key] = question.pending
        try:
            yield True
        finally:
            del self._known[key]
