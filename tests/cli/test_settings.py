"""The settings file: what it may hold, and how it says what it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.errors import UsageError
from migrator.settings import Settings, load
from tests.conftest import lay_out

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("files", "settings"),
    [
        ({}, Settings()),
        ({".migrator.toml": ""}, Settings()),
        ({".migrator.toml": 'json = "jq"\nunsafe = true\nonly = "config"\n'}, Settings("jq", True, "config")),
        ({".migrator.toml": 'unsafe = ["default-base"]\n'}, Settings(unsafe=("default-base",))),
        ({"pyproject.toml": '[tool.migrator]\njson = "jq"\n'}, Settings("jq")),
        ({"pyproject.toml": '[ tool . "migrator" ]\njson = "jq"\n'}, Settings("jq")),
        ({"pyproject.toml": '[tool]\nmigrator = {json = "jq"}\n'}, Settings("jq")),
        ({"pyproject.toml": '[project]\nname = "migrator"\n'}, Settings()),
        ({"pyproject.toml": "not [ TOML, and none of our business"}, Settings()),
        ({".migrator.toml": 'json = "jq"', "pyproject.toml": '[project]\nname = "x"'}, Settings("jq")),
    ],
)
def test_where_settings_come_from(files: dict[str, str], settings: Settings, tmp_path: Path) -> None:
    lay_out(tmp_path, files)
    assert load(str(tmp_path)) == settings


def test_the_command_line_has_the_last_word(tmp_path: Path) -> None:
    lay_out(tmp_path, {".migrator.toml": 'unsafe = true\nonly = "config"\n'})
    overrides = {"unsafe": False, "only": None, "allow_dirty": True}
    assert load(str(tmp_path), overrides) == Settings(unsafe=False, only="config", allow_dirty=True)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("jsn = 'jq'", "no setting 'jsn'", "did you mean 'json'?"),
        ("UNSAFE = true", "no setting 'UNSAFE'", "did you mean 'unsafe'?"),
        ("zzz = 1", "no setting 'zzz'", "the settings are json, unsafe, only, ready, endpoint, definition_id"),
        (
            "allow-dirty = true",
            "no setting 'allow-dirty'",
            "the settings are json, unsafe, only, ready, endpoint, definition_id",
        ),
        ("json = 'jk'", "json is 'jk', which is not", 'set json to "splice" or "jq"'),
        ("json = ['jq']", r"json is \['jq'\], which is not", 'set json to "splice" or "jq"'),
        ("unsafe = 1", "unsafe is 1, which is not", "set unsafe to true, false or a list of codes"),
        ("unsafe = 'true'", "unsafe is 'true', which is not", "set unsafe to true, false or a list of codes"),
        ("unsafe = ['no-such']", "unsafe: there is no code 'no-such'", "`migrator rules` lists all codes"),
        ("unsafe = ['url-glob']", "unsafe: url-glob is no assumption", "name warnings of `migrator rules`"),
        ("only = ''", "only is '', which is not", 'set only to "config" or "callers"'),
        (
            "ready = 'github/acme/app'",
            "ready is 'github/acme/app', which is not",
            'set ready to a list of slugs like "github/acme/app"',
        ),
        ("ready = ['acme/app']", "'acme/app' is no project slug", "write it like github/acme/app"),
        ("json = ", "is not valid TOML", "correct the file"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str, hint: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {".migrator.toml": text})
    with pytest.raises(UsageError, match=message) as error:
        load(str(tmp_path))
    assert str(tmp_path / ".migrator.toml") in error.value.message
    assert error.value.hint == hint
    assert error.value.exit_status == 2


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / ".migrator.toml").write_bytes(b"json = '\xff'")
    with pytest.raises(UsageError, match="not valid TOML"):
        load(str(tmp_path))


def test_two_places_are_one_too_many(tmp_path: Path) -> None:
    lay_out(tmp_path, {".migrator.toml": "", "pyproject.toml": "[tool.migrator]"})
    with pytest.raises(UsageError, match="both"):
        load(str(tmp_path))


def test_a_table_that_is_none(tmp_path: Path) -> None:
    lay_out(tmp_path, {"pyproject.toml": "[tool]\nmigrator = 1\n"})
    with pytest.raises(UsageError, match="not a table"):
        load(str(tmp_path))
