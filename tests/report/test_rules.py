"""The catalogue of findings: whole, well-formed, and the same as what the sources emit and the README lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from migrator.errors import UsageError
from migrator.model import Severity
from migrator.report.explain import listing, markdown, page
from migrator.rules import GROUPS, Rule, catalogue, fact_sources, find_rule
from tests.conftest import ROOT
from tests.report.codes import emitted, mentioned

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

RULES = catalogue()
NAMES = ("`", "v1", "v2", "curl ", "cron ", "migrator ")


def test_every_code_of_the_sources_is_in_the_catalogue() -> None:
    missing = {code: place for code, place in emitted().items() if code not in RULES}
    assert not missing


def test_the_catalogue_has_no_code_that_nothing_emits() -> None:
    assert not RULES.keys() - mentioned()


def test_the_search_for_codes_finds_each_way_to_emit_one() -> None:
    """A note, a refusal, helpers with the code in front and behind, pairs, and files that cannot be read."""
    ways = {
        "personal-token",
        "quoting",
        "job-unknown",
        "deploy-needs",
        "two-urls",
        "xargs",
        "unknown-option",
        "unreadable",
    }
    assert ways <= emitted().keys()
    assert len(emitted()) > 100


def test_what_snapshots_show_is_in_the_catalogue() -> None:
    texts = (path.read_text() for path in (ROOT / "snapshots").rglob("*.txt"))
    shown = {code for text in texts for code in re.findall(r"(?:error|warning|info)\[([a-z0-9-]+)\]:", text)}
    made_up = {"found-so", "guess", "also"}
    assert not shown - made_up - RULES.keys()
    assert len(shown) > 5


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_is_whole(rule: Rule) -> None:
    for sentence in (rule.what, rule.why, rule.next):
        assert sentence[0].isupper() or sentence.startswith(NAMES)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert sentence.count("`") % 2 == 0
    assert rule.before
    assert rule.after
    assert rule.before != rule.after
    assert all(link.startswith("https://circleci.com/") for link in rule.links)


# Who says one of these words speaks of CircleCI, and names the source; these speak of other things, or of the tool.
OF_CIRCLECI = re.compile(r"CircleCI|\bv1(\.1)?\b|\bv2\b|2\.1|[vV]ersion 2|[Pp]ipeline|BASH_ENV|[Ww]orkflow")
NO_FACTS = {
    "conditional-field",
    "deploy-entry",
    "documentation",
    "host-variable",
    "job-missing",
    "json-characters",
    "payload-order",
    "reply-sent",
    "shared-default",
    "workflow-taken",
    "wrapper-callers",
}


def test_a_rule_that_states_a_fact_about_circleci_names_its_source_and_date() -> None:
    speaking = {code for code, rule in RULES.items() if OF_CIRCLECI.search(f"{rule.what} {rule.why}")}
    sourced = {code for code, rule in RULES.items() if rule.sources}
    assert speaking - sourced == NO_FACTS
    assert len(sourced) > 100
    for rule in RULES.values():
        assert all(source.page and re.search(r"\b20\d\d\b", source.date) for source in rule.sources)


def test_each_source_is_named_by_a_rule_and_each_rule_prints_its_own() -> None:
    assert {source for rule in RULES.values() for source in rule.sources} == set(fact_sources().values())
    for rule in RULES.values():
        printed = " ".join(page(rule).split())
        assert all(f"{source.page} ({source.date})" in printed for source in rule.sources)


def test_each_group_is_in_order() -> None:
    for group in GROUPS:
        codes = [rule.code for rule in RULES.values() if rule.group == group]
        assert codes == sorted(codes) != []


def test_an_unknown_code_gets_a_suggestion() -> None:
    with pytest.raises(UsageError, match="'reply-feild'") as error:
        find_rule("reply-feild")
    assert error.value.hint == "did you mean 'reply-field'?"
    with pytest.raises(UsageError) as error:
        find_rule("qqq")
    assert error.value.hint == "`migrator rules` lists all codes"


@pytest.mark.parametrize("code", ["v1-job", "reply-field", "rerun-endpoint", "unparsable"])
def test_a_page(code: str, snapshot: SnapshotAssertion) -> None:
    assert page(RULES[code]) == snapshot


def test_pages_say_what_becomes_of_the_call() -> None:
    for rule in RULES.values():
        text = page(rule)
        assert max(map(len, text.splitlines()[:8])) <= 100
        assert ("--unsafe only" in text) == (rule.severity is Severity.WARNING and rule.code != "unused-ignore")
        assert [
            title for title in ("Why", "What to do", "Before", "After", "Links") if f"\n{title}\n" not in text
        ] == []


def test_the_listing_has_every_rule_once() -> None:
    assert re.findall(r"(?m)^  ([a-z0-9-]+) +(?:error|warning|info) ", listing()) == list(RULES)


def test_the_readme_lists_the_rules() -> None:
    readme = (ROOT / "README.md").read_text()
    assert f"<!-- rules -->\n\n{markdown()}\n<!-- /rules -->" in readme
