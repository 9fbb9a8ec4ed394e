"""Rewrite a Python call that reruns a build: look its workflow and its job up before it, then rerun that job.

The lookups are statements in front of the call's own, sent as the call is: through the same client object, with the
same headers and the same authentication. Each of them raises an exception when it fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import RequestPart, made
from codemods.python.write.headers import place_arguments, rewrite_headers, token_of
from migrator.errors import Refusal
from migrator.model import Auth, Literal, Span
from migrator.syntax.python.edit_record import set_argument
from migrator.syntax.python.editor import Editor, Splice, spliced, total
from migrator.syntax.python.imports import Imports, unused_imports
from migrator.syntax.python.resolve import qualified
from migrator.syntax.python.spell import is_stable, spelled
from migrator.syntax.python.strings import quote_style, quoted
from migrator.syntax.text.source import newline_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from codemods.found import RewriteOptions
    from codemods.python.libraries.request import Argument, Request
    from codemods.python.sighting import PythonSighting
    from migrator.model import Edit, RerunRequest
    from migrator.syntax.python.edit_record import Item
    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import Operand


_LIBRARIES = frozenset({"requests", "httpx"})
_VERBS = frozenset({"post", "request"})
_SENDING = _LIBRARIES | {"httpx2"}
_KEPT = frozenset({"auth", "verify", "timeout", "cert", "proxies", "proxy", "trust_env", "extensions"})
_MAKERS = frozenset({"requests.auth.HTTPBasicAuth", "httpx.BasicAuth", "httpx.Timeout", "dict"})


@dataclass(frozen=True, slots=True)
class Lookup:
    """A GET request: the code that stands before its URL, and behind it."""

    function: str
    arguments: str

    def get(self, url: str, query: str = "") -> tuple[str, str]:
        """The function and the arguments of one lookup; `query` is an argument too, or nothing."""
        return self.function, f"{url}{query}{self.arguments}"


def refusal(message: str) -> Refusal:
    """Why the lookups cannot be written."""
    return Refusal("rerun", f"{message} The lookups that v2 needs cannot be put before it; write them by hand.")


def lookup_of(sighting: PythonSighting, imports: Imports) -> Lookup:
    """How the call's lookups are sent. Raises Refusal."""
    if sighting.request.dialect.name not in _LIBRARIES:
        name = sighting.request.dialect.name
        raise refusal(f"A rerun is only written for requests and httpx, and this goes through {name}.")
    arguments = "".join(f", {written}" for written in _arguments(sighting))
    return Lookup(function_of(sighting, imports), arguments)


def function_of(sighting: PythonSighting, imports: Imports) -> str:
    """`requests.get`, or `get` of the client object that sends the call. Raises Refusal."""
    call = sighting.request.call
    assert isinstance(call.node, cst.Call)
    func = call.node.func
    names = qualified(call.of(func))
    library = next((name.partition(".")[0] for name in names if name.partition(".")[0] in _SENDING), None)
    if library is not None and names[0].rpartition(".")[2] in _VERBS:
        return f"{imports.module_name(library)}.get"
    owner = made(call.of(func.value)) if isinstance(func, cst.Attribute) else None
    plain = isinstance(func, cst.Attribute) and func.attr.value in _VERBS and _is_path(func.value)
    if owner is None or not plain or not isinstance(func, cst.Attribute):
        raise refusal("The request is not sent where the call stands.")
    awaited = isinstance(call.module.parent(call.node), cst.Await)
    if any(name.endswith("AsyncClient") for name in owner.names) is not awaited:
        raise refusal("The request is not awaited where the call stands.")
    return f"{'await ' if awaited else ''}{call.module.code(func.value)}.get"


def _is_path(node: cst.BaseExpression) -> bool:
    """Whether the object has a name: it is not made anew for each request."""
    return isinstance(node, cst.Name) or (isinstance(node, cst.Attribute) and _is_path(node.value))


def _arguments(sighting: PythonSighting) -> Iterator[str]:
    request = sighting.request
    moved = token_of(sighting) if sighting.trigger.auth in {Auth.QUERY, Auth.USERINFO} else None
    headers = [argument.operand for argument in request.all(RequestPart.HEADERS)]
    if any(not _stands_in(request.call, argument) for _, argument in request.arguments):
        raise refusal("Arguments of the call come out of `*` or `**`.")
    if headers:
        _refuse_repeated(headers[0])
    if moved is not None:
        token = f"{quoted('Circle-Token', quote_style(sighting.site.module))}: {moved}"
        others = f"**{headers[0].module.outer_code(headers[0].node)}, " if headers else ""
        yield f"headers={{{others}{token}}}"
    elif headers:
        yield f"headers={headers[0].code}"
    yield from kept_arguments(request, _KEPT)


def kept_arguments(request: Request, names: Collection[str]) -> Iterator[str]:
    """The arguments of these names, to be given to other requests too. Raises Refusal."""
    for _, argument in request.arguments:
        name = argument.arg.keyword.value if argument.arg.keyword is not None else None
        if name in names:
            _refuse_repeated(argument.operand)
            yield f"{name}={argument.operand.module.outer_code(argument.operand.node)}"


def _stands_in(call: Operand, argument: Argument) -> bool:
    return isinstance(call.node, cst.Call) and any(argument.arg is arg and not arg.star for arg in call.node.args)


def _refuse_repeated(operand: Operand) -> None:
    """The lookups evaluate the argument again: that must make no difference."""
    kinds = (cst.Await, cst.Yield, cst.NamedExpr)
    found = [node for kind in kinds for node in operand.module.all(kind, operand.node)]
    calls = [operand.of(node) for node in operand.module.all(cst.Call, operand.node)]
    if found or not all(is_stable(call) or _makes(call) for call in calls):
        raise refusal(f"`{operand.code}` would be evaluated several times. Assign it to a variable first.")


def _makes(call: Operand) -> bool:
    return isinstance(call.node, cst.Call) and not _MAKERS.isdisjoint(qualified(call.of(call.node.func)))


_WIDTH = 100


def rewrite_rerun(sighting: PythonSighting, request: RerunRequest, options: RewriteOptions) -> tuple[Edit, ...]:
    """The edits of the file's text that make the call rerun its job. Raises Refusal."""
    if sighting.is_refused:
        raise Refusal("not-analysed", "The call cannot be analysed. Rewrite it by hand.")
    module = sighting.site.module
    statement = _statement(sighting)
    editor = Editor(options.together | {module.span(sighting.site.node)})
    imports = Imports(module)
    names = _Names.of(module)
    lookup = lookup_of(sighting, imports)
    start = module.span(statement).start
    editor.edit(sighting.request.call, Span(start, start), _lookups(sighting, lookup, names, start))
    url = f"{_below(sighting, 'workflow/')} + {names.workflow} + {_q(module, '/rerun')}"
    editor.replace(sighting.request.url.operand, url)
    new = _body(editor, sighting, names, ssh=request.ssh)
    added = rewrite_headers(editor, sighting, by_keyword=True)
    place_arguments(editor, sighting, new, added, imports)
    edits = tuple(dict.fromkeys((*editor.edits, *imports.edits())))
    return (*edits, *unused_imports(module, edits))


@dataclass(frozen=True, slots=True)
class _Names:
    """Variables that the file does not have yet."""

    build: str
    workflow: str
    jobs: str
    page: str
    listed: str
    job: str

    @classmethod
    def of(cls, module: Module) -> _Names:
        """Names that occur nowhere in the file."""
        taken = {name.value for name in module.all(cst.Name)}

        def free(name: str) -> str:
            while name in taken:
                name = f"rerun_{name}"
            return name

        return cls(*map(free, ("build", "workflow", "jobs", "page", "listed", "job")))


def _statement(sighting: PythonSighting) -> cst.SimpleStatementLine:
    """The line that begins with the call, but for names it is assigned to. Raises Refusal."""
    call, module = sighting.request.call, sighting.site.module
    if call.node is not sighting.site.node or not call.frame.at_root:
        raise refusal("The request is sent by a function that other requests may go through.")
    node: cst.CSTNode = call.node
    above = module.parent(node)
    while (
        isinstance(above, cst.Await)
        or (isinstance(above, cst.Attribute | cst.Subscript) and above.value is node)
        or (isinstance(above, cst.Call) and above.func is node)
    ):
        node, above = above, module.parent(above)
    line = module.parent(above) if above is not None else None
    whole = isinstance(above, cst.Expr | cst.Assign | cst.AnnAssign | cst.Return) and above.value is node
    if not whole or not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        raise refusal("The call stands in the middle of something else. Assign its result to a variable.")
    if isinstance(module.parent(line), cst.IndentedBlock) and isinstance(_owner(module, line), cst.ClassDef):
        raise refusal("The call stands in the body of a class.")
    return line


def _owner(module: Module, line: cst.CSTNode) -> cst.CSTNode | None:
    block = module.parent(line)
    return module.parent(block) if block is not None else None


def _q(module: Module, text: str) -> str:
    return quoted(text, quote_style(module))


def _below(sighting: PythonSighting, path: str) -> str:
    """The code of a URL below `/api/v2/`. Raises Refusal."""
    version = next(change for change in sighting.url.replacements if change.text == "v2")
    kept = [Splice(c.start, c.end, c.text) for c in sighting.url.replacements if c.end <= version.end]
    whole = sighting.url.url.whole
    template = spliced(whole, [*kept, Splice(version.end, total(whole), "")])
    return spelled((*template, Literal(f"/{path}")), sighting.request.url.operand)


def _job_url(sighting: PythonSighting) -> str:
    """The code of the URL of the job that has the number of the build. Raises Refusal."""
    changes = [Splice(change.start, change.end, change.text) for change in sighting.url.replacements]
    whole = sighting.url.url.whole
    changes[-1] = Splice(changes[-1].start, total(whole), "")
    return spelled(spliced(whole, changes), sighting.request.url.operand)


def _lookups(sighting: PythonSighting, lookup: Lookup, names: _Names, start: int) -> str:
    """The statements in front of the call's, each but the last with the indentation of the line that follows."""
    module = sighting.site.module
    text = module.text
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    step = module.tree.default_indent
    lines: list[str] = []
    for depth, code in _lines(sighting, lookup, names):
        before = indent + step * depth
        match code:
            case str():
                lines.append(before + code)
            case target, (function, arguments) if len(f"{before}{target} = {function}({arguments})") <= _WIDTH:
                lines.append(f"{before}{target} = {function}({arguments})")
            case target, (function, arguments):
                lines += [f"{before}{target} = {function}(", f"{before}{step}{arguments}", f"{before})"]
    newline = newline_of(text)
    return "".join(f"{line}{newline}" for line in lines).removeprefix(indent) + indent


_Line = tuple[int, str | tuple[str, tuple[str, str]]]
"""How deep a line stands, and its code: whole, or a name that gets the result of a function with arguments."""


def _lines(sighting: PythonSighting, lookup: Lookup, names: _Names) -> Iterator[_Line]:
    module = sighting.site.module
    build, workflow, jobs, page, listed = names.build, names.workflow, names.jobs, names.page, names.listed

    def q(text: str) -> str:
        return quoted(text, quote_style(module))

    url = f"{_below(sighting, 'workflow/')} + {workflow} + {q('/job')}"
    number = f"{names.job}.get({q('job_number')}) == {build}[{q('number')}]"
    found = f"[{names.job}[{q('id')}] for {names.job} in {listed}[{q('items')}] if {number}]"
    missing = q("The build is not among the jobs of its workflow.")
    yield 0, (build, lookup.get(_job_url(sighting)))
    yield 0, f"{build}.raise_for_status()"
    yield 0, f"{build} = {build}.json()"
    yield 0, f"{workflow} = {build}[{q('latest_workflow')}][{q('id')}]"
    yield 0, f"{jobs}, {page} = [], {{}}"
    yield 0, f"while not {jobs}:"
    yield 1, (listed, lookup.get(url, f", params={page}"))
    yield 1, f"{listed}.raise_for_status()"
    yield 1, f"{listed} = {listed}.json()"
    yield 1, f"{jobs} = {found}"
    yield 1, f"{page} = {{{q('page-token')}: {listed}.get({q('next_page_token')})}}"
    yield 1, f"if not {jobs} and not {page}[{q('page-token')}]:"
    yield 2, f"raise LookupError({missing})"


def _body(editor: Editor, sighting: PythonSighting, names: _Names, *, ssh: bool) -> list[Item]:
    """Put the job, as the only one, in the place of what was sent; returns the argument where there was none."""
    quote = quote_style(sighting.site.module)
    more = f", {quoted('enable_ssh', quote)}: True" if ssh else ""
    code = "{" + f"{quoted('jobs', quote)}: {names.jobs}{more}" + "}"
    given = sighting.request.all(RequestPart.JSON, RequestPart.DATA, RequestPart.RAW, RequestPart.MULTIPART)
    if not given:
        return [("json", code)]
    if len(given) > 1 or given[0].arg.keyword is None or given[0].call.node is not sighting.request.call.node:
        raise refusal("The body that the call sends has no use in a rerun. Remove it.")
    set_argument(editor, given[0].call, given[0].arg, "json", code)
    return []
