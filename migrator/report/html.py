"""The report as one HTML page for people who do not read logs: no script, and nothing fetched from anywhere."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING

from migrator import __version__
from migrator.report.html_graph import edges, pictures
from migrator.report.html_parts import chip, excerpt, notes, side_by_side, text, tone
from migrator.report.summary import counted
from migrator.syntax.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.report.results import Finding, Results

# Nothing may be fetched, whatever a file's content tries to smuggle in.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_MEANINGS = {
    "done": "on v2 already",
    "safe": "apply rewrites them",
    "unsafe": "rest on an assumption",
    "manual": "need a person",
    "ignored": "ignored on purpose",
}
_ADVICE = {
    "safe": "Proved to run the same job with the same variables. <code>migrator apply</code> rewrites these.",
    "unsafe": "Rests on something that cannot be seen in the repository: read the notes, then "
    "<code>migrator apply --unsafe</code>.",
    "manual": "Not rewritten. The notes say why and what to do by hand.",
    "ignored": "A comment in the file or the baseline says to leave these alone.",
}


def render(results: Results) -> str:
    """The whole page."""
    body = "".join((_header(results), _progress(results), *_sections(results), _footer(results)))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_title(results)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _style() -> str:
    return (files("migrator.report") / "page.css").read_text("utf-8")


def _title(results: Results) -> str:
    calls = sum(finding.outcome is not None for finding in results.open)
    if calls:
        return f"{counted(calls, 'call')} left on CircleCI v1"
    return "Some files could not be searched" if results.open else "Nothing left on CircleCI v1"


def _header(results: Results) -> str:
    names = ", ".join(
        dict.fromkeys(
            PurePath(root.report.root).name for root in results.roots if root.files or root.report.files_searched
        )
    )
    days = results.days_left
    number, words = (days, "days left" if days != 1 else "day left") if days >= 0 else (-days, "days too late")
    return (
        f'<header class="card"><div><h1>{_title(results)}</h1>'
        f'<p class="muted">{text(names)}: {counted(results.searched, "file")} searched, as of {results.today}</p></div>'
        f'<div class="days {results.level}"><b>{number}</b>{words}<br>'
        f'<span class="muted">until 1 February 2027</span></div></header>\n'
    )


def _progress(results: Results) -> str:
    calls = [finding for finding in results.findings if finding.status]
    counts = Counter(tone(finding) for finding in calls)
    counts["done"] = sum(_on_v2(root.files) for root in results.roots)
    tiles = "".join(
        f'<li class="card {kind}"><b>{counts[kind]}</b><span>{meaning}</span></li>'
        for kind, meaning in _MEANINGS.items()
    )
    total = sum(counts.values())
    if not total:
        return f'<h2 id="progress">Progress</h2>\n<ul class="tiles">{tiles}</ul>\n'
    share = round(100 * (counts["done"]) / (total - counts["ignored"] or 1))
    bar = "".join(f'<i class="{kind}" style="flex:{counts[kind]}"></i>' for kind in _MEANINGS if counts[kind])
    label = f"{share} % of the calls are on v2"
    return (
        f'<h2 id="progress">Progress</h2>\n<ul class="tiles">{tiles}</ul>\n'
        f'<div class="bar" role="img" aria-label="{label}">{bar}</div>\n'
        f'<p class="legend"><span>{label}</span></p>\n'
    )


def _on_v2(found: object) -> int:
    """How many calls in the files that were searched start pipelines through v2 already."""
    from codemods import find_v2_callers
    from migrator.errors import ParseError

    count = 0
    for path, data in dict(found).items():  # type: ignore[call-overload]
        try:
            count += len(find_v2_callers(Source.decode(path, data)))
        except (ParseError, UnicodeDecodeError):
            continue
    return count


def _sections(results: Results) -> Iterator[str]:
    if not results.findings:
        yield '<h2>Calls</h2>\n<div class="card clean"><b>Nothing is left to migrate.</b></div>\n'
        return
    found = edges(results.findings)
    if found:
        yield f'<h2 id="graph">What starts what</h2>\n<div class="card graph">{pictures(found)}{_key(results)}</div>\n'
    yield f'<h2 id="files">Calls by file</h2>\n{"".join(_files(results.findings))}'
    changes = [(root, change) for root in results.roots for change in root.report.changes]
    if changes:
        shown = "".join(_details(root.prefix + change.path, "", side_by_side(change)) for root, change in changes)
        yield f'<h2 id="changes">Before and after</h2>\n{shown}'
    yield f"<h2 id='colours'>What the colours mean</h2>\n{_advice()}"


def _key(results: Results) -> str:
    kinds = dict.fromkeys(tone(finding) for finding in results.findings if finding.outcome)
    items = "".join(f'<span class="{kind}"><i></i>{kind}</span>' for kind in kinds)
    return f'<p class="graph-key">{items}</p>'


def _files(findings: Sequence[Finding]) -> Iterator[str]:
    for path, group in groupby(findings, key=lambda finding: finding.place.path):
        here = list(group)
        counts = Counter((tone(finding), finding.label) for finding in here)
        chips = "".join(chip(f"{number} {label}", kind) for (kind, label), number in counts.items())
        yield _details(path, f'<span class="dots">{chips}</span>', "".join(_call(finding) for finding in here))


def _details(title: str, extra: str, body: str) -> str:
    return f'<details class="card" open><summary><h3>{text(title)}</h3>{extra}</summary>{body}</details>\n'


def _call(finding: Finding) -> str:
    head = (
        f'{chip(finding.label, tone(finding))}<span class="at">line {finding.place.line}</span>'
        f'<span class="what">{text(finding.title)}</span>'
    )
    return f'<div class="call"><p>{head}</p>{excerpt(finding)}{notes(finding)}</div>'


def _advice() -> str:
    rows = "".join(f"<tr><th>{chip(kind, kind)}</th><td>{advice}</td></tr>" for kind, advice in _ADVICE.items())
    return f'<div class="card"><table>{rows}</table></div>\n'


def _footer(results: Results) -> str:
    removal = "On 1 February 2027 CircleCI removes the v1 and v1.1 endpoints that trigger and rerun builds."
    return f"<footer><p>{removal} Made by migrator {__version__} on {results.today}.</p></footer>\n"
