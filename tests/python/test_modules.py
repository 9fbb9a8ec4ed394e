"""Which files a Python file imports, and which candidates need no closer look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.python.caller import is_plausible
from migrator.repository.discovery import Files
from migrator.syntax.python.modules import reached
from migrator.syntax.text.source import Source
from tests.conftest import lay_out
from tests.python.support import find

if TYPE_CHECKING:
    from pathlib import Path

# The base of the URL stands in another file; only `project/` and `token` are here.
CALLER = '{imports}\nrequests.post(f"{{API}}/project/{{slug}}/tree/main", params={{"token": token}})\n'
BASE = 'API = "https://circleci.com/api/v1.1"\n'


@pytest.mark.parametrize(
    ("imports", "files"),
    [
        ("from base import API", {"base.py": BASE}),
        ("from ci.base import API", {"ci/base.py": BASE}),
        ("from ci import base", {"ci/base.py": BASE}),
        ("from . import base", {"tools/base.py": BASE}),
        ("from .. import base", {"base.py": BASE}),
        ("from .base import *", {"tools/base.py": BASE}),
        ("from . import (\n    other,  # (really)\n    base,\n)", {"tools/base.py": BASE}),
        ("from tools import other, \\\n    base", {"tools/base.py": BASE}),
        ("import ci.base as b", {"src/ci/base.py": BASE}),
        ("import json; import base", {"base.py": BASE}),
        ("if True: from base import API", {"base.py": BASE}),
        (
            "import ci",
            {"ci/__init__.py": "from .more import API", "ci/more.py": "from base import API", "base.py": BASE},
        ),
        ("import a.b.c", {"a/__init__.py": "", "a/b/__init__.py": BASE, "a/b/c.py": ""}),
    ],
)
def test_what_is_imported_is_read(imports: str, files: dict[str, str], tmp_path: Path) -> None:
    text = CALLER.format(imports=imports)
    lay_out(tmp_path, {"tools/trigger.py": text, **files})
    siblings = Files(str(tmp_path))
    assert any(found == BASE for found in reached("tools/trigger.py", text, siblings))
    assert is_plausible(Source("tools/trigger.py", text, siblings=siblings))


def test_files_that_import_one_another_are_read_once(tmp_path: Path) -> None:
    files = {"a.py": "import b, a", "b.py": "import a\nimport missing"}
    lay_out(tmp_path, files)
    assert list(reached("a.py", files["a.py"], Files(str(tmp_path)))) == [files["a.py"], files["b.py"]]


@pytest.mark.parametrize("word", ["circle", "CIRCLE_TOKEN", "v1.1", "build_parameters"])
def test_a_word_of_circleci_is_needed(word: str, tmp_path: Path) -> None:
    text = CALLER.format(imports="from base import API")
    lay_out(tmp_path, {"tools/trigger.py": text, "base.py": 'API = "https://example.com/api/"\n', "other.py": BASE})
    siblings = Files(str(tmp_path))
    assert not is_plausible(Source("tools/trigger.py", text, siblings=siblings))
    assert is_plausible(Source("tools/trigger.py", f"{text}# {word}\n", siblings=siblings))


@pytest.mark.parametrize(
    ("caller", "named"),
    [
        ("from ci.conf import URL, DATA\nimport requests\nrequests.post(URL, json=DATA)\n", True),
        ("from ci.conf import URL\nimport requests\nrequests.get(URL)\n", False),
        ("import requests\nrequests.post('https://example.com')\n", False),
    ],
)
def test_an_address_that_another_file_posts_to_is_reported(caller: str, *, named: bool) -> None:
    conf = "URL = 'https://circleci.com/api/v1.1/project/github/acme/app/tree/main'\nDATA = {'build_parameters': {}}\n"
    found = find(conf, "ci/conf.py", {"ci/__init__.py": "", "run.py": caller})
    assert [note.code for each in found for note in each.call.notes] == (["client-unknown"] if named else [])
