"""Find and rewrite calls in a made-up program, the way the engine does, without a config."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemods import find_calls
from codemods.found import RewriteOptions
from migrator.circleci.plan.decide import job_value
from migrator.errors import Refusal
from migrator.model import Endpoint, ParameterNames, PipelineRequest, Severity
from migrator.model import source as written_as
from migrator.syntax.text.source import Source, apply_edits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.found import Found
    from migrator.model import Call, V1Trigger, Value


@dataclass(frozen=True)
class Folder:
    """The other files of a made-up repository."""

    files: Mapping[str, str] = field(default_factory=dict)

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def holding(self, literal: str) -> tuple[str, ...]:
        return tuple(sorted(path for path, text in self.files.items() if literal in text and path.endswith(".py")))

    def naming(self, literal: str) -> tuple[str, ...]:
        """The files whose text holds `literal`."""
        return tuple(path for path, text in self.files.items() if literal in text)


def source_of(text: str, path: str = "ci/trigger.py", files: Mapping[str, str] | None = None) -> Source:
    """A file of a repository."""
    return Source(path, text, siblings=Folder({**(files or {}), path: text}))


def find(text: str, path: str = "ci/trigger.py", files: Mapping[str, str] | None = None) -> tuple[Found, ...]:
    """The calls in a program."""
    return find_calls(source_of(text, path, files))


def planned(trigger: V1Trigger) -> PipelineRequest:
    """A request as the plan would make it: `run_job`, each variable in lower case, `revision`."""
    branch = None if trigger.tag is not None else trigger.branch  # a call with both is refused before
    if trigger.endpoint is not Endpoint.JOB:
        return PipelineRequest(branch, trigger.tag)
    parameters = [("run_job", job_value(trigger))]
    parameters += [(name.lower(), value) for name, value in trigger.parameters]
    parameters += [("revision", trigger.revision)] if trigger.revision else []
    variables = tuple((name, name.lower()) for name, _ in trigger.parameters)
    names = ParameterNames("run_job", variables, "revision" if trigger.revision else None)
    return PipelineRequest(branch, trigger.tag, tuple(parameters), names=names)


def is_refused(call: Call) -> bool:
    """Whether the call is manual for what it is."""
    return any(note.severity is Severity.ERROR for note in call.notes)


def rewritten(
    text: str, path: str = "ci/trigger.py", files: Mapping[str, str] | None = None, definition: str | None = None
) -> str:
    """The program with all its calls rewritten; with a `definition` for `/pipeline/run`. Raises Refusal."""
    found = find(text, path, files)
    together = frozenset(each.call.span for each in found)
    edits = []
    for each in found:
        for note in each.call.notes:
            if note.severity is Severity.ERROR:
                raise Refusal(note.code, note.message)
        request = replace(planned(each.call.trigger), definition=definition)
        made = each.writer.post(request, RewriteOptions(together=together)).edits
        edits += each.region.edits(made)
    return apply_edits(text, edits)


def refusal(text: str, path: str = "ci/trigger.py", files: Mapping[str, str] | None = None) -> str:
    """The code of the reason why the one call of the program is not rewritten."""
    try:
        rewritten(text, path, files)
    except Refusal as refused:
        return refused.code
    raise AssertionError("the call was rewritten")


def codes(text: str, path: str = "ci/trigger.py", files: Mapping[str, str] | None = None) -> list[str]:
    """The codes of all notes on the one call of the program."""
    (found,) = find(text, path, files)
    return [note.code for note in found.call.notes]


def described(trigger: V1Trigger) -> dict[str, object]:
    """A trigger as its author wrote it."""

    def shown(value: Value | None) -> str | None:
        return None if value is None else written_as(value.template)

    return {
        "endpoint": str(trigger.endpoint),
        "project": str(trigger.slug),
        "branch": shown(trigger.branch),
        "tag": shown(trigger.tag),
        "revision": shown(trigger.revision),
        "job": shown(trigger.job),
        "parameters": {name: shown(value) for name, value in trigger.parameters},
        "auth": str(trigger.auth),
    }
