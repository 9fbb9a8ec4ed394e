"""Addresses that begin with what a function of another file makes."""

from __future__ import annotations

import pytest

from tests.python.support import find

LIB = """\
export const API_BASE = "https://circleci.com/api/v1.1";
export const API_PROJECT = "/project";
export function projectUrl({ type, owner, repo }) {
  return `${API_PROJECT}/${type}/${owner}/${repo}`;
}
"""
HEAD = 'import { projectUrl } from "./lib";\nimport { client } from "./client";\n'
TRIGGER = """\
export function start(token, vcs, branch, options) {
  const url = `${projectUrl(vcs)}${branch ? `/tree/${branch}` : ""}`;
  return client(token).post(url, options);
}
"""
RETRY = """\
// Actions: retry, cancel
export function act(token, vcs, number, action) {
  return client(token).post(`${projectUrl(vcs)}/${number}/${action}`);
}
"""
FOUND = {
    "start": (TRIGGER, "job", "branch"),
    "retry": (RETRY, "retry", None),
    "root": (TRIGGER.replace('${branch ? `/tree/${branch}` : ""}', ""), "job", None),
    "arrow": (TRIGGER, "job", "branch"),
}
SILENT = {
    "get": (TRIGGER.replace(".post(", ".get("), LIB),
    "cancel": (RETRY.replace("retry, cancel", "cancel").replace("${action}", "cancel"), LIB),
    "follow": (TRIGGER.replace('${branch ? `/tree/${branch}` : ""}', "/follow"), LIB),
    "another service": (TRIGGER, LIB.replace("https://circleci.com/api/v1.1", "https://api.example.com/v1")),
    "version 2": (TRIGGER, LIB.replace("v1.1", "v2")),
    "another path": (TRIGGER, LIB.replace('"/project"', '"/user"')),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_call_is_found(name: str) -> None:
    code, endpoint, branch = FOUND[name]
    lib = LIB.replace("function projectUrl({", "const projectUrl = ({").replace("}) {", "}) => {")
    files = {"src/lib.ts": lib if name == "arrow" else LIB}
    (found,) = find(HEAD + code, "src/actions.ts", files)
    trigger = found.call.trigger
    assert (trigger.endpoint, str(trigger.slug)) == (endpoint, "${type}/${owner}/${repo}")
    assert (trigger.branch is not None) == (branch is not None)


@pytest.mark.parametrize("name", SILENT)
def test_what_is_no_call_is_not(name: str) -> None:
    code, lib = SILENT[name]
    assert find(HEAD + code, "src/actions.ts", {"src/lib.ts": lib}) == ()
