"""Answers are found once, and what depends on itself is not known."""

from __future__ import annotations

import pytest

from migrator.syntax.memo import Memo, Question

SIZE: Question[int | None] = Question("size", None)
OTHER: Question[int | None] = Question("other", None)


def test_an_answer_is_found_once() -> None:
    memo, asked = Memo(), []

    def find() -> int:
        asked.append(1)
        return 7

    assert [memo.answer(SIZE, "a", find) for _ in range(3)] == [7, 7, 7]
    assert memo.answer(SIZE, "b", find) == memo.answer(OTHER, "a", find) == 7
    assert len(asked) == 3


def test_a_question_that_depends_on_itself_is_pending_meanwhile() -> None:
    memo, meanwhile = Memo(), []

    def find() -> int:
        meanwhile.append(memo.answer(SIZE, "a", find))
        return 7

    assert memo.answer(SIZE, "a", find) == 7
    assert meanwhile == [None]


def test_an_error_is_no_answer() -> None:
    memo = Memo()

    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - any
        memo.answer(SIZE, "a", fail)
    assert memo.answer(SIZE, "a", lambda: 7) == 7


def test_what_is_not_kept_is_asked_again() -> None:
    memo = Memo()
    with memo.asking(SIZE, "a") as first, memo.asking(SIZE, "a") as second, memo.asking(SIZE, "b") as other:
        assert (first, second, other) == (True, False, True)
    with memo.asking(SIZE, "a") as again:
        assert again
