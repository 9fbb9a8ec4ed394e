"""The function that a script gets which reads the reply of a call: it waits for the build, and answers as v1.1 did.

It runs the call of v2, follows the pipeline to its workflows and their jobs, and prints what v1.1 says of the build as
soon as the job has its number, which is that of v1.1 (CircleCI API v2 reference, "Trigger a new pipeline", "Get a
pipeline's workflows", "Get a workflow's jobs"; API v1.1 reference, "Get a single job", which stays).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

NAME = "started_build"
"""What the function is called."""

_NAMES = "job project tries page list reply code id errors workflows workflow state number"
VARIABLES = frozenset(_NAMES.split())
"""The variables of the function, which runs in a shell of its own."""

_TEXT = """\
# started_build JOB PROJECT COMMAND: starts a pipeline by the command, waits until its job has a number, and prints
# that build as v1.1 shows it. An answer without a pipeline is printed as it is.
started_build() (
  set +e
  job=$1 project=$2 tries=0
  shift 2
  ask() { ASK "$@"; }
  items() { # of a list that comes in pages
    page=
    while list=$(ask "HOST/api/v2/$1$page"); do
      printf '%s\\n' "$list" | jq -c '.items[]'
      page=$(printf '%s\\n' "$list" | jq -r '.next_page_token // empty | "?page-token=" + @uri')
      [ -n "$page" ] || break
    done
  }
  reply=$("$@")
  code=$?
  id=$(printf '%s\\n' "$reply" | jq -r '.id? // empty' 2>/dev/null)
  if [ -z "$id" ]; then
    printf '%s\\n' "$reply"
    exit "$code"
  fi
  while [ "$tries" -lt 120 ]; do # ten minutes
    errors=$(ask "HOST/api/v2/pipeline/$id" |
      jq -r 'select(.state == "errored") | .state, .errors[].message')
    workflows=$(items "pipeline/$id/workflow")
    number=$(printf '%s\\n' "$workflows" | jq -r .id | while IFS= read -r workflow; do
      items "workflow/$workflow/job"
    done | jq -rs --arg job "$job" 'map(select(.name == $job).job_number) | max // empty')
    if [ -n "$number" ]; then
      ask ACCEPT"HOST/api/v1.1/project/$project/$number"
      exit
    fi
    state=$(printf '%s\\n' "$workflows" |
      jq -rs 'map(.status) | select(. - ["running", "failing", "success"] == .) | first // empty')
    if [ -n "$errors$state" ]; then
      echo "$job did not start: ${errors:-its workflow is $state}" >&2
      exit 1
    fi
    tries=$((tries + 1))
    sleep 5
  done
  echo "$job did not start within ten minutes." >&2
  exit 1
)
"""
_ACCEPT = {True: "--header='Accept: application/json' ", False: "-H 'Accept: application/json' "}
_STEP = "  "


@dataclass(frozen=True, slots=True)
class Helper:
    """What the function depends on: the command that gets an address, the API's host, and whether JSON is asked for.

    `step` is what one level is indented by.
    """

    ask: str
    host: str
    json: bool
    step: str = _STEP

    def text(self) -> str:
        """The function with the comment in front of it."""
        accept = _ACCEPT[self.ask.startswith("wget")] if self.json else ""
        made = _TEXT.replace("ASK", self.ask, 1).replace("HOST", self.host).replace("ACCEPT", accept)
        return made if self.step == _STEP else "".join(map(self._indented, made.splitlines(keepends=True)))

    def _indented(self, line: str) -> str:
        rest = line.lstrip(" ")
        return self.step * ((len(line) - len(rest)) // len(_STEP)) + rest


def is_helper(function: str) -> bool:
    """Whether the text of a function is that of the helper, as it was written and not changed since."""
    lines = function.replace("\r\n", "\n").splitlines()
    asking = next((line for line in lines if line.lstrip().startswith("ask() { ")), "")
    host = next((line for line in lines if "/api/v2/pipeline/$id" in line), "")
    step = asking[: len(asking) - len(asking.lstrip())]
    found = Helper(
        asking.strip().removeprefix("ask() { ").removesuffix(' "$@"; }'),
        host.partition('"')[2].partition("/api/")[0],
        "Accept: application/json" in function,
        step,
    )
    own = found.text() if step else replace(found, step=_STEP).text()
    return own.partition("\n# that")[2].partition("\n")[2].rstrip("\n") == "\n".join(lines)
