"""All formats that one run can be reported in, by name; each is imported when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.report.results import Results

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html")
"""The names, in the order in which the help lists them."""


def render(name: str, results: Results) -> str:
    """The whole report in one format, ending in a line feed unless it is empty. Plain text has no colours here."""
    match name:
        case "text":
            return text(results)
        case "json":
            from migrator.report.json import document

            return document([(root.report, root.prefix) for root in results.roots])
        case _:
            from importlib import import_module

            rendered: str = import_module(f"migrator.report.{name}").render(results)
            return rendered


def text(results: Results, *, brief: bool = False, full: bool = False, color: bool = False) -> str:
    """The findings of all roots for people; `full` with what is ignored, which is nobody's work."""
    from migrator.report.text import findings

    return "".join(
        findings(
            [outcome for outcome in root.report.outcomes if full or outcome.status != "ignored"],
            (*root.report.problems, *root.report.remarks),
            root.files,
            prefix=root.prefix,
            brief=brief,
            color=color,
        )
        for root in results.roots
    )
