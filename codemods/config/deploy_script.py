"""Whether a deploy script can do without what the earlier steps of its job left behind: files, tools, variables."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import tree_sitter_bash
from tree_sitter import Language, Parser

from migrator.syntax.yaml import NodeKind, construct, get

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node
    from tree_sitter import Node as ShellNode

    from codemods.config.nodes import StepSite


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


def parse_shell(script: str) -> Node:
    """The root of the script's syntax tree."""
    return _parser().parse(script.encode()).root_node


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def commands(root: Node) -> Iterator[tuple[str, list[str]]]:
    """The name and the arguments of every command, without the quotes around a whole argument."""
    for node in walk(root):
        if node.type != "command":
            continue
        name = node.child_by_field_name("name")
        arguments = [_unquoted(part) for part in node.children_by_field_name("argument")]
        yield (_unquoted(name) if name is not None else ":"), arguments


def _unquoted(node: Node) -> str:
    text = (node.text or b"").decode()
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if is_quoted else text


_BUILTINS = frozenset(
    (
        ":",
        "[",
        "break",
        "continue",
        "date",
        "echo",
        "exit",
        "export",
        "false",
        "local",
        "printf",
        "return",
        "set",
        "shift",
    )
)
_MORE = frozenset(("sleep", "test", "true", "unset", "wait", "readonly", "declare"))
_TOOLS = frozenset(("curl", "jq"))
_FILE_TESTS = frozenset(f"-{letter}" for letter in "abcdefghkprsuwxGLNOS") | {"-nt", "-ot", "-ef"}
_CURL_FILE_OPTIONS = (
    "-T",
    "--upload-file",
    "-K",
    "--config",
    "-n",
    "--netrc",
    "-b",
    "--cookie",
    "-E",
    "--cert",
    "--key",
)
_JQ_FILE_OPTIONS = ("-f", "--from-file", "--slurpfile", "--rawfile", "--argfile", "-L")
# What makes later steps differ without a file of the script's own: exported variables and the tools' own settings.
_SIDE_DOORS = ("BASH_ENV", "curlrc", "bashrc", "profile", "netrc")
_INSTALLERS = ("install", "apk add", "add-apt")


def needs(sites: Sequence[StepSite], deploy: StepSite) -> str | None:
    """What the deploy script may need of the steps before it, in words that follow "its script"; None for nothing."""
    script = _script(deploy)
    if script is None:
        return "cannot be read here"
    used = _commands_of(script)
    if isinstance(used, str):
        return used
    for site in sites[: list(sites).index(deploy)]:
        earlier = str(construct(site.body)) if site.body is not None else ""
        if "/" in site.name:
            return f"comes after the orb step `{site.name}`, which may prepare it"
        if any(door in earlier for door in _SIDE_DOORS):
            return "comes after a step that sets variables or settings for it"
        if any(word in earlier for word in _INSTALLERS) and any(tool in earlier for tool in used & _TOOLS):
            return "uses a tool that an earlier step installs"
    return None


def _script(site: StepSite) -> str | None:
    body = site.body
    node = get(body, "command") if body is not None and body.kind is NodeKind.MAP else body
    value = construct(node) if node is not None else None
    return value if isinstance(value, str) else None


def _commands_of(script: str) -> frozenset[str] | str:
    """The programs that the script runs, or why it may read files."""
    root = parse_shell(script)
    if root.has_error:
        return "cannot be read here"
    functions = {child.text for node in walk(root) if node.type == "function_definition" for child in node.children[:2]}
    used: set[str] = set()
    for node in walk(root):
        reason = _reading(node)
        if reason is not None:
            return reason
    for name, arguments in commands(root):
        if name.encode() in functions:
            continue
        if name not in _BUILTINS | _MORE | _TOOLS or _reads_files(name, arguments):
            return f"may read files (`{name}`)"
        used.add(name)
    return frozenset(used)


def _reading(node: ShellNode) -> str | None:
    text = (node.text or b"").decode()
    match node.type:
        case "file_redirect" if "<" in text and not text.endswith("/dev/null"):
            return "reads a file"
        case "test_operator" if text in _FILE_TESTS:
            return "asks for a file"
        case "word" if "*" in text and node.parent is not None and node.parent.type != "case_item":
            return "expands a file pattern"
    return None


def _reads_files(name: str, arguments: Sequence[str]) -> bool:
    match name:
        case "curl":
            return any(_is_curl_file(argument) for argument in arguments)
        case "jq":
            return any(argument in _JQ_FILE_OPTIONS for argument in arguments) or not _has_no_input(arguments)
        case "test" | "[":
            return any(argument in _FILE_TESTS for argument in arguments)
    return False


def _is_curl_file(argument: str) -> bool:
    """`@-` is the standard input, which a pipe or a here-document feeds."""
    data = argument.lstrip("-dF")
    reads = data.startswith("@") and data != "@-"
    return argument.startswith(_CURL_FILE_OPTIONS) or reads or "=@" in argument or "=<" in argument


def _has_no_input(arguments: Sequence[str]) -> bool:
    """Jq reads its input from a pipe or, with `-n`, from nowhere; a second word that is no option would be a file."""
    words = list(_jq_words(arguments))
    return len(words) <= 1


def _jq_words(arguments: Sequence[str]) -> Iterator[str]:
    waiting = 0
    for argument in arguments:
        if waiting:
            waiting -= 1
        elif argument in ("--arg", "--argjson"):
            waiting = 2
        elif argument == "--indent":
            waiting = 1
        elif not argument.startswith("-"):
            yield argument
