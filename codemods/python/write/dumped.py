"""Write what replaces a curl command whose JSON the program makes with `json.dumps`: the command, and the mapping."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from codemods.found import Rewrite, refuse_rerun
from codemods.python.read.body import encoded_text, mapping_of
from codemods.python.write.body import refuse_in_braces, refuse_shared_text, rewrite_json
from migrator.circleci.api.v1_request import TOKEN_FIELDS
from migrator.errors import Refusal
from migrator.model import Expansion, flatten, static
from migrator.syntax.python.editor import Editor
from migrator.syntax.python.program import operand_of

if TYPE_CHECKING:
    from codemods.found import RewriteOptions
    from codemods.python.dumped import DumpedText
    from codemods.python.read.body import PythonBody
    from codemods.shell.caller import CommandInScript
    from migrator.model import PipelineRequest, RerunRequest, V1Trigger
    from migrator.syntax.python.program import Operand


@dataclass(frozen=True, slots=True)
class DumpedWriter:
    """Writes what replaces a command in a text that gets JSON from the program. `site` is the call that runs it."""

    command: CommandInScript
    dumped: DumpedText
    trigger: V1Trigger
    site: Operand
    runs: bool = True

    def post(self, new: PipelineRequest, options: RewriteOptions) -> Rewrite:
        """Make the command start a pipeline. Raises Refusal."""
        mapping, _, encoder = encoded_text(self.dumped.json)
        body = mapping_of(mapping, encoder)
        self._refuse_others(body)
        _refuse_foreign(new)
        made = self.command.post(new, replace(options, kept=True))
        editor = Editor(options.together | {self.site.module.span(self.site.node)})
        refuse_shared_text(editor, self.dumped.json, self.dumped.held)
        rewrite_json(editor, body, new, self.site if self.trigger.job is None else None)
        if body.outer is not None:
            refuse_in_braces(body.outer.display, editor.edits)
        edits = (*self.dumped.region.edits(made.edits), *editor.edits)
        return Rewrite(tuple(dict.fromkeys(edits)), made.notes, relied=tuple(editor.relied))

    def rerun(self, new: RerunRequest, options: RewriteOptions) -> NoReturn:  # noqa: ARG002 - one signature
        """Raises Refusal: what looks a job up does not fit into the text."""
        refuse_rerun()

    def _refuse_others(self, body: PythonBody) -> None:
        """Raises Refusal where the request carries more, or less, than the mapping has."""
        sighting = self.command.sighting
        query = sighting.url.query if sighting.url is not None else ()
        beside = [static(each.name) for each in query if static(each.name) not in TOKEN_FIELDS]
        sent = {field.name for field in sighting.body.fields}
        if beside or sent != {leaf.field.name for leaf in body.leaves if leaf.field.name}:
            raise Refusal(
                "payload-shape", "The JSON of `json.dumps` is not all that the call sends. Write the payload as a dict."
            )


def _refuse_foreign(new: PipelineRequest) -> None:
    """Raises Refusal for a ref that only the shell knows: the mapping stands in the program."""
    refs = (value for value in (new.branch, new.tag) if value is not None)
    parts = (part for value in refs for part in flatten(value.template) if isinstance(part, Expansion))
    foreign = next((part.source for part in parts if operand_of(part) is None), None)
    if foreign is not None:
        message = f"`{foreign}` is known to the shell only, and the payload is made by the program. Give it the value."
        raise Refusal("payload-shape", message)
