"""Calls of client libraries that speak v1 or v1.1: circleclient, circleci.py (`circleci.api`) and pycircleci.

None of them can be told to trigger through v2 by an argument; pycircleci has a method of its own for that, so its
`trigger_build` is rewritten to `trigger_pipeline`, which takes the same project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import libcst as cst

from codemods.found import Rewrite, refuse_rerun
from codemods.python.libraries.request import arguments, made, visible_arguments
from codemods.python.read.body import BodyLeaf, read_parameters
from codemods.python.read.wire import constant, json_wire
from codemods.python.reply.notes import NO_WAIT, use_notes
from codemods.python.reply.reply import PythonReply, ReplyUse, UseKind
from codemods.python.reply.url import HOST, adapt, is_adaptable
from codemods.python.write.payload import default_job, literal_dict, moved, parameter_of
from migrator.circleci.api.v1_request import Field
from migrator.errors import Refusal
from migrator.model import Auth, Endpoint, Expansion, Note, Severity, Slug, V1Trigger, Value, literal
from migrator.syntax.python.edit_record import add_argument, remove_argument, set_argument
from migrator.syntax.python.editor import Editor
from migrator.syntax.python.imports import Imports
from migrator.syntax.python.resolve import qualified
from migrator.syntax.python.scope import dotted_text
from migrator.syntax.python.spell import spelled
from migrator.syntax.python.strings import quote_style
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.found import RewriteOptions
    from codemods.python.libraries.request import Argument
    from migrator.model import Edit, PipelineRequest, RerunRequest, Template
    from migrator.syntax.python.edit_record import Item
    from migrator.syntax.python.program import Operand


_ONLY_V1 = ("revision", "parallel")


@dataclass(frozen=True, slots=True)
class LibraryWriter:
    """Writes what replaces a call of a client library: only pycircleci has a method that starts pipelines."""

    found: LibraryCall
    runs: bool = False

    def post(self, new: PipelineRequest, options: RewriteOptions) -> Rewrite:
        """Make the call start a pipeline. Raises Refusal."""
        return Rewrite(rewrite_library(self.found, new, options))

    def rerun(self, new: RerunRequest, options: RewriteOptions) -> NoReturn:  # noqa: ARG002 - one signature
        """Raises Refusal: no library reruns jobs through v2."""
        refuse_rerun()


def rewrite_library(found: LibraryCall, request: PipelineRequest, options: RewriteOptions) -> tuple[Edit, ...]:
    """The edits that make the call send `request`. Raises Refusal."""
    call, given = found.call, found.given
    if found.library != PYCIRCLECI or not isinstance(call.node, cst.Call):
        raise Refusal("client-library", "The library posts to the old API. Send the request with an HTTP library.")
    func = call.node.func
    by_place = [name for name, argument in given.items() if argument.arg.keyword is None]
    handed = any(argument.call.node is not call.node for argument in given.values())
    if handed or not isinstance(func, cst.Attribute) or len(by_place) > 3:
        raise Refusal("payload-shape", "The arguments behind the branch have no names. Name them, then run this again.")
    editor = Editor(options.together | {call.module.span(call.node)})
    imports = Imports(call.module)
    editor.edit(call, call.module.span(func.attr), "trigger_pipeline")
    for name in _ONLY_V1:
        if name in given:
            remove_argument(editor, call, given[name].arg)
    new: list[Item] = []
    if "branch" not in given and request.branch is not None:
        new.append(("branch", spelled(request.branch.template, call)))
    code = _parameters(found, request, imports)
    if "params" in given:
        set_argument(editor, call, given["params"].arg, "params", code)
    elif code:
        new.append(("params", code))
    for keyword, value in new:
        add_argument(editor, call, keyword, value)
    adapt(editor, found.adapted, found.trigger.slug, found.call)
    return (*editor.edits, *imports.edits())


def _parameters(found: LibraryCall, request: PipelineRequest, imports: Imports) -> str:
    names = request.names
    quote = quote_style(found.call.module)
    items: list[Item] = []
    if names.selector is not None and found.trigger.job is None:
        items.append((names.selector, default_job(found.call)))
    for leaf in found.leaves:
        target = parameter_of(leaf, names)
        if target is not None:
            items.append((target, moved(leaf, found.call)))
            if leaf.wire is not None and leaf.wire.uses_json:
                imports.json()
    return literal_dict(items, quote) if items else ""


CIRCLECLIENT, CIRCLECI_PY, PYCIRCLECI = "circleclient", "circleci.py", "pycircleci"
_PACKAGES = {CIRCLECLIENT: "circleclient", CIRCLECI_PY: "circleci", PYCIRCLECI: "pycircleci"}
_TRIGGER = ("username", "project", "branch", "revision", "tag", "parallel", "params", "vcs_type")
_RETRY = ("username", "project", "build_num", "ssh", "vcs_type")
_METHODS = {
    "trigger_build": (Endpoint.JOB, _TRIGGER),
    "retry_build": (Endpoint.RETRY, _RETRY),
    "build.trigger": (Endpoint.JOB, ("username", "project", "branch")),
    "build.retry": (Endpoint.RETRY, ("username", "project", "build_num")),
}


@dataclass(frozen=True, slots=True, eq=False)
class LibraryCall:
    """A trigger through a client library. `given` are its arguments by name, `leaves` the fields that it sends.

    `adapted` are the uses of the reply that the rewrite changes.
    """

    library: str
    call: Operand
    trigger: V1Trigger
    given: dict[str, Argument]
    leaves: tuple[BodyLeaf, ...]
    notes: tuple[Note, ...]
    reply_fields: tuple[str, ...] = ()
    adapted: tuple[ReplyUse, ...] = ()


def library_call(call: Operand) -> LibraryCall | None:
    """The trigger that a call makes through one of the libraries; None for any other call."""
    assert isinstance(call.node, cst.Call)
    found = _method(call)
    if found is None:
        return None
    library, method = found
    endpoint, names = _METHODS[method]
    known = arguments(call, names)
    given = visible_arguments(call, names) if known is None else known
    try:
        if known is None:
            raise Refusal("arguments-unseen", "Arguments come out of `*` or `**`. Write them at the call.")
        leaves = _leaves(method, given)
    except Refusal as refusal:
        note = Note(refusal.code, Severity.ERROR, refusal.message)
        return LibraryCall(library, call, _trigger(library, endpoint, given, ()), given, (), (note,))
    reply = PythonReply(endpoint is Endpoint.RETRY)
    reply.follow(call, UseKind.DATA)
    trigger = _trigger(library, endpoint, given, leaves)
    is_rewritten = library == PYCIRCLECI and endpoint is Endpoint.JOB
    host = HOST if is_rewritten and _is_for_cloud(call) else ""
    adapted = tuple(use for use in reply.uses if is_adaptable(use, host, trigger.slug))
    notes = use_notes(reply, frozenset(use.operand.node for use in adapted), why=NO_WAIT if is_rewritten else "")
    notes = notes if is_rewritten else (_next_step(library), *notes)
    fields = tuple(dict.fromkeys(use.field for use in reply.uses))
    return LibraryCall(library, call, trigger, given, leaves, notes, fields, adapted)


def _is_for_cloud(call: Operand) -> bool:
    """Whether the client is seen to be made for circleci.com, and not for another server."""
    assert isinstance(call.node, cst.Call)
    func = call.node.func
    target = made(call.of(func.value)) if isinstance(func, cst.Attribute) else None
    given = arguments(target.call, ("token", "url")) if target is not None and target.call is not None else None
    return given is not None and "url" not in given


def _next_step(library: str) -> Note:
    return Note(
        "client-library",
        Severity.ERROR,
        f"{library} posts to the old API whatever it is told. Send the v2 request with an HTTP library in its place.",
    )


def _method(call: Operand) -> tuple[str, str] | None:
    """The library and the method of it that is called."""
    assert isinstance(call.node, cst.Call)
    match call.node.func:
        case cst.Attribute(value=cst.Attribute(value=owner, attr=cst.Name(value="build")), attr=cst.Name(value=name)):
            method = f"build.{name}"
        case cst.Attribute(value=owner, attr=cst.Name(value=name)):
            method = name
        case _:
            return None
    if method not in _METHODS:
        return None
    libraries = {CIRCLECLIENT} if method.startswith("build.") else {CIRCLECI_PY, PYCIRCLECI}
    library = library_of(call.of(owner), libraries)
    return (library, method) if library is not None else None


def library_of(owner: Operand, libraries: Iterable[str]) -> str | None:
    """Which of the libraries the object is a client of, by how it is made or else by what the file imports."""
    if _is_mocked(owner):
        return None
    target = made(owner)
    names = target.names if target is not None else ()
    for library in sorted(libraries):
        if any(name.partition(".")[0] == _PACKAGES[library] for name in names):
            return library
    return next((each for each in sorted(libraries) if target is None and _imports(owner, _PACKAGES[each])), None)


def _is_mocked(owner: Operand) -> bool:
    """Whether the file puts a mock into the object, as tests do: then it sends nothing."""
    prefix = f"{owner.code}."
    module = owner.module
    for assign in module.all(cst.Assign):
        into = any(module.code(target.target).startswith(prefix) for target in assign.targets)
        if into and isinstance(assign.value, cst.Call):
            names = qualified(owner.of(assign.value.func))
            if any(name.rpartition(".")[2] in {"Mock", "MagicMock", "AsyncMock"} for name in names):
                return True
    return False


def _imports(call: Operand, package: str) -> bool:
    """Whether the file imports the package: then an object of unknown make with such a method is its client."""
    names = [dotted_text(node.module) for node in call.module.all(cst.ImportFrom)]
    names += [dotted_text(alias.name) for alias in call.module.all(cst.ImportAlias)]
    return any(name.partition(".")[0] == package for name in names)


def _leaves(method: str, given: dict[str, Argument]) -> tuple[BodyLeaf, ...]:
    """What the call sends. Raises Refusal."""
    leaves: list[BodyLeaf] = []
    for name, argument in given.items():
        if constant(argument.operand) == (True, None):
            continue
        if method == "build.trigger" and name not in _METHODS[method][1]:
            wire = json_wire(argument.operand, name)
            leaves.append(BodyLeaf(Field(f"build_parameters[{name}]", Value(wire.template, exact=True)), None, wire))
        elif name in {"revision", "tag"}:
            leaves.append(BodyLeaf(Field(name, Value(text(argument.operand), exact=True))))
        elif name == "params":
            leaves += read_parameters(argument)
    return tuple(leaves)


def _trigger(library: str, endpoint: Endpoint, given: dict[str, Argument], leaves: tuple[BodyLeaf, ...]) -> V1Trigger:
    def part(name: str, default: Template) -> Template:
        return text(given[name].operand) if name in given else default

    unknown: Template = (Expansion("?"),)
    vcs = part("vcs_type", literal("github")) if library != CIRCLECLIENT else ()
    slug = Slug(vcs, part("username", unknown), part("project", unknown))
    fields = {leaf.field.name: leaf.field.value for leaf in leaves}
    known = {name.removeprefix("build_parameters[").removesuffix("]"): v for name, v in fields.items() if "[" in name}
    job = known.pop("CIRCLE_JOB", fields.get("job"))
    branch = Value(part("branch", literal("master"))) if endpoint is Endpoint.JOB else None
    return V1Trigger(
        endpoint=endpoint,
        api_version="v1" if library == CIRCLECLIENT else "v1.1",
        slug=slug,
        branch=branch,
        tag=fields.get("tag"),
        revision=fields.get("revision"),
        job=job,
        parameters=tuple(known.items()),
        auth=Auth.QUERY if library == CIRCLECLIENT else Auth.BASIC,
        build_num=part("build_num", unknown) if endpoint is Endpoint.RETRY else None,
    )
