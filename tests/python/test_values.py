"""What a name, a field and a list can be: what may be written without being named is unknown.

Each program is run where the outside changes the value: what is sent then is among what is read, or nothing is.
"""

# ruff: noqa: E501 - programs stay on one line

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from codemods.python.caller import find
from migrator.model import values
from migrator.syntax.text.source import Source
from tests.test_cases import look

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

URL = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
POST = f'requests.post("{URL}", json={{"build_parameters": {{"CIRCLE_JOB": JOB}}}}, auth=("T", ""))\n'
HEAD = "import os\nimport sys\n\nimport requests\n\n"
SENT = "def post(*_, json, **__):\n    print(json['build_parameters']['CIRCLE_JOB'])\n"
CLASS = 'class S:\n    job = "deploy"\n'
DATACLASS = 'from dataclasses import dataclass\n@dataclass\nclass S:\n    job: str = "deploy"\n'

# Run as `program other`, with `job=other` in the environment. (program, what is sent)
CHANGED = {
    "dataclass by keyword": (DATACLASS + "s = S(job=sys.argv[1])\n", "s.job"),
    "dataclass by place": (DATACLASS + "s = S(sys.argv[1])\n", "s.job"),
    "dataclass from a dict": (DATACLASS + 's = S(**{"job": sys.argv[1]})\n', "s.job"),
    "dataclass in a function": (DATACLASS + "def go(s):\n    POST\ngo(S(sys.argv[1]))\n", "s.job"),
    "dataclass in a method": (DATACLASS + "    def go(self):\n        POST\nS(sys.argv[1]).go()\n", "self.job"),
    "dataclass made by cls": (
        DATACLASS + "    @classmethod\n    def of(cls, j):\n        return cls(j)\n    def go(self):\n        POST\n"
        "S.of(sys.argv[1]).go()\n",
        "self.job",
    ),
    "dataclass replaced": (DATACLASS + "from dataclasses import replace\ns = replace(S(), job=sys.argv[1])\n", "s.job"),
    "NamedTuple": (
        'from typing import NamedTuple\nclass S(NamedTuple):\n    job: str = "deploy"\ns = S(sys.argv[1])\n',
        "s.job",
    ),
    "settings of a base that is not known": (
        'from config import Base\nclass S(Base):\n    job: str = "deploy"\ns = S()\n',
        "s.job",
    ),
    "star": ('JOB = "deploy"\nfrom config import *\n', "JOB"),
    "star that may be missing": (
        'JOB = "deploy"\ntry:\n    from config import *\nexcept ImportError:\n    pass\n',
        "JOB",
    ),
    "attribute of an object": (CLASS + "s = S()\ns.job = sys.argv[1]\n", "s.job"),
    "attribute of a class": (CLASS + "S.job = sys.argv[1]\n", "S.job"),
    "attribute in a tuple": (CLASS + "s = S()\ns.job, x = sys.argv[1], 1\n", "s.job"),
    "attribute of a loop": (CLASS + "s = S()\nfor s.job in sys.argv[1:]:\n    pass\n", "s.job"),
    "attribute added to": (CLASS + "s = S()\ns.job += sys.argv[1]\n", "s.job"),
    "setattr": (CLASS + 's = S()\nfor k, v in [("job", sys.argv[1])]:\n    setattr(s, k, v)\n', "s.job"),
    "setattr of its name": (CLASS + 's = S()\nsetattr(s, "job", sys.argv[1])\n', "s.job"),
    "setattr in a method": (
        CLASS + "    def __init__(self, **kw):\n        for k, v in kw.items():\n            setattr(self, k, v)\n"
        "s = S(job=sys.argv[1])\n",
        "s.job",
    ),
    "__dict__": (
        CLASS + "    def __init__(self, **kw):\n        self.__dict__.update(kw)\ns = S(job=sys.argv[1])\n",
        "s.job",
    ),
    "item of __dict__": (CLASS + 's = S()\ns.__dict__["job"] = sys.argv[1]\n', "s.job"),
    "vars": (CLASS + 's = S()\nvars(s).update({"job": sys.argv[1]})\n', "s.job"),
    "object.__setattr__": (CLASS + 's = S()\nobject.__setattr__(s, "job", sys.argv[1])\n', "s.job"),
    "__getattribute__": (
        CLASS + "    def __getattribute__(self, name):\n        return os.environ[name]\ns = S()\n",
        "s.job",
    ),
    "method that sets": (
        CLASS + "    def to(self, job):\n        self.job = job\ns = S()\ns.to(sys.argv[1])\n",
        "s.job",
    ),
    "argument of __init__": (
        'class S:\n    def __init__(self, job="deploy"):\n        self.job = job\ns = S()\ns.job = sys.argv[1]\n',
        "s.job",
    ),
    "globals": ('JOB = "deploy"\nglobals().update({"JOB": sys.argv[1]})\n', "JOB"),
    "globals by keyword": ('JOB = "deploy"\nglobals().update(JOB=sys.argv[1])\n', "JOB"),
    "item of globals": ('JOB = "deploy"\nglobals()["JOB"] = sys.argv[1]\n', "JOB"),
    "any item of globals": ('JOB = "deploy"\nfor name in ["JOB"]:\n    globals()[name] = sys.argv[1]\n', "JOB"),
    "globals handed over": ('JOB = "deploy"\ndef fill(d):\n    d["JOB"] = sys.argv[1]\nfill(globals())\n', "JOB"),
    "vars of the module": ('JOB = "deploy"\nvars()["JOB"] = sys.argv[1]\n', "JOB"),
    "setattr of the module": ('JOB = "deploy"\nsetattr(sys.modules[__name__], "JOB", sys.argv[1])\n', "JOB"),
    "exec": ('JOB = "deploy"\nexec("JOB = sys.argv[1]")\n', "JOB"),
    "pattern of a list": ('JOB = "deploy"\nmatch sys.argv[1:]:\n    case [JOB]:\n        pass\n', "JOB"),
    "pattern of a dict": ('JOB = "deploy"\nmatch {"job": sys.argv[1]}:\n    case {"job": JOB}:\n        pass\n', "JOB"),
    "pattern with as": ('JOB = "deploy"\nmatch sys.argv[1]:\n    case str() as JOB:\n        pass\n', "JOB"),
    "rest of a pattern": ('JOB = "deploy"\nmatch sys.argv:\n    case [_, *JOB]:\n        JOB = JOB[0]\n', "JOB"),
    "walrus": ('JOB = "deploy"\nif JOB := sys.argv[1]:\n    pass\n', "JOB"),
    "loop": ('JOB = "deploy"\nfor JOB in sys.argv[1:]:\n    pass\n', "JOB"),
    "with": (
        'import contextlib\nJOB = "deploy"\nwith contextlib.nullcontext(sys.argv[1]) as JOB:\n    pass\n',
        "JOB",
    ),
    "global": ('JOB = "deploy"\ndef f():\n    global JOB\n    JOB = sys.argv[1]\nf()\n', "JOB"),
    "nonlocal": (
        'def o():\n    job = "deploy"\n    def f():\n        nonlocal job\n        job = sys.argv[1]\n    f()\n    POST\no()\n',
        "job",
    ),
    "list that a function adds to": (
        'JOBS = ["deploy"]\ndef f():\n    JOBS.append(sys.argv[1])\nf()\nfor j in JOBS[1:]:\n    POST\n',
        "j",
    ),
    "list that is handed over": (
        'JOBS = ["deploy"]\ndef f(jobs):\n    jobs[0] = sys.argv[1]\nf(JOBS)\nfor j in JOBS:\n    POST\n',
        "j",
    ),
    "list handed to a module": (
        'import config\nJOBS = ["deploy"]\nconfig.fill(JOBS)\nfor j in JOBS:\n    POST\n',
        "j",
    ),
    "list under two names": ('JOBS = ["deploy"]\nX = JOBS\nX[0] = sys.argv[1]\nfor j in JOBS:\n    POST\n', "j"),
    "list added to": ("JOBS = []\nJOBS += sys.argv[1:]\nfor j in JOBS:\n    POST\n", "j"),
    "dict": ('J = {"a": "deploy"}\ndef f():\n    J["a"] = sys.argv[1]\nf()\n', 'J["a"]'),
    "dict under two names": ('J = {"a": "deploy"}\nK = J\nK["a"] = sys.argv[1]\n', 'J["a"]'),
    "dict updated": ('J = {"a": "deploy"}\nJ.update(a=sys.argv[1])\n', 'J["a"]'),
    "default of an option": (
        'import argparse\np = argparse.ArgumentParser()\np.add_argument("job", nargs="?", default="deploy")\na = p.parse_args()\n',
        "a.job",
    ),
    "default of a parameter": ('def main(job="deploy"):\n    POST\nmain(*sys.argv[1:])\n', "job"),
}
KEPT = {
    "constant": ('JOB = "deploy"\n', "JOB"),
    "annotated": ('JOB: str = "deploy"\n', "JOB"),
    "class": (CLASS, "S.job"),
    "object": (CLASS + "s = S()\n", "s.job"),
    "another attribute": (CLASS + "s = S()\ns.other = sys.argv[1]\n", "s.job"),
    "another class": (CLASS + "class T: pass\nt = T()\nt.job = sys.argv[1]\ns = S()\n", "s.job"),
    "another object's setattr": (
        CLASS
        + "class T:\n    def __init__(self, **kw):\n        for k, v in kw.items():\n            setattr(self, k, v)\ns = S()\n",
        "s.job",
    ),
    "annotated attribute of a plain class": (
        'class S:\n    job: str = "deploy"\n    def go(self):\n        POST\ndef make(kind):\n    return kind()\nmake(S).go()\n',
        "self.job",
    ),
    "dataclass as it is": (DATACLASS + "s = S()\n", "s.job"),
    "dataclass with a constant": (DATACLASS.replace('"deploy"', '"x"') + 's = S("deploy")\n', "s.job"),
    "another item of globals": ('JOB = "deploy"\nglobals()["OTHER"] = sys.argv[1]\n', "JOB"),
    "globals for eval": ('JOB = "deploy"\nprint(eval("1", globals()), file=sys.stderr)\n', "JOB"),
    "globals read": ('JOB = "deploy"\nprint(len(globals()), file=sys.stderr)\n', "JOB"),
    "star before": ('from config import *\nJOB = "deploy"\n', "JOB"),
    "pattern before": ('match sys.argv[1:]:\n    case [JOB]:\n        pass\nJOB = "deploy"\n', "JOB"),
    "comprehension": ('JOB = "deploy"\n[JOB for JOB in sys.argv]\n', "JOB"),
    "dict": ('J = {"a": "deploy"}\nprint(J, file=sys.stderr)\n', 'J["a"]'),
    "list handed to a reader": (
        'JOBS = ["deploy"]\ndef f(jobs):\n    for j in jobs:\n        print(j, file=sys.stderr)\nf(JOBS)\nfor j in JOBS:\n    POST\n',
        "j",
    ),
}
MODULE = """\
import os, sys
JOB = sys.argv[1]
class Base:
    def __init__(self):
        self.job = os.environ["job"]
def fill(them):
    them[0] = sys.argv[1]
"""


def written(program: str, what: str) -> str:
    """The whole program."""
    call = POST.replace("JOB}", f"{what}}}").rstrip()
    return HEAD + (program.replace("POST", call) if "POST" in program else program + call + "\n")


def sent(text: str, folder: Path) -> str:
    """What Python really sends."""
    for name, content in {"requests.py": SENT, "config.py": MODULE, "x.py": text}.items():
        (folder / name).write_text(content)
    ran = [sys.executable, "x.py", "other"]
    done = subprocess.run(ran, cwd=folder, env={"job": "other"}, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def known(text: str) -> tuple[str, ...] | None:
    """All that is read of the job, None when it is unknown."""
    (call,) = (each.call for each in find(Source("ci/x.py", text)))
    assert call.trigger.job is not None
    return values(call.trigger.job.template)


@pytest.mark.parametrize("name", CHANGED)
def test_a_value_that_the_outside_changes_is_unknown(name: str, tmp_path: Path) -> None:
    text = written(*CHANGED[name])
    job, read = sent(text, tmp_path), known(text)
    assert job != "deploy"
    assert read is None or job in read


@pytest.mark.parametrize("name", KEPT)
def test_a_value_that_nothing_can_change_is_known(name: str, tmp_path: Path) -> None:
    text = written(*KEPT[name])
    assert sent(text, tmp_path) == "deploy"
    assert known(text) == ("deploy",)


LIBRARIES = {
    "attrs": 'import attr\n@attr.s(auto_attribs=True)\nclass S:\n    job: str = "deploy"\ns = S(job=sys.argv[1])\n',
    "attrs define": 'from attrs import define\n@define\nclass S:\n    job: str = "deploy"\ns = S(sys.argv[1])\n',
    "attr.ib": 'import attr\n@attr.s\nclass S:\n    job = attr.ib(default="deploy")\ns = S(sys.argv[1])\n',
    "model": 'from pydantic import BaseModel\nclass S(BaseModel):\n    job: str = "deploy"\ns = S(**sys.argv)\n',
    "settings": 'from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    job: str = "deploy"\ns = S()\n',
    "settings under another name": 'from x import BaseSettings as B\nclass S(B):\n    job: str = "deploy"\ns = S()\n',
    "Field": 'from pydantic import BaseSettings, Field\nclass S(BaseSettings):\n    job: str = Field("deploy")\ns = S()\n',
    "environ": 'import environ\n@environ.config\nclass S:\n    job = environ.var("deploy")\ns = S.from_environ()\n',
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_fields_of_libraries_are_unknown(name: str) -> None:
    assert known(written(LIBRARIES[name], "s.job")) is None


def test_a_plain_field_of_a_model_is_known() -> None:
    program = 'from pydantic import BaseModel\nclass S(BaseModel):\n    job: str = "deploy"\ns = S()\n'
    assert known(written(program, "s.job")) == ("deploy",)


@pytest.mark.parametrize(
    ("program", "other"),
    [
        ('JOB = "deploy"\n', "import x\nx.JOB = input()\n"),
        ('JOB = "deploy"\n', 'import x\nsetattr(x, "JOB", input())\n'),
        (
            'JOBS = ["deploy"]\nJOB = JOBS[0]\nfor JOB in JOBS:\n    POST\n',
            "from x import JOBS\nJOBS.append(input())\n",
        ),
    ],
)
def test_another_file_may_change_it(program: str, other: str, make_repository: MakeRepository) -> None:
    text = written(program, "JOB")
    before = _job_is_known({"ci/x.py": text}, make_repository)
    assert before
    assert not _job_is_known({"ci/x.py": text, "ci/y.py": other}, make_repository)


CONFIG = """\
version: 2.1
jobs:
  deploy: {machine: true, steps: [run: 'true']}
  docs: {machine: true, steps: [run: 'true']}
workflows:
  usual: {jobs: [docs]}
"""


def _job_is_known(files: dict[str, str], make_repository: MakeRepository) -> bool:
    root = make_repository({".circleci/config.yml": CONFIG, **files}, f"with-{len(files)}")
    (outcome,) = look(root).outcomes
    job = outcome.call.trigger.job
    return job is not None and values(job.template) is not None
