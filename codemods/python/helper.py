"""The functions that are put into programs so that a call of v2 is answered with a build, as v1.1 did.

They wait for the number of the job: from the pipeline to its workflows, to their jobs. Sources: CircleCI API v2
reference, "Get a pipeline by ID", "Get a pipeline's workflows", "Get a workflow's jobs" (2026); v1.1 reference, "Single
job", which is not removed.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from migrator.syntax.python.imports import imported_as
from migrator.syntax.python.scope import is_taken
from migrator.syntax.python.strings import quote_style
from migrator.syntax.text.source import newline_of

if TYPE_CHECKING:
    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import Operand

_ADDRESS = """\
    provider, organization, repository = path.split("/")[:3]
    project = "/".join(({"gh": "github", "bb": "bitbucket"}.get(provider, provider), organization, repository))
    end = time.monotonic() + 600

    def pause(seconds):
        if time.monotonic() + seconds > end:
            raise TimeoutError(f"Job {job} has not started in ten minutes.")
        time.sleep(seconds)

"""
_FOLLOWED = """\
    def items(path):
        token = None
        while True:
            page = read(path, token)
            yield from page["items"]
            token = page.get("next_page_token")
            if not token:
                return

    while True:
        state = read("/v2/pipeline/" + pipeline)
        if state["state"] == "errored":
            raise RuntimeError("; ".join(error["message"] for error in state["errors"]))
        workflows = list(items("/v2/pipeline/" + pipeline + "/workflow"))
        jobs = [each for workflow in workflows for each in items("/v2/workflow/" + workflow["id"] + "/job")]
        numbers = [each["job_number"] for each in jobs if each["name"] == job and "job_number" in each]
        if numbers:
            build = ask(f"/v1.1/project/{project}/{max(numbers)}")
"""
_ENDED = """\
            return build
        ends = {workflow["status"] for workflow in workflows}
        if ends and ends <= {"canceled", "error", "failed", "not_run", "on_hold", "unauthorized"}:
            raise RuntimeError(f"Job {job} does not start: {', '.join(sorted(ends))}.")
        pause(3)
"""
_OF_A_REPLY = f'''\
def started_build(job, get, reply, **options):
    """Wait until the pipeline of a reply runs a job, and return what v1.1 answers about that build.

    The reply of a call that started nothing is returned as it is. `get` sends requests as that call was sent, `options`
    are its other arguments. Raises RuntimeError when the job does not start, TimeoutError after ten minutes.
    """
    if reply.status_code >= 300 or "id" not in reply.json():
        return reply
    pipeline = reply.json()["id"]
    sent = reply.request.headers.items()
    headers = {{name: value for name, value in sent if not name.lower().startswith("content-")}}
    api, _, path = str(reply.request.url).partition("/v2/project/")
{_ADDRESS}\
    def ask(path, token=None):
        while True:
            # The token stands in the headers: what the client adds by itself has no place beside them.
            query = {{"page-token": token}} if token else None
            answer = get(api + path, params=query, headers=headers, auth=lambda request: request, **options)
            if answer.status_code != 429 and answer.status_code < 500:
                answer.raise_for_status()
                return answer
            delay = answer.headers.get("Retry-After", "")
            pause(int(delay) if delay.isdigit() else 5)

    def read(path, token=None):
        return ask(path, token).json()

{_FOLLOWED}\
            build.status_code = reply.status_code
{_ENDED}'''
_OF_A_REQUEST = f'''\
def start_build(job, request, data=None, **options):
    """Start a pipeline with a request, wait until it runs a job, and return what v1.1 answers about that build.

    Raises RuntimeError when the job does not start, TimeoutError after ten minutes, and what `urlopen` raises.
    """
    with urllib.request.urlopen(request, data, **options) as reply:
        started, status = json.load(reply), reply.status
    if "id" not in started:
        raise RuntimeError(started.get("message", "No pipeline was started."))
    pipeline = started["id"]
    sent = {{**request.headers, **request.unredirected_hdrs}}
    headers = {{name: value for name, value in sent.items() if not name.startswith(("Content-", "Host"))}}
    api, _, path = request.full_url.partition("/v2/project/")
{_ADDRESS}\
    def ask(path):
        while True:
            try:
                return urllib.request.urlopen(urllib.request.Request(api + path, headers=headers), **options)
            except urllib.error.HTTPError as error:
                if error.code != 429 and error.code < 500:
                    raise
                delay = error.headers.get("Retry-After", "")
            pause(int(delay) if delay.isdigit() else 5)

    def read(path, token=None):
        query = "?" + urllib.parse.urlencode({{"page-token": token}}) if token else ""
        with ask(path + query) as answer:
            return json.load(answer)

{_FOLLOWED}\
            build.status = build.code = status
{_ENDED}'''


_OF_ANY_REPLY = '''\
def build_if_started(selector, get, reply, **options):
    """Give a reply to `started_build` if its request has started a pipeline; return any other as it is."""
    address = str(reply.request.url).partition("?")[0]
    starts = "/v2/project/" in address and address.endswith(("/pipeline", "/pipeline/run"))
    sent = reply.request.BODY if starts else None
    job = json.loads(sent).get("parameters", {}).get(selector) if sent else None
    return started_build(job, get, reply, **options) if job else reply
'''


@dataclass(frozen=True, slots=True)
class PythonHelper:
    """A function that is put into programs: its name, its text, the modules that it uses, and a function that it calls.

    The latter has to have its own name.
    """

    name: str
    text: str
    modules: tuple[str, ...]
    calls: PythonHelper | None = None


STARTED = PythonHelper("started_build", _OF_A_REPLY, ("time",))
"""Takes the reply of requests or httpx, and what sends a GET in the same way."""

IF_STARTED = {
    library: PythonHelper("build_if_started", _OF_ANY_REPLY.replace("BODY", body), ("json", "time"), STARTED)
    for library, body in (("requests", "body"), ("httpx", "content"))
}
"""Takes any reply of a library, where a function of the program sends other requests too."""

REPLYING = (STARTED, *IF_STARTED.values())
"""What is given a reply, and gives one."""

START = PythonHelper("start_build", _OF_A_REQUEST, ("json", "time", "urllib.error", "urllib.parse", "urllib.request"))
"""Takes a request of urllib in the place of `urlopen`."""


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """How a call waits: with which helper, and which expression gets the new reply; `name` is what the file calls it.

    `options` are arguments that other requests get too. `shared`: other requests go through the expression as well.
    """

    helper: PythonHelper
    name: str
    at: Operand
    options: tuple[str, ...] = ()
    shared: bool = False


_DOCSTRING = re.compile(r'""".*?"""', re.DOTALL)


def written(helper: PythonHelper, module: Module, name: str) -> str:
    """The text of a helper as it stands in a file: with the file's quotes, indentation and line ends."""
    text = helper.text.replace(f"def {helper.name}(", f"def {name}(", 1)
    if quote_style(module) == "'":
        told = _DOCSTRING.search(text)
        assert told is not None
        swapped = (part.translate(str.maketrans("\"'", "'\"")) for part in (text[: told.start()], text[told.end() :]))
        text = told[0].join(swapped)
    step = module.tree.default_indent
    return newline_of(module.text).join(_indented(line, step) for line in text.split("\n"))


def _indented(line: str, step: str) -> str:
    inner = line.lstrip(" ")
    return step * ((len(line) - len(inner)) // 4) + inner


def missing(helper: PythonHelper, module: Module) -> list[str]:
    """The modules that the helper uses and that the file does not import under their own names."""
    return [name for name in helper.modules if imported_as(module, name) != name]


def taken_name(helper: PythonHelper, module: Module) -> str | None:
    """The name of a module which the helper uses and that means something else in the file; None when there is none."""
    roots = (name.partition(".")[0] for name in missing(helper, module))
    return next((root for root in roots if is_taken(module, root, module.tree)), None)


def free_name(helper: PythonHelper, module: Module) -> str:
    """A name for the helper that occurs nowhere in the file."""
    taken, name = {node.value for node in module.all(cst.Name)}, helper.name
    while name in taken:
        name += "_of_v2"
    return name


def helper_in(module: Module, helper: PythonHelper) -> str | None:
    """The name under which the file has the helper already, as it was written and not changed since; else None."""
    functions = (node for node in module.tree.body if isinstance(node, cst.FunctionDef))
    return next((function.name.value for function in functions if is_helper(module, function, helper)), None)


def is_helper(module: Module, function: cst.FunctionDef, *helpers: PythonHelper) -> bool:
    """Whether a function is one of the helpers as it was written: every statement of it, however it is laid out."""
    wanted = [helper for helper in helpers if helper.name in function.name.value]
    if not wanted or module.parent(function) is not module.tree:
        return False
    return any(is_written(node, *wanted) for node in ast.parse(module.code(function)).body)


def is_written(node: ast.AST, *helpers: PythonHelper) -> bool:
    """Whether a statement is the definition of one of the helpers, as it was written."""
    if not isinstance(node, ast.FunctionDef):
        return False
    own = ast.dump(node)
    texts = (h.text.replace(f"def {h.name}(", f"def {node.name}(", 1) for h in helpers if h.name in node.name)
    return any(own == ast.dump(ast.parse(text).body[0]) for text in texts)
