"""Calls in other files than scripts: rewritten as the file wants it, and run before and after."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from migrator.syntax.yaml import load
from tests.conftest import needs
from tests.reruns.forms import API
from tests.reruns.support import CONFIG, REMOTE, number, program_ran
from tests.test_cases import look, write
from tests.world import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import MakeRepository
    from tests.world import World

CALL = f'curl -sS -u "$TOKEN:" -X POST {API}/$N/retry'
PLAIN = f"curl -sS -u $TOKEN: -X POST {API}/$N/ssh"
MADE = CALL.replace("$", "$$")
Commands = list[list[str]]


def sh(text: str) -> list[str]:
    return ["sh", "-c", text]


def steps(text: str) -> Commands:
    found = load(text)["jobs"]["again"]["steps"]  # type: ignore[index, call-overload]
    runs = [step["run"] for step in found]
    return [["bash", "-eo", "pipefail", "-c", run if isinstance(run, str) else run["command"]] for run in runs]


def python(text: str) -> Commands:
    return [["python3", "-c", text]]


HOSTS: dict[str, tuple[str, str, Callable[[str], Commands]]] = {
    "config": (
        ".circleci/config.yml",
        f"{CONFIG}  again:\n    jobs: []\n".replace(
            "workflows:",
            f"  again:\n    machine: true\n    steps:\n      - run: {CALL}\n"
            f"      - run:\n          command: |\n            if true; then\n              {CALL}\n"
            f"            fi\n      - run: '{PLAIN}'\n      - run: >\n          {CALL}\n"
            f'      - run: "{PLAIN}"\n'
            "workflows:",
        ).replace("  again:\n    jobs: []\n", ""),
        steps,
    ),
    "make": (
        "Makefile",
        (
            f"again:\n\t@{MADE}\n\t-if true; then \\\n\t  {MADE}; \\\n\tfi\n"
            f"\t{MADE.replace('$$N', '$(M)')} \\\n\t  > /dev/null\n"
        ),
        lambda text: [["sh", "-c", f'cat > again.mk <<"E"\n{text}\nE\nexec make -f again.mk M="$N"']],
    ),
    "package": (
        "package.json",
        json.dumps({"scripts": {"again": CALL, "ssh": f"true && {PLAIN}"}}, indent=2) + "\n",
        lambda text: [sh(script) for script in json.loads(text)["scripts"].values()],
    ),
    "docker": (
        "Dockerfile",
        f"FROM a\nRUN true && {PLAIN}\nRUN true && \\\n    {CALL} && \\\n    true\n",
        lambda text: [sh(run) for run in re.findall(r"^RUN (.*)$", text.replace("\\\n", ""), re.MULTILINE)],
    ),
    "cron": ("crontab", f"0 1 * * * {PLAIN}\n", lambda text: [sh(text.split(" ", 5)[5].replace("\\%", "%"))]),
    "document": (
        "README.md",
        f"Again:\n\n```sh\n{CALL}\n```\n",
        lambda text: [sh(text.split("```sh\n")[1].split("```")[0])],
    ),
    "python": ("again.py", f"import os\nos.system('{CALL}')\nos.system(f'''\n{PLAIN}\n''')\n", python),
}


@needs("bash", "curl", "jq", "make")
@pytest.mark.parametrize("name", HOSTS)
def test_a_call_reruns_the_same_job(name: str, world: World, make_repository: MakeRepository) -> None:
    path, text, commands = HOSTS[name]
    root = make_repository({".circleci/config.yml": CONFIG, path: text}, remote=REMOTE)
    write(look(root, unsafe=True), root)
    again = look(root, unsafe=True)
    assert not again.outcomes
    assert not again.changes
    before = [program_ran(world, command)[1] for command in commands(text)]
    world.service.switches = Switches(page_size=2, removed=True)
    after = [program_ran(world, command) for command in commands((root / path).read_text())]
    assert [done.stderr for done, _ in after if done.status] == []
    assert [started for _, started in after] == before
    assert all(before)
    assert all(retried == int(number(world)) for started in before for _, retried, *_ in started)
