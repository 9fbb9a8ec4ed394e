"""Which regular expressions CircleCI's present compiler may refuse, and where they are looked for."""

from __future__ import annotations

import pytest

from codemods.config.patterns import doubtful_patterns
from codemods.config.rewrite import rewrite_config
from migrator.circleci.compiler.patterns import refused_part
from migrator.syntax.yaml import load
from tests.config.support import plan


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?!x).*", "look-around"),
        ("(?=x)x", "look-around"),
        ("(?<=a)b", "look-around"),
        ("(?<!a)b", "look-around"),
        ("(?:a(?!b))", "look-around"),
        (r"(a)\1", "a back-reference"),
        (r"(?<n>a)\k<n>", "a back-reference"),
        ("a++", "a possessive quantifier"),
        ("a*+", "a possessive quantifier"),
        ("a?+", "a possessive quantifier"),
        ("a{2,3}+", "a possessive quantifier"),
        ("[a]++", "a possessive quantifier"),
        ("(?>a)", "an atomic group"),
        (r"a\Z", r"`\Z`"),
        ("(?x)a", "the flags `x`"),
        ("a" * 129, "more than 128 characters"),
        (r"\x61", r"`\x`"),
        (r"a\x{61}", r"`\x`"),
        (r"\u0061", r"`\u`"),
        ("a|\u23f0", "`\u23f0`, which is not in Latin-1"),
        ("(?:a", "no regular expression: missing ), unterminated subpattern"),
        ("a)", "no regular expression: unbalanced parenthesis"),
        ("[a", "no regular expression: unterminated character set"),
        ("a\\", "no regular expression: bad escape (end of pattern)"),
        ("*", "no regular expression: nothing to repeat"),
        ("[b-a]", "no regular expression: bad character range b-a"),
    ],
)
def test_refused(pattern: str, reason: str) -> None:
    assert refused_part(pattern) == reason


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        ".*",
        "(?:a|b)",
        r"\\1x",
        r"a\+\+",
        "(?<n>a)",
        "(?P<n>a)",
        r"rel-\d+",
        r"v\d+\.\d+(-\w+)?",
        "(?i)a",
        "a+?",
        "(a+)+",
        "a{2}b+",
        "[a+]+",
        "[+]+",
        "[]a+]+",
        "[(?=]",
        r"[\]+]+",
        "[[:alpha:]+]+",
        r"\Qa++\E",
        r"\p{L}+",
        "a" * 128,
    ],
)
def test_taken(pattern: str) -> None:
    assert refused_part(pattern) is None


@pytest.mark.parametrize(
    "text",
    [
        "workflows: {w: {jobs: [build: {filters: {branches: {only: [main, /(?!x)/]}}}]}}",
        "workflows: {w: {jobs: [build: {filters: {tags: {ignore: /(?!x)/}}}]}}",
        "workflows: {w: {triggers: [schedule: {cron: x, filters: {branches: {only: /(?!x)/}}}], jobs: [build]}}",
        "workflows: {w: {when: {not: {matches: {pattern: (?!x), value: << pipeline.git.branch >>}}}, jobs: [build]}}",
        "workflows: {w: {unless: pipeline.git.branch matches /(?!x)/, jobs: [build]}}",
        "workflows: {w: {when: << pipeline.id and pipeline.git.branch matches /(?!x)/ >>, jobs: [build]}}",
        "workflows: {w: {jobs: [build: {filters: not (pipeline.git.tag matches /(?!x)/)}]}}",
        "jobs: {build: {branches: {only: /(?!x)/}, steps: [run: {when: always, command: cat <<EOF}]}}",
        "jobs: {build: {steps: [when: {condition: {matches: {pattern: (?!x), value: y}}, steps: [checkout]}]}}",
        "commands: {c: {steps: [run: 'echo << pipeline.git.tag matches /(?!x)/ and 1 or 2 >>']}}",
        "job-groups: {g: {jobs: [build: {filters: pipeline.git.tag matches /(?!x)/}]}}",
    ],
)
def test_patterns_are_found_wherever_the_compiler_reads_them(text: str) -> None:
    data = load(text)
    assert isinstance(data, dict)
    assert list(doubtful_patterns(data)) == [("(?!x)", "look-around")]


def test_what_only_looks_like_a_pattern_is_none() -> None:
    data = load("jobs: {build: {environment: {A: /(?!y)/, only: x}, steps: [run: 'grep -P \"/(?!y)/\"']}}")
    assert isinstance(data, dict)
    assert list(doubtful_patterns(data)) == []


@pytest.mark.parametrize("version", ["2", "2.1"])
def test_configs_of_all_versions_are_warned_of(version: str) -> None:
    jobs = "jobs: {build: {docker: [{image: a}], steps: [checkout]}}"
    workflows = "workflows: {w: {jobs: [build: {filters: {branches: {only: /(?!x).*/}}}]}}"
    notes = rewrite_config(f"version: {version}\n{jobs}\n{workflows}\n", plan("build")).notes
    (message,) = [note.message for _, note in notes if note.code == "pattern-refused"]
    assert "`(?!x).*` (look-around)" in message
