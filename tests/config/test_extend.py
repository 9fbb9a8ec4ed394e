"""What an earlier run wrote for other callers stays right for them."""

from __future__ import annotations

from codemods.config.extend import extend
from migrator.circleci.compiler import compile_pipeline
from migrator.syntax.yaml import load
from tests.config.support import call, job, plan, rewrite, variables

_TEXT = "version: 2.1\njobs:\n  a:\n    docker: [{image: a}]\n    steps:\n      - run: echo\n"


def _again(first: object, second: object) -> str:
    return rewrite(rewrite(_TEXT, plan(first)).text, plan(second)).text  # type: ignore[arg-type]


def test_the_same_plan_stays_the_same() -> None:
    wanted = plan(job("a", "A B", "C", in_environment=False, revision="always"))
    assert extend(rewrite(_TEXT, wanted).text, wanted) == wanted
    placed = plan(job("a", "A B", "C", in_environment=True))
    assert extend(rewrite(_TEXT, placed).text, placed) == placed


def test_what_only_some_callers_send_is_exported_only_when_sent() -> None:
    text = _again(job("a", "A B"), job("a", "B C"))
    wanted = extend(text, plan(job("a", "B")))
    assert (wanted.jobs[0].always, wanted.jobs[0].sometimes) == (variables("B"), variables("A C"))
    steps = compile_pipeline(load(text), call("a", b="1")).jobs[0].steps
    assert [sorted(s.settings.get("environment", {})) for s in steps] == [["SENT_B"], []]  # type: ignore[call-overload]


def test_a_variable_leaves_the_environment_when_not_every_caller_sends_it() -> None:
    placed = rewrite(_TEXT, plan(job("a", "A B", in_environment=True))).text
    assert (
        "    environment:\n      A: << pipeline.parameters.a >>\n      B: << pipeline.parameters.b >>\n    steps:"
        in placed
    )
    text = rewrite(placed, plan(job("a", "B", in_environment=True))).text
    assert "    environment:\n      B: << pipeline.parameters.b >>\n    steps:" in text
    assert "SENT_A: << pipeline.parameters.a >>" in text
    emptied = rewrite(text, plan(job("a", "", in_environment=True))).text
    assert "    docker: [{image: a}]\n    steps:\n" in emptied
    assert "SENT_B: << pipeline.parameters.b >>" in emptied


def test_steps_of_others_stay_behind_ours() -> None:
    text = rewrite(_TEXT, plan(job("a", "A"))).text
    own = "            - run: echo mine # keep\n"
    text = text.replace("          pre-steps:\n", "          pre-steps:\n" + own)
    after = rewrite(text, plan(job("a", "A", "B"))).text
    assert after.index("SENT_A") < after.index("SENT_B") < after.index("echo mine")
    assert own in after


def test_tags_are_let_in_when_a_later_caller_sends_one() -> None:
    text = _again(job("a", "A"), job("a", "A", tags=True))
    assert "          filters:\n            tags:\n              only: /.*/\n" in text


def test_a_bare_entry_takes_filters() -> None:
    text = rewrite(rewrite(_TEXT, plan("a")).text, plan(job("a", tags=True))).text
    assert "      - a:\n          filters:\n            tags:\n              only: /.*/\n" in text
