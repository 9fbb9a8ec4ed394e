#!/usr/bin/env bash
# tree-sitter-bash: an escaped blank behind an expansion (`echo $1\ y`) splits one argument into two, and no node is an error.
# bash passes one argument; behind plain text (`echo a\ y`) the grammar has one word as well, so only expansions are concerned.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tree-sitter==0.26.1 tree-sitter-bash==0.25.1
seen=$("$folder/venv/bin/python" - <<'PY'
import subprocess
from importlib.metadata import version

import tree_sitter_bash
from tree_sitter import Language, Parser

parser = Parser(Language(tree_sitter_bash.language()))
print("tree-sitter-bash", version("tree-sitter-bash"))
for line in (r"count $1\ y", r"count a\ y", r'count "$1"\ y'):
    root = parser.parse(line.encode()).root_node
    arguments = len(root.children[0].children) - 1
    script = f'set -- x; count() {{ echo "$#"; }}; {line}'
    real = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    print(f"{line}: {arguments} in the tree, {real} in bash, error: {root.has_error}")
PY
)
echo "$seen"
expected='tree-sitter-bash 0.25.1
count $1\ y: 2 in the tree, 1 in bash, error: False
count a\ y: 1 in the tree, 1 in bash, error: False
count "$1"\ y: 2 in the tree, 1 in bash, error: False'
[[ "$seen" == "$expected" ]]
