#!/usr/bin/env bash
# tree-sitter-bash: of `cat <<EOF | tr a b` the pipeline node stands inside the redirect of `cat` and holds `tr` alone,
# though a shell runs `cat` as the first part of that pipe; of `cat <<<a | tr a b` one pipeline node holds both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check tree-sitter==0.26.1 tree-sitter-bash==0.25.1
cat > "$folder/show.py" <<'END'
import subprocess
from importlib.metadata import version

import tree_sitter_bash
from tree_sitter import Language, Parser

parser = Parser(Language(tree_sitter_bash.language()))
LINES = {"here-document": "cat <<EOF | tr a b\na\nEOF\n", "here-string": "cat <<<a | tr a b\n"}
print("tree-sitter", version("tree-sitter"), "tree-sitter-bash", version("tree-sitter-bash"))


def around(node, name):
    """The kinds of the nodes around the command of that name, from the inside out."""
    stack = [(node, ())]
    while stack:
        each, above = stack.pop()
        if each.type == "command" and each.child_by_field_name("name").text == name.encode():
            return above
        stack += [(child, (each.type, *above)) for child in each.children]


seen = {}
for kind, text in LINES.items():
    tree = parser.parse(text.encode()).root_node
    printed = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=True).stdout
    seen[kind] = ("pipeline" in around(tree, "cat"), "heredoc_redirect" in around(tree, "tr"))
    print(f"{kind}: errors {tree.has_error}, bash prints {printed!r}; cat is in {around(tree, 'cat')}, tr in {around(tree, 'tr')}")
    assert printed == "b\n" and not tree.has_error
assert seen == {"here-document": (False, True), "here-string": (True, False)}, seen
END
"$folder/venv/bin/python" "$folder/show.py"
