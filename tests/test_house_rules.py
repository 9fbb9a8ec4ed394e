"""The rules of the house, as far as a program can check them: layers, cycles, sizes, names, docstrings, edges."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

ROOT = Path(__file__).parent.parent


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {module_of(path): path for name in ("migrator", "codemods") for path in sorted((ROOT / name).rglob("*.py"))}
TREES = {module: ast.parse(path.read_text()) for module, path in FILES.items()}

# From the top down: a module may import from its own layer and from those below it.
LAYERS = (
    ("migrator.__main__", "migrator.cli"),
    ("migrator.commands",),
    ("migrator.report",),
    ("migrator.graph",),
    ("migrator.live",),
    ("migrator.repository.writer",),
    ("migrator.verifying",),
    ("migrator.planning",),
    ("codemods",),
    ("codemods.python",),
    ("codemods.shell",),
    ("codemods.places",),
    ("codemods.programs",),
    ("codemods.config",),
    ("codemods.found", "codemods.replies", "codemods.run_sites"),
    ("migrator.circleci.proof",),
    ("migrator.circleci.plan",),
    ("migrator.circleci.runs",),
    ("migrator.circleci.compiler",),
    ("migrator.circleci.api",),
    ("migrator.circleci",),
    ("migrator.syntax",),
    ("migrator.syntax.programs",),
    ("migrator.syntax.python", "migrator.syntax.shell", "migrator.syntax.yaml"),
    ("migrator.syntax.jq",),
    ("migrator.syntax.json",),
    ("migrator.syntax.memo", "migrator.syntax.text"),
    ("migrator.demo", "migrator.rules", "migrator.settings"),
    ("migrator.repository.discovery", "migrator.repository.discovery", "migrator.repository.search"),
    ("migrator.repository.missing",),
    ("migrator.repository.needles", "migrator.repository.remotes", "migrator.repository.roots"),
    ("migrator.repository.git",),
    ("migrator.repository",),
    ("migrator.errors", "migrator.model", "migrator.template"),
    ("migrator",),
)
MAX_FILE = 500
MAX_FOLDER = 25
MAX_TOP = 12
MAX_FUNCTION = 60


def layer_of(module: str) -> int:
    """The number of a module's layer, 1 at the bottom; the longest name that fits decides."""
    fits = [
        (len(name), len(LAYERS) - number)
        for number, names in enumerate(LAYERS)
        for name in names
        if module == name or (name != "migrator" and module.startswith(name + "."))
    ]
    assert fits, f"{module} stands in no layer"
    return max(fits)[1]


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules that a module imports, anywhere in it and for types too."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), level=0, names=names):
                inner = (f"{module}.{alias.name}" for alias in names)
                yield from (name if name in TREES else module for name in inner)
            case ast.ImportFrom():
                yield "a relative import"


def test_imports_point_down() -> None:
    up = [
        f"{module} imports {name}"
        for module, tree in TREES.items()
        for name in imports(tree)
        if name == "a relative import"
        or (name.partition(".")[0] in ("migrator", "codemods") and layer_of(name) > layer_of(module))
    ]
    assert not up


def test_every_layer_is_told_apart() -> None:
    """The test above would see a violation."""
    assert layer_of("migrator.cli.app") > layer_of("migrator.report.text") > layer_of("migrator.repository.writer")
    assert layer_of("migrator.planning.analyse") > layer_of("codemods.shell.caller")
    assert layer_of("codemods.shell.caller") > layer_of("migrator.circleci.plan.plan")
    assert (
        layer_of("migrator.syntax.yaml")
        > layer_of("migrator.repository.git")
        > layer_of("migrator.model")
        > layer_of("migrator")
    )
    assert "migrator.report.console" in set(imports(TREES["migrator.commands.output"]))


GRAPH = {module: {name for name in imports(tree) if name in TREES and name != module} for module, tree in TREES.items()}
"""Which modules of the product each of them imports, late and for types too."""


def cycles(graph: Mapping[str, Collection[str]]) -> list[list[str]]:
    """What is left when the modules are taken away, again and again, that import nothing which is still there."""
    left = {module: set(names) for module, names in graph.items()}
    while free := {module for module, names in left.items() if not names & left.keys()}:
        left = {module: names for module, names in left.items() if module not in free}
    return [sorted(left)] if left else []


def test_imports_never_go_round() -> None:
    assert not cycles(GRAPH)


def test_a_cycle_is_seen() -> None:
    """The test above would see one, however long and however the modules around it are."""
    assert cycles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"], "e": []}) == [["a", "b", "c", "d"]]
    assert not cycles({"a": ["b", "c"], "b": ["c"], "c": []})
    late = ast.parse("def f():\n    from migrator.model import Span\n")
    typed = ast.parse("if TYPE_CHECKING:\n    from migrator import model\n")
    assert set(imports(late)) == set(imports(typed)) == {"migrator.model"}


def test_folders_are_small() -> None:
    """A person can take in a folder at a glance; the top of the product holds what everything else is made of."""
    sizes = Counter(path.parent.relative_to(ROOT).as_posix() for path in FILES.values())
    assert not {folder: size for folder, size in sizes.items() if size > MAX_FOLDER}
    assert sizes["migrator"] <= MAX_TOP


def test_a_class_is_known_by_its_name() -> None:
    """No two public classes are called alike, wherever they stand."""
    places: dict[str, list[str]] = {}
    for module, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module)
    assert not {name: modules for name, modules in places.items() if len(modules) > 1}


def test_files_are_short() -> None:
    sizes = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in FILES.values()}
    assert not {name: size for name, size in sizes.items() if size > MAX_FILE}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_functions_are_short() -> None:
    sizes = {
        f"{module}.{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for module, tree in TREES.items()
        for node in functions(tree)
    }
    assert not {name: size for name, size in sizes.items() if size > MAX_FUNCTION}


def public(body: list[ast.stmt], name: str) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield f"{name}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{name}.{node.name}")


def test_what_is_public_is_documented() -> None:
    silent = [module for module, tree in TREES.items() if not ast.get_docstring(tree)]
    silent += (
        name
        for module, tree in TREES.items()
        for name, node in public(tree.body, module)
        if not ast.get_docstring(node)
    )
    assert not silent


def test_only_the_edges_print() -> None:
    edges = ("migrator.report.console", "migrator.report.progress", "migrator.commands")
    printing = [
        module
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "print")
        or (
            isinstance(node, ast.Attribute)
            and ast.unparse(node) in ("sys.stdout", "sys.stderr")
            and not module.startswith(edges)
        )
    ]
    assert not printing


def test_nothing_is_kept_by_the_address_of_an_object() -> None:
    """An address is reused once its object is gone; `migrator.syntax.memo` keeps what was found out, by values."""
    by_address = [
        f"{module}:{node.lineno}"
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "id"
    ]
    assert not by_address


def test_nothing_happens_at_import() -> None:
    """Besides definitions and constants: no loop, and no condition but for types and the start of the program."""
    conditions = ("TYPE_CHECKING", "__name__ == '__main__'")
    busy = [
        f"{module}:{node.lineno}"
        for module, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.For | ast.While | ast.With | ast.Try)
        or (isinstance(node, ast.If) and ast.unparse(node.test) not in conditions)
    ]
    assert not busy
