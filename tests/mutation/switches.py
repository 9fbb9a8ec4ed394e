"""The sources with a switch at each site: where they are, what switching them off does, and how they are imported."""

from __future__ import annotations

import ast
import atexit
import builtins
import importlib.abc
import importlib.machinery
import marshal
import os
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
ORDER = tuple(
    code
    for path in sorted((ROOT / "migrator/rules").glob("*.toml"))
    for code, entry in tomllib.loads(path.read_text()).items()
    if "severity" in entry  # else it is a source that rules name
)
CODES = frozenset(ORDER)
_PACKAGES = ("migrator", "codemods")
_PAGES = ("migrator.rules", "migrator.report.explain", "migrator.report.text")
# What is called with a word that happens to be a code, and makes no note or refusal of it.
_NO_MAKERS = frozenset({"parse", "count", "_text", "frozenset"})
# What is given names of codemods and of places, of which some are codes too.
_NAMERS = frozenset({"Call", "HostKind"})
# How the processes that tests start are told which site is off, and where they say which sites they came by.
_OFF, _SEEN, _KEPT = "RULE_OFF", "RULE_SEEN", "RULE_KEPT"


@dataclass(frozen=True, slots=True)
class Site:
    """A place that names a code; `how` is what switching it off does."""

    key: str
    code: str
    place: str
    how: str


@dataclass(slots=True)
class Switch:
    """Which site is off, and which were come by since it was last asked."""

    off: str = ""
    seen: set[str] = field(default_factory=set)

    def on(self, key: str) -> bool:
        """Whether the rule applies here."""
        self.seen.add(key)
        return key != self.off

    def name(self, key: str, code: str) -> str:
        """The code, or another one."""
        return code if self.on(key) else f"{code}-off"


SWITCH = Switch()


class Late(str):
    """A code that is made while a module is imported: whether it is off is asked each time that it is looked at."""

    __slots__ = ("key",)

    def __eq__(self, other: object) -> bool:
        return SWITCH.on(self.key) and str.__eq__(self, other) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __str__(self) -> str:
        return SWITCH.name(self.key, str.__str__(self))

    def __format__(self, how: str) -> str:
        return format(str(self), how)


def _late(key: str, code: str) -> Late:
    made = Late(code)
    made.key = key
    return made


def rewritten(module: str, text: str) -> tuple[ast.Module, list[Site]]:
    """The tree of a module with a switch at each site, and the sites in the order of the text."""
    tree = ast.parse(text)
    if module.startswith(_PAGES):
        return tree, []
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value in CODES
        and id(node) not in docs
        and not isinstance(above[node], ast.JoinedStr)
        and not (isinstance(above[node], ast.keyword) and above[node].arg == "mode")
        and _called(above[node]) not in _NAMERS
    ]
    sites: list[Site] = []
    numbers: Counter[str] = Counter()
    for node in sorted(found, key=lambda node: (node.lineno, node.col_offset)):
        way = list(_way(node, above))
        inside = [item.name for item in way if isinstance(item, ast.FunctionDef | ast.ClassDef)]
        name = f"{node.value} {module}:{'.'.join(reversed(inside))}"
        numbers[name] += 1
        key = f"{name}#{numbers[name]}"
        if any(isinstance(item, ast.FunctionDef | ast.Lambda) for item in way):
            how = _switch(node, way, key)
        else:
            how = _renamed(node, way, key, "_rule_late")
        sites.append(Site(key, node.value, f"{module}:{node.lineno}", how))
    return ast.fix_missing_locations(tree), sites


def _way(node: ast.AST, above: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    """The node and all around it, from the inside."""
    at: ast.AST | None = node
    while at is not None:
        yield at
        at = above.get(at)


def _switch(node: ast.Constant, way: list[ast.AST], key: str) -> str:
    """Put the switch in, as far out as the rule reaches."""
    on = ast.Call(ast.Name("_rule_on", ast.Load()), [ast.Constant(key)], [])
    at = next(number for number, item in enumerate(way) if isinstance(item, ast.stmt))
    statement, owner = way[at], way[at + 1]
    maker = next((n for n, item in enumerate(way[:at]) if n and isinstance(item, ast.Call)), None)
    if maker is not None and (maker > 2 or _called(way[maker]) in _NO_MAKERS or isinstance(way[1], ast.IfExp)):
        maker = None
    returns = next(
        (ast.unparse(item.returns) for item in way if isinstance(item, ast.FunctionDef) and item.returns), ""
    )
    pair = isinstance(way[1], ast.Tuple) and way[1].elts[0] is node
    made = way[maker] if maker is not None else way[1] if pair else None
    match statement:
        case ast.Raise(exc=raised) if raised is made:
            return _dropped(statement, owner, on)
        case ast.Expr(value=ast.Yield(value=yielded)) if yielded is made:
            return _dropped(statement, owner, on)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append" | "add"), args=[given])) if given is made:
            return _dropped(statement, owner, on)
        case ast.Return(value=returned) if returned is made and "None" in returns:
            statement.value = ast.IfExp(on, returned, ast.Constant(None))
            return "not returned"
        case _:
            pass
    if maker is not None and (how := _left_out(way, maker, on, returns)):
        return how
    if isinstance(way[1], ast.pattern):
        case = next(item for item in way if isinstance(item, ast.match_case))
        case.guard = on if case.guard is None else ast.BoolOp(ast.And(), [on, case.guard])
        return "not matched"
    return _renamed(node, way, key, "_rule_name")


def _renamed(node: ast.Constant, way: list[ast.AST], key: str, function: str) -> str:
    _put(way[1], node, ast.Call(ast.Name(function, ast.Load()), [ast.Constant(key), ast.Constant(node.value)], []))
    return "renamed"


def _called(call: ast.AST) -> str:
    match call:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
        case _:
            return ""


def _dropped(statement: ast.stmt, owner: ast.AST, on: ast.expr) -> str:
    _put(owner, statement, ast.copy_location(ast.If(on, [statement], []), statement))
    return "dropped"


def _left_out(way: list[ast.AST], maker: int, on: ast.expr, returns: str) -> str:
    """Leave out a note from the collection that it is an element of."""
    made, around = way[maker], way[maker + 1]
    assert isinstance(made, ast.expr)
    match around:
        case ast.Tuple(elts=elements) if len(elements) > 1 and ", ..." not in returns:
            return ""
        case ast.Tuple() | ast.List() | ast.Set():
            empty = ast.Tuple([], ast.Load())
            _put(around, made, ast.Starred(ast.IfExp(on, ast.Tuple([made], ast.Load()), empty), ast.Load()))
        case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element) | ast.SetComp(elt=element) if element is made:
            around.generators[-1].ifs.append(on)
        case ast.IfExp(body=body, orelse=ast.Constant(value=None)) if body is made:
            around.test = ast.BoolOp(ast.And(), [around.test, on])
        case _:
            return ""
    return "left out"


def _put(owner: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for name, value in ast.iter_fields(owner):
        if value is old:
            setattr(owner, name, new)
        elif isinstance(value, list) and any(item is old for item in value):
            value[:] = [new if item is old else item for item in value]


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles the rewritten tree. What it makes is kept for the processes that tests start."""

    def get_code(self, fullname: str) -> Any:
        """The code with its switches."""
        path = self.get_filename(fullname)
        data = self.get_data(path)
        kept = Path(os.environ.get(_KEPT, os.devnull)) / f"{fullname}-{len(data)}"
        if kept.exists():
            return marshal.loads(kept.read_bytes())
        made = compile(rewritten(fullname, data.decode())[0], path, "exec", dont_inherit=True)
        if kept.parent.is_dir():
            part = kept.with_name(f"{kept.name}.{os.getpid()}")
            part.write_bytes(marshal.dumps(made))
            part.replace(kept)
        return made


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname.partition(".")[0] not in _PACKAGES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin and spec.origin.endswith(".py"):
            spec.loader = _Loader(fullname, spec.origin)
        return spec


def sites() -> list[Site]:
    """All sites, in the order of the catalogue, then of the files."""
    found = []
    for package in _PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found += rewritten(module, path.read_text())[1]
    return sorted(found, key=lambda site: ORDER.index(site.code))


def install() -> None:
    """Have modules that are imported from now on rewritten, in this process and in those that it starts."""
    builtins.__dict__.update(_rule_on=SWITCH.on, _rule_name=SWITCH.name, _rule_late=_late)
    sys.meta_path.insert(0, _Finder())
    os.environ["PYTHONPATH"] = f"{ROOT / 'tests/mutation/start'}{os.pathsep}{ROOT}"


def keep(folder: Path) -> None:
    """Have this process, and those that it starts, keep the code that they make in a folder."""
    os.environ[_KEPT] = str(folder)


def switch_off(key: str) -> None:
    """Switch a site off, in this process and in those that it starts."""
    SWITCH.off = os.environ[_OFF] = key


def started_process() -> None:
    """In a process that a test starts: take over what is off, and say at the end what was come by."""
    install()
    SWITCH.off = os.environ.get(_OFF, "")
    if _SEEN in os.environ:
        atexit.register(_say, os.environ[_SEEN])


def _say(path: str) -> None:
    with Path(path).open("a") as file:
        file.write("".join(f"{key}\n" for key in SWITCH.seen))


def listen(path: Path) -> None:
    """Have processes that are started from now on say in a file what they come by."""
    os.environ[_SEEN] = str(path)


def heard(path: Path) -> set[str]:
    """What processes have said, which is forgotten."""
    if not path.exists():
        return set()
    keys = set(path.read_text().splitlines())
    path.unlink()
    return keys
