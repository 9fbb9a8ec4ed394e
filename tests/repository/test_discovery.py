"""Which files are searched: no file that can hold a call may be missed, whatever git or its files say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from migrator.errors import UsageError
from migrator.repository.discovery import Discovery, discover
from migrator.repository.search import search_all
from tests.conftest import ROOT, git, lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import MakeRepository

    Look = Callable[..., Discovery]

CALL = "curl -d build_parameters[CIRCLE_JOB]=x https://circleci.com/api/v1.1/project/gh/a/b\n"
CONFIG = ".circleci/config.yml"


def paths(discovery: Discovery) -> list[str]:
    """The files that were asked about, and the config."""
    return [path for path, _ in discovery.candidates if path == CONFIG or path not in discovery.context]


@pytest.fixture(params=[False, True], ids=["git", "walk"])
def look(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Look:
    """`discover` with git's help, and where git refuses to give it."""

    def discover_so(*paths: Path) -> Discovery:
        if request.param:
            monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        try:
            return discover(paths)
        finally:
            monkeypatch.delenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", raising=False)

    return discover_so


class TestWithAndWithoutGit:
    """The same files are found with git's help and without."""

    def test_tracked_and_untracked(self, look: Look, make_repository: MakeRepository) -> None:
        root = make_repository({"a.sh": CALL, "b.sh": "echo\n", "sub/ä ö.sh": CALL})
        lay_out(root, {"new/c.sh": CALL, "new/d.sh": "echo\n"})
        found = look(root)
        assert found.candidates == (
            ("a.sh", CALL.encode()),
            ("new/c.sh", CALL.encode()),
            ("sub/ä ö.sh", CALL.encode()),
        )
        assert (found.files_searched, found.root) == (5, str(root))

    def test_tracked_although_ignored(self, look: Look, make_repository: MakeRepository) -> None:
        root = make_repository({".gitignore": "/*\n.*\n", "a.sh": CALL, CONFIG: CALL})
        assert paths(look(root)) == [CONFIG, "a.sh"]

    def test_attributes_that_say_binary(self, look: Look, make_repository: MakeRepository) -> None:
        root = make_repository({".gitattributes": "*.sh binary\n*.cfg -diff -text\n", "a.sh": CALL, "b.cfg": CALL})
        assert paths(look(root)) == ["a.sh", "b.cfg"]

    def test_binary_files_are_left_alone_unless_named(self, look: Look, make_repository: MakeRepository) -> None:
        root = make_repository({"tool.bin": "\0ELF" + CALL, "packed.sh": CALL + "\n" * 9000 + "\0\0"})
        assert paths(look(root)) == ["packed.sh"]
        assert paths(look(root / "tool.bin")) == ["tool.bin"]

    def test_utf_16_is_said(self, look: Look, make_repository: MakeRepository) -> None:
        call = "\ufeffInvoke-WebRequest https://circleci.com/api/v1.1/project/gh/a/b"
        other = "\ufeffInvoke-WebRequest https://example.com/api/v1"
        root = make_repository({"le.ps1": call.encode("utf-16-le"), "be.ps1": call.encode("utf-16-be")})
        lay_out(root, {"other.ps1": other.encode("utf-16-le")})
        found = look(root)
        assert found.candidates == ()
        problems = [(problem.path, problem.note.code) for problem in found.problems]
        assert problems == [("be.ps1", "undecodable"), ("le.ps1", "undecodable")]

    def test_links_are_not_followed(self, look: Look, make_repository: MakeRepository, tmp_path: Path) -> None:
        lay_out(tmp_path, {"outside/a.sh": CALL})
        root = make_repository({"a.sh": CALL})
        (root / "link.sh").symlink_to("a.sh")
        (root / "folder").symlink_to(tmp_path / "outside")
        git(root, "add", "-A")
        (root / "untracked.sh").symlink_to("a.sh")
        found = look(root)
        assert (paths(found), found.files_searched) == (["a.sh"], 1)

    def test_what_is_no_file_is_passed_over(self, look: Look, make_repository: MakeRepository) -> None:
        root = make_repository({"a.sh": CALL, "gone.sh": CALL, "pipe": CALL})
        (root / "gone.sh").unlink()
        (root / "pipe").unlink()
        os.mkfifo(root / "pipe")
        assert paths(look(root)) == ["a.sh"]

    def test_a_repository_inside_is_not_part_of_this_one(self, look: Look, make_repository: MakeRepository) -> None:
        root = make_repository({"a.sh": CALL})
        inner = make_repository({"b.sh": CALL}, "repository/inner")
        found = look(root)
        assert paths(found) == ["a.sh"]
        assert any("inner" in hint for hint in found.hints)
        assert paths(look(inner)) == ["b.sh"]

    def test_a_huge_file(self, look: Look, make_repository: MakeRepository) -> None:
        root = make_repository({})
        filler = "x" * 1023 + "\n"
        lay_out(root, {"with.log": filler * (1 << 15) + CALL, "without.log": filler * (1 << 15)})
        assert paths(look(root)) == ["with.log"]

    def test_one_folder_of_many(self, look: Look, make_repository: MakeRepository) -> None:
        root = make_repository({"ci/a.sh": CALL, "cider/b.sh": CALL, CONFIG: CALL})
        found = look(root / "ci")
        assert paths(found) == [CONFIG, "ci/a.sh"]
        assert (found.root, found.files_searched, found.context) == (str(root), 1, {CONFIG, "cider/b.sh"})

    def test_the_folder_of_the_config_is_asked_for_with_it(self, look: Look, make_repository: MakeRepository) -> None:
        root = make_repository({"ci/a.sh": CALL, CONFIG: CALL})
        assert look(root / ".circleci").context == {"ci/a.sh"}
        assert look(root).context == frozenset()

    def test_a_folder_and_a_file(self, look: Look, make_repository: MakeRepository) -> None:
        root = make_repository({"ci/a.sh": CALL, "lib/b.sh": CALL, "lib/c.sh": CALL})
        found = look(root / "ci", root / "lib/b.sh", root / "ci", root / "ci/a.sh")
        assert paths(found) == ["ci/a.sh", "lib/b.sh"]


def test_the_config_is_handed_over_without_a_call_in_it(make_repository: MakeRepository) -> None:
    root = make_repository({CONFIG: "version: 2.1\n"})
    found = discover([root])
    assert found.candidates == ((CONFIG, b"version: 2.1\n"),)
    assert found.context == frozenset()


def test_marked_as_unchanged_or_absent_is_still_searched(make_repository: MakeRepository) -> None:
    names = ("unchanged.sh", "skipped.sh", "sparse.sh", "pipe.sh", "link.sh")
    root = make_repository(dict.fromkeys(names, "echo\n"))
    git(root, "update-index", "--assume-unchanged", "unchanged.sh", "pipe.sh", "link.sh")
    git(root, "update-index", "--skip-worktree", "skipped.sh", "sparse.sh")
    lay_out(root, {"unchanged.sh": CALL, "skipped.sh": CALL})
    for name in ("sparse.sh", "pipe.sh", "link.sh"):
        (root / name).unlink()
    os.mkfifo(root / "pipe.sh")
    (root / "link.sh").symlink_to("skipped.sh")
    assert paths(discover([root])) == ["skipped.sh", "unchanged.sh"]


def test_ignored_files_are_not_searched_unless_named(make_repository: MakeRepository) -> None:
    root = make_repository({".gitignore": "build/\n*.log\n"})
    lay_out(root, {"build/a.sh": CALL, "x.log": CALL})
    assert paths(discover([root])) == []
    assert paths(discover([root / "x.log"])) == ["x.log"]
    assert paths(discover([root / "build"])) == ["build/a.sh"]
    assert paths(discover([root, root / "x.log"])) == ["x.log"]


def test_a_conflict_in_the_index(make_repository: MakeRepository) -> None:
    root = make_repository({"a.sh": "one\n"})
    git(root, "checkout", "-q", "-b", "other")
    lay_out(root, {"a.sh": "two\n"})
    git(root, "commit", "-qam", "two")
    git(root, "checkout", "-q", "main")
    lay_out(root, {"a.sh": CALL})
    git(root, "commit", "-qam", "three")
    subprocess.run(["git", "merge", "-q", "other"], cwd=root, capture_output=True, check=False)
    assert paths(discover([root])) == ["a.sh"]


def test_a_submodule_is_not_searched(make_repository: MakeRepository) -> None:
    library = make_repository({"lib.sh": CALL}, "library")
    root = make_repository({"a.sh": CALL})
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "vendor/library")
    git(root, "config", "submodule.recurse", "true")
    assert paths(discover([root])) == ["a.sh"]
    assert paths(discover([root / "vendor/library"])) == ["lib.sh"]


@pytest.mark.parametrize(
    "text",
    [
        "-d build_parameters%5BCIRCLE_JOB%5D=x",
        "API=https://circleci.com/api/v1.1",
        'curl "$BASE/v1.1/project/github/a/b"',
        'V=v1.1; curl "https://$HOST/api/$V/project/github/a/b"',
        'curl -X POST "$BASE/project/github/a/b/tree/main"',
        'curl -X POST "$BASE/project/github/a/b/build"',
        'curl -H "Circle-Token: $T" "$BASE/project/github/a/b" -d "$BODY"',
        'url = "/".join(["https://circleci.com", "api", "v1.1", "project", slug])',
        'post project/github/acme/app/tree/main "$DATA"',
        "from circleci.api import Api\nApi(token).trigger_build('acme', 'app')",
        "from circleclient import circleclient\nclient.build.trigger('acme', 'app', 'main')",
    ],
)
def test_every_way_to_write_a_call_is_a_candidate(text: str, make_repository: MakeRepository) -> None:
    assert paths(discover([make_repository({"a": text})])) == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        "# https://circleci.com/docs/configuration-reference\norbs: {node: circleci/node@5}\n",
        "working_directory: ~/project/dist\n",
        "CIRCLE_JOB=x\n",
    ],
)
def test_an_ordinary_config_is_not(text: str, make_repository: MakeRepository) -> None:
    assert paths(discover([make_repository({"a": text})])) == []


@pytest.mark.parametrize(
    ("text", "is_candidate"),
    [
        (CALL, True),
        ("curl $BASE/v1.1/project/github/a/b -H Circle-Token:$T", True),
        ("cd ~/project/build", False),
        ("curl https://example.com/api/v1", False),
    ],
)
def test_another_encoding_matters_only_where_a_call_is_likely(
    text: str, is_candidate: bool, make_repository: MakeRepository
) -> None:
    root = make_repository({"latin.sh": f"# café\n{text}\n".encode("latin-1"), "utf.sh": f"# café\n{text}\n"})
    assert paths(discover([root])) == ["latin.sh", "utf.sh"][0 if is_candidate else 1 :]


def test_a_folder_of_clones_is_searched_clone_by_clone(make_repository: MakeRepository, tmp_path: Path) -> None:
    one, two = make_repository({"a.sh": CALL}, "clones/one"), make_repository({"b.sh": CALL}, "clones/deep/two")
    found = search_all([str(tmp_path / "clones")])
    assert [(search.root, list(search.candidates)) for search in found] == [(str(two), ["b.sh"]), (str(one), ["a.sh"])]
    with pytest.raises(UsageError, match="one repository"):
        discover([one, two])


def test_loose_files_beside_clones_are_searched_too(make_repository: MakeRepository, tmp_path: Path) -> None:
    make_repository({"a.sh": CALL}, "clones/one")
    lay_out(tmp_path, {"clones/loose.sh": CALL, "clones/node_modules/x/y.sh": CALL})
    found = search_all([str(tmp_path / "clones")])
    assert [list(search.candidates) for search in found] == [["loose.sh"], ["a.sh"]]


def test_without_a_repository_the_config_marks_the_root(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"app/{CONFIG}": "version: 2\n", "app/ci/a.sh": CALL, "app/b.sh": CALL})
    found = discover([tmp_path / "app/ci"])
    assert (found.root, paths(found)) == (str(tmp_path / "app"), [CONFIG, "ci/a.sh"])
    assert discover([tmp_path / "app/ci/a.sh"]).root == str(tmp_path / "app")
    assert found.hints == ()


def test_where_git_fails_it_is_said(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository({"a.sh": CALL})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    (hint,) = discover([root]).hints
    assert "dubious ownership" in hint
    assert "every file was read" in hint


def test_a_damaged_index_is_no_clean_repository(make_repository: MakeRepository) -> None:
    root = make_repository({"a.sh": CALL})
    (root / ".git/index").write_bytes(b"nonsense")
    assert paths(discover([root])) == ["a.sh"]


def test_without_git_installed(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository({"a.sh": CALL})
    monkeypatch.setenv("PATH", "/nowhere")
    assert paths(discover([root])) == ["a.sh"]


@pytest.mark.parametrize(
    ("name", "message"),
    [("nothing", "does not exist"), ("dangling", "symbolic link to nothing"), ("pipe", "neither"), ("bare", "bare")],
)
def test_paths_that_cannot_be_searched(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nothing")
    os.mkfifo(tmp_path / "pipe")
    git(tmp_path, "init", "-q", "--bare", "bare")
    with pytest.raises(UsageError, match=message):
        discover([tmp_path / name])


def test_a_link_that_is_named_is_followed(make_repository: MakeRepository, tmp_path: Path) -> None:
    root = make_repository({"real.sh": CALL})
    (tmp_path / "link").symlink_to(root)
    (tmp_path / "file").symlink_to(root / "real.sh")
    assert discover([tmp_path / "link"]).root == str(root)
    assert paths(discover([tmp_path / "file"])) == ["real.sh"]


def test_names_that_are_not_utf_8(make_repository: MakeRepository) -> None:
    root = make_repository({os.fsdecode(b"caf\xe9\n.sh"): CALL})
    assert paths(discover([root])) == [os.fsdecode(b"caf\xe9\n.sh")]


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users may enter, as they may not enter pytest's."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


_AS_NOBODY = """
import os, sys
sys.path.insert(0, sys.argv[1])
from migrator.repository.discovery import discover
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
found = discover([sys.argv[2]])
print([path for path, _ in found.candidates], [(p.path, p.note.code) for p in found.problems])
"""


@pytest.mark.parametrize("tracked", [True, False], ids=["tracked", "untracked"])
def test_what_cannot_be_read_is_said(tracked: bool, public_folder: Path) -> None:
    """As an ordinary user, who is refused what root is not."""
    root = public_folder
    lay_out(root, {"a.sh": CALL, "secret.sh": CALL, "closed/b.sh": CALL})
    git(root, "init", "-q")
    if tracked:
        git(root, "add", "a.sh", "secret.sh")
    (root / "secret.sh").chmod(0)
    (root / "closed").chmod(0)
    if os.geteuid() == 0:
        for path in (root, *root.rglob("*")):
            os.chown(path, 65534, 65534)
    code = [sys.executable, "-c", _AS_NOBODY, str(ROOT), str(root)]
    run = subprocess.run(code, capture_output=True, text=True, check=True)
    assert run.stdout == "['a.sh'] [('.', 'unreadable'), ('secret.sh', 'unreadable')]\n"
    (root / "closed").chmod(0o755)
