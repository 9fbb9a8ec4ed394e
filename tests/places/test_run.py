"""The commands that hosts hold, run for real before and after the rewrite: they must ask for the same."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from migrator.syntax.yaml import load
from tests.conftest import needs
from tests.places.support import ENVIRONMENT, requests
from tests.rewritten import name_project
from tests.test_cases import look, write

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent

Commands = list[list[str]]


def shell(text: str, program: str = "sh") -> list[str]:
    return [program, "-c", text]


def make(*targets: str) -> Callable[[str], Commands]:
    """Run targets of the makefile itself: it lies in the folder that the commands run in."""
    return lambda text: [["make", "-f", "file", f"KEY={ENVIRONMENT['KEY']}", *targets]]


def docker(text: str) -> Commands:
    """What Docker hands to a shell: comment lines dropped, lines joined; the exec form as its words."""
    without = "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("#"))
    joined = without.replace("\\\n", "")
    found = re.findall(r"^(?:RUN|CMD) (?!--)(.*)$", joined, re.MULTILINE)
    return [json.loads(line) if line.startswith("[") else shell(line) for line in found]


def document(text: str) -> Commands:
    """The document's here-document."""
    return [shell(text.split("<<EOF\n", 1)[1].split("EOF\n", 1)[0])]


def compose(text: str) -> Commands:
    words = load(text)["services"]["a"]["command"]  # type: ignore[index, call-overload]
    return [[word.replace("${V}", ENVIRONMENT["V"]).replace("$$", "$") for word in words]]


def workflow(text: str) -> Commands:
    steps = load(text)["jobs"]["a"]["steps"]  # type: ignore[index, call-overload]
    runs = [step["run"] for step in steps if "shell" not in step]
    return [shell(re.sub(r"\$\{\{.*?\}\}", "expanded", run), "bash") for run in runs]


def ansible(text: str) -> Commands:
    tasks = load(text)
    runs = [task["shell"] if isinstance(task["shell"], str) else task["shell"]["cmd"] for task in tasks]  # type: ignore
    return [
        shell(re.sub(r"\{\{ j \}\}", "deploy", run).replace("{{ branch }}", "b").replace("{{ token }}", "t"))
        for run in runs
    ]


def cron(text: str) -> Commands:
    return [shell(text.splitlines()[2].split(" ", 5)[5].replace("\\%", "%").replace("> /dev/null", ""))]


def bitbucket(text: str) -> Commands:
    step = load(text)["pipelines"]["default"][0]["step"]  # type: ignore[index, call-overload]
    return [shell(each) for each in (*step["script"][1:], *step["after-script"])]


def buildkite(text: str) -> Commands:
    """The agent's upload replaces `$X` and halves `$$` before any shell sees the command."""
    steps = load(text)["steps"]  # type: ignore[index, call-overload]
    commands = [steps[0]["command"], "\n".join(steps[1]["commands"]).replace("git x", "echo x")]
    return [shell(each.replace("$BUILDKITE_BRANCH", "b").replace("$$", "$"), "bash") for each in commands]


def azure(text: str) -> Commands:
    script = load(text)["steps"][0]["script"]  # type: ignore[index, call-overload]
    return [shell(script.replace("$(Build.SourceBranchName)", "b").replace("$(T)", "t"), "bash")]


def container(text: str) -> Commands:
    """A reference that names no variable stays as it is."""
    (script,) = re.findall(r"    - -c\n(    - (?:.|\n)*)", text)
    return [shell(load(script)[0].replace("$(T)", "t"))]  # type: ignore[index, call-overload]


def terraform(text: str) -> Commands:
    """Strings in quotes, then here-documents: escapes of the first, `$${` for `${` in both."""
    quoted = re.findall(r'local-exec" \{\n    command = "((?:[^"\\]|\\.)*)"', text)
    document = re.findall(r"<<-EOT\n((?:.|\n)*?)\n    EOT", text)
    plain = [json.loads(f'"{each}"') for each in quoted]
    return [shell(re.sub(r"(?<!\$)\$\{var\.v\}", "1", each).replace("$${", "${")) for each in (*plain, *document)]


def groovy(text: str) -> Commands:
    """The strings behind `sh`: what a backslash means in all four kinds, and templates in double quotes."""
    strings = re.findall(
        r"""^    sh[ (](?:script: )?(?:(''')((?:.|\n)*?)'''|("""
        '"""'
        r""")(.*?)"""
        '"""'
        r"""|(')((?:[^'\\]|\\.)*)'(?! \+)|(")((?:[^"\\]|\\.)*)")""",
        text,
        re.MULTILINE,
    )
    commands = []
    for found in strings:
        quote, body = next((found[at], found[at + 1]) for at in range(0, 8, 2) if found[at])
        if '"' in quote:
            names = {
                "${api}": _API,
                "$api": _API,
                "${env.V}": "1.0",
                "${env.BRANCH_NAME}": "b",
                "${params.JOB}": "deploy",
            }
            body = re.sub(r"(?<!\\)\$(?:\{[^}]*\}|api)", lambda hole, names=names: names[hole[0]], body)
        commands.append(shell(re.sub(r"\\(.)", lambda escape: escape[1], body).replace("> out", "> /dev/null")))
    return commands


_API = "https://circleci.com/api/v1.1/project/github/acme/app"
HOSTS: dict[str, tuple[str, Callable[[str], Commands], int]] = {
    "make": ("Makefile", make("inline", "quiet", "token"), 3),
    "make-loop": ("Makefile", make("loop"), 2),
    "make-one-shell": ("one-shell.mk", make("go"), 1),
    "dockerfile": ("Dockerfile", docker, 4),
    "dockerfile-document": ("Dockerfile", document, 1),
    "npm": ("package.json", lambda text: [shell(each) for each in json.loads(text)["scripts"].values()], 2),
    "procfile": ("Procfile", lambda text: [shell(text.splitlines()[1].partition(": ")[2])], 1),
    "cron": ("crontab.txt", cron, 1),
    "travis": (".travis.yml", lambda text: [shell(load(text)["after_success"][1], "bash")], 1),  # type: ignore
    "gitlab": (".gitlab-ci.yml", lambda text: [shell("\n".join(load(text)["a"]["script"]))], 1),  # type: ignore
    "compose": ("docker-compose.yml", compose, 1),
    "github": (".github/workflows/go.yml", workflow, 2),
    "bitbucket": ("bitbucket-pipelines.yml", bitbucket, 2),
    "buildkite": (".buildkite/pipeline.yml", buildkite, 2),
    "azure": ("azure-pipelines.yml", azure, 1),
    "kubernetes": ("cronjob.yaml", container, 1),
    "terraform": ("main.tf", terraform, 2),
    "jenkins": ("Jenkinsfile", groovy, 4),
    "ansible": ("tasks/main.yml", ansible, 2),
}


@needs("make", "bash", "jq")
@pytest.mark.parametrize("name", HOSTS)
def test_a_command_asks_for_the_same_as_before(name: str, tmp_path: Path) -> None:
    path, commands, count = HOSTS[name]
    root = tmp_path / "repository"
    (root / path).parent.mkdir(parents=True)
    (root / ".circleci").mkdir()
    shutil.copy(HERE / "before" / path, root / path)
    shutil.copy(HERE / "config.yml", root / ".circleci" / "config.yml")
    name_project(root)
    before = run(commands, (root / path).read_text(), tmp_path)
    write(look(root, unsafe=True), root)
    after = run(commands, (root / path).read_text(), tmp_path)
    assert len(before) == count
    assert before == after


def run(commands: Callable[[str], Commands], text: str, folder: Path) -> list[dict[str, object]]:
    (folder / "file").write_text(text)
    return [request for command in commands(text) for request in requests(command, folder)]
