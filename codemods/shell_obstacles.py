"""What keeps a trigger from being rewritten, whatever it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.shell_program import splitting_word
from codemods.shell_reading import failed
from migrator.circleci.endpoints import VCS
from migrator.model import Endpoint, static

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.shell_sighting import Sighting
    from migrator.circleci.endpoints import TriggerUrl
    from migrator.syntax.curl import Invocation
    from migrator.syntax.shell import Script

SYNTAX = "The shell text around the call cannot be parsed. Correct it, or change the call by hand."
_RERUN = (
    "v2 reruns workflows, not builds: `GET /project/{slug}/job/{number}` names the workflow, "
    "`POST /workflow/{id}/rerun` reruns it. Write the two calls by hand."
)


def with_obstacles(script: Script, draft: Sighting, method: str | None, urls: int) -> Sighting:
    """The sighting with a note for each thing that stands in the way. `method` is None when only the run shows it."""
    invocation = draft.invocation
    assert invocation is not None
    assert draft.url is not None
    for code, message in _obstacles(script, draft, invocation, draft.url):
        draft = failed(draft, code, message)
    if method is None:
        draft = failed(draft, "dynamic-method", "The method of the request is known only at run time. Write it out.")
    lists = _lists(script, invocation)
    if lists:
        what = f"What `{lists[0]}` adds to the call cannot be seen here."
        draft = failed(draft, "array-arguments", f"{what} Write it into the call, then run this again.")
    elif urls > 1 or invocation.all("next"):
        draft = failed(draft, "two-urls", "The command sends more than one request. Give each a command of its own.")
    return draft


def _lists(script: Script, invocation: Invocation) -> list[str]:
    """The arguments that stand for any number of others: `"$@"`, `"${options[@]}"`."""
    words = [option.value for option in invocation.all("url") if option.value is not None]
    texts = (script.text[word.span.start : word.span.end] for word in words if word.lone is not None)
    return [text for text in texts if text.strip('"') in {"$@", "$*"} or text.strip('"').endswith(("[@]}", "[*]}"))]


def _obstacles(script: Script, draft: Sighting, invocation: Invocation, url: TriggerUrl) -> Iterator[tuple[str, str]]:
    command = draft.command
    if command.broken or command.simple.failure:
        yield "shell-syntax", SYNTAX
    if invocation.unknown:
        listed = ", ".join(f"`{name}`" for name in invocation.unknown)
        yield "unknown-option", f"{listed} is no option of curl that is known here. Change the call by hand."
    if not url.api_version:
        yield "unresolved-url", "The base of the URL is known only at run time. Write out /api/v1.1/."
    vcs = static(url.slug.vcs)
    if vcs is not None and url.slug.vcs and vcs not in VCS:
        yield "unknown-vcs", f"`{vcs}` in the URL is neither `github` nor `bitbucket`. Put in what is meant."
    if "$" in url.url.text:
        yield (
            "literal-dollar",
            "A `$` in the URL stands in single quotes or behind a backslash and stays as it is. Correct it.",
        )
    if draft.trigger.endpoint in {Endpoint.RETRY, Endpoint.SSH}:
        yield "rerun", _RERUN
    split = splitting_word(script, command, invocation)
    if split is not None:
        yield "unquoted-variable", f"`{split}` becomes several words here. Put it in double quotes."
