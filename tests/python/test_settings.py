"""A name is a constant only if nothing may change it: what Python computes decides, not what a program looks like."""

# ruff: noqa: E501 - programs stay on the lines that they are about

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.python.caller import find
from migrator.model import values
from migrator.syntax.text.source import Source
from tests.python.support import rewritten

if TYPE_CHECKING:
    from migrator.model import Call

API = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"


def call(value: str) -> str:
    return f"requests.post('{API}', auth=(t, ''), json={{'build_parameters': {{'CIRCLE_JOB': {value}}}}})"


CHANGED = {
    "settings behind it": "JOB = 'deploy'\nfrom local_settings import *\n{JOB}",
    "exec": "JOB = 'deploy'\nexec(open('local.py').read())\n{JOB}",
    "globals": "JOB = 'deploy'\nglobals().update(load())\n{JOB}",
    "a key of globals": "JOB = 'deploy'\nglobals()['JO' + 'B'] = 'x'\n{JOB}",
    "the module itself": "import sys\nJOB = 'deploy'\nsetattr(sys.modules[__name__], 'JOB', 'x')\n{JOB}",
    "global in a function": "JOB = 'deploy'\ndef change():\n    global JOB\n    JOB = 'x'\nchange()\n{JOB}",
    "pattern": "job = 'deploy'\nmatch x:\n    case [job]:\n        pass\n{job}",
    "pattern with a star": "job = 'deploy'\nmatch x:\n    case [1, *job]:\n        pass\n{job}",
    "pattern with as": "job = 'deploy'\nmatch x:\n    case str() as job:\n        pass\n{job}",
    "pattern of a mapping": "job = 'deploy'\nmatch x:\n    case {{**job}}:\n        pass\n{job}",
    "walrus": "job = 'deploy'\nif (job := input()):\n    pass\n{job}",
    "with": "job = 'deploy'\nwith f() as job:\n    pass\n{job}",
    "except": "job = 'deploy'\ntry:\n    f()\nexcept E as job:\n    pass\n{job}",
    "loop": "job = 'deploy'\nfor job in load():\n    pass\n{job}",
    "import that may fail": "JOB = 'deploy'\ntry:\n    from local import JOB\nexcept ImportError:\n    pass\n{JOB}",
    "attribute": "class T:\n    job = 'deploy'\nt = T()\nt.job = input()\n{t.job}",
    "attribute in a function": "class T:\n    job = 'deploy'\ndef f(x):\n    x.job = 'y'\nt = T()\nf(t)\n{t.job}",
    "setattr": "class T:\n    job = 'deploy'\nt = T()\nsetattr(t, name, 'x')\n{t.job}",
    "setattr by name": "class T:\n    job = 'deploy'\nt = T()\nsetattr(t, 'job', 'x')\n{t.job}",
    "vars": "class T:\n    job = 'deploy'\nt = T()\nvars(t).update(x)\n{t.job}",
    "dict of an object": "class T:\n    job = 'deploy'\nt = T()\nt.__dict__['job'] = 'x'\n{t.job}",
    "field of a dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass T:\n    job: str = 'deploy'\nt = T(x)\n{t.job}"
    ),
    "field of attrs": "import attr\n@attr.s(auto_attribs=True)\nclass T:\n    job: str = 'deploy'\nt = T(job=x)\n{t.job}",
    "field of a parameter": (
        "from typing import NamedTuple\nclass T(NamedTuple):\n    job: str = 'deploy'\ndef go(t: T):\n    {t.job}"
    ),
    "settings from the environment": (
        "from pydantic_settings import BaseSettings\nclass T(BaseSettings):\n    job: str = 'deploy'\nt = T()\n{t.job}"
    ),
    "arguments that are spread": "class T:\n    job: str = 'deploy'\nt = T(**x)\n{t.job}",
    "derived class": "class T:\n    job = 'deploy'\n    def go(self):\n        {self.job}\nclass U(T):\n    job = 'x'\nU().go()",
    "list that a function gets": "jobs = ['deploy']\nadd(jobs)\nfor job in jobs:\n    {job}",
    "list that grows": "jobs = ['deploy']\njobs.append('x')\nfor job in jobs:\n    {job}",
    "option": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--job', default='deploy')\na = p.parse_args()\n{a.job}",
    "option of click": "import click\n@click.command()\n@click.option('--job', default='deploy')\ndef go(job):\n    {job}",
    "default of a parameter": "def go(job='deploy'):\n    {job}\ngo(x)",
}
KEPT = {
    "nothing": "JOB = 'deploy'\n{JOB}",
    "settings before it": "from local_settings import *\nJOB = 'deploy'\n{JOB}",
    "names of the standard library": "JOB = 'deploy'\nfrom os.path import *\n{JOB}",
    "another attribute": "class T:\n    job = 'deploy'\nt = T()\nt.other = input()\n{t.job}",
    "attribute of self": "class T:\n    def __init__(self):\n        self.job = 'deploy'\nt = T()\n{t.job}",
    "field with its default": (
        "from dataclasses import dataclass\n@dataclass\nclass T:\n    job: str = 'deploy'\n    n: int = 0\nt = T(n=1)\n{t.job}"
    ),
    "field that is given": "from dataclasses import dataclass\n@dataclass\nclass T:\n    job: str = 'x'\nt = T('deploy')\n{t.job}",
    "list that is read": "jobs = ['deploy']\nprint(len(jobs), sorted(jobs))\nfor job in jobs:\n    {job}",
    "pattern of another function": "job = 'deploy'\ndef f(x):\n    match x:\n        case [job]:\n            pass\n{job}",
}


def program(text: str) -> str:
    start, end = text.rindex("{"), text.rindex("}")
    return f"import requests\n{text[:start].replace('{{', '{').replace('}}', '}')}{call(text[start + 1 : end])}{text[end + 1 :]}\n"


def job(made: Call) -> tuple[str, ...] | None:
    assert made.trigger.job is not None
    return values(made.trigger.job.template)


@pytest.mark.parametrize("name", CHANGED)
def test_what_may_be_changed_is_unknown(name: str) -> None:
    (one,) = find(Source("ci/go.py", program(CHANGED[name])))
    assert job(one.call) != ("deploy",)


@pytest.mark.parametrize("name", KEPT)
def test_what_stays_is_known(name: str) -> None:
    (one,) = find(Source("ci/go.py", program(KEPT[name])))
    assert job(one.call) == ("deploy",)


class Files:
    """A repository with other files."""

    def __init__(self, **texts: str) -> None:
        self.texts = {name.replace("__", "/") + ".py": text for name, text in texts.items()}

    def read(self, path: str) -> str | None:
        return self.texts.get(path)

    def holding(self, literal: str) -> tuple[str, ...]:
        return tuple(path for path, text in self.texts.items() if literal in text)

    def naming(self, literal: str) -> tuple[str, ...]:
        return self.holding(literal)


@pytest.mark.parametrize(
    ("others", "known"),
    [
        ({"ci__other": "import ci.go as go\ngo.JOB = 'x'\n"}, None),
        ({"ci__other": "from ci import go\nsetattr(go, 'JOB', 'x')\n"}, None),
        ({"tests__test_go": "from ci import go\ngo.JOB = 'x'\n"}, ("deploy",)),
        ({"ci__other": "from ci import go\nprint(go.JOB == 'x')\n"}, ("deploy",)),
        ({"ci__settings": "OTHER = 1\n"}, ("deploy",)),
    ],
)
def test_other_files_are_asked(others: dict[str, str], known: tuple[str, ...] | None) -> None:
    text = f"import requests\nJOB = 'deploy'\ndef go():\n    {call('JOB')}\n"
    (one,) = find(Source("ci/go.py", text, siblings=Files(**others)))
    assert job(one.call) == known


def test_a_file_of_settings_is_read() -> None:
    text = f"import requests\nJOB = 'deploy'\nfrom ci.settings import *\n{call('JOB')}\n"
    (one,) = find(Source("ci/go.py", text, siblings=Files(ci__settings="OTHER = 1\n")))
    assert job(one.call) == ("deploy",)
    (two,) = find(Source("ci/go.py", text, siblings=Files(ci__settings="JOB = 'x'\n")))
    assert job(two.call) != ("deploy",)


def test_a_branch_is_never_its_default() -> None:
    code = (
        'import os, requests\nBRANCH = os.environ.get("BRANCH", "main")\n'
        'URL = os.environ.get("URL", "https://circleci.com/api/v1.1")\n'
        'requests.post(f"{URL}/project/github/acme/app/tree/{BRANCH}")\n'
    )
    (one,) = find(Source("ci/trigger.py", code))
    assert [note.code for note in one.call.notes] == ["branch-as-it-is", "default-base"]
    assert 'json={"branch": BRANCH, "parameters"' in rewritten(code)
