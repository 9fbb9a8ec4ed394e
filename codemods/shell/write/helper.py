"""The function that a script gets which reads the reply of a call: it waits for the build, and answers as v1.1 did.

It runs the call of v2, follows the pipeline to its workflows and their jobs, and prints what v1.1 says of the build as
soon as the job has its number, which is that of v1.1 (CircleCI API v2 reference, "Trigger a new pipeline", "Get a
pipeline's workflows", "Get a workflow's jobs"; API v1.1 reference, "Get a single job", which stays).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

NAME = "started_build"
"""What the function is called."""

_NAMES = """
    wanted_job job_project looks next_page one_page answer exit_status pipeline_id pipeline_errors workflow_list
    workflow_id job_number ended_as
"""
VARIABLES = frozenset(_NAMES.split())
"""The variables of the function, which runs in a shell of its own."""

_TEXT = """\
# started_build JOB PROJECT COMMAND: starts a pipeline by the command, waits until its job has a number, and prints
# that build as v1.1 shows it. An answer without a pipeline is printed as it is.
started_build() (
  set +e
  wanted_job=$1 job_project=$2 looks=0
  shift 2
  ask() { ASK "$@"; }
  items() { # of a list that comes in pages
    next_page=
    while one_page=$(ask "HOST/api/v2/$1$next_page"); do
      printf '%s\\n' "$one_page" | jq -c '.items[]'
      next_page=$(printf '%s\\n' "$one_page" | jq -r '.next_page_token // empty | "?page-token=" + @uri')
      [ -n "$next_page" ] || break
    done
  }
  answer=$("$@")
  exit_status=$?
  pipeline_id=$(printf '%s\\n' "$answer" | jq -r '.id? // empty' 2>/dev/null)
  if [ -z "$pipeline_id" ]; then
    printf '%s\\n' "$answer"
    exit "$exit_status"
  fi
  while [ "$looks" -lt 120 ]; do # ten minutes
    pipeline_errors=$(ask "HOST/api/v2/pipeline/$pipeline_id" |
      jq -r 'select(.state == "errored") | .state, .errors[].message')
    workflow_list=$(items "pipeline/$pipeline_id/workflow")
    job_number=$(printf '%s\\n' "$workflow_list" | jq -r .id | while IFS= read -r workflow_id; do
      items "workflow/$workflow_id/job"
    done | jq -rs --arg job "$wanted_job" 'map(select(.name == $job).job_number) | max // empty')
    if [ -n "$job_number" ]; then
      ask ACCEPT"HOST/api/v1.1/project/$job_project/$job_number"
      exit
    fi
    ended_as=$(printf '%s\\n' "$workflow_list" |
      jq -rs 'map(.status) | select(. - ["running", "failing", "success"] == .) | first // empty')
    if [ -n "$pipeline_errors$ended_as" ]; then
      echo "$wanted_job did not start: ${pipeline_errors:-its workflow is $ended_as}" >&2
      exit 1
    fi
    looks=$((looks + 1))
    sleep 5
  done
  echo "$wanted_job did not start within ten minutes." >&2
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
        program = self.ask.partition(" ")[0].rpartition("/")[2]
        accept = _ACCEPT[program == "wget"] if self.json else ""
        made = _TEXT.replace("ASK", self.ask, 1).replace("HOST", self.host).replace("ACCEPT", accept)
        return made if self.step == _STEP else "".join(map(self._indented, made.splitlines(keepends=True)))

    def _indented(self, line: str) -> str:
        rest = line.lstrip(" ")
        return self.step * ((len(line) - len(rest)) // len(_STEP)) + rest


def is_helper(function: str) -> bool:
    """Whether the text of a function is that of the helper, as it was written and not changed since."""
    lines = function.replace("\r\n", "\n").splitlines()
    asking = next((line for line in lines if line.lstrip().startswith("ask() { ")), "")
    host = next((line for line in lines if "/api/v2/pipeline/$pipeline_id" in line), "")
    step = asking[: len(asking) - len(asking.lstrip())]
    found = Helper(
        asking.strip().removeprefix("ask() { ").removesuffix(' "$@"; }'),
        host.partition('"')[2].partition("/api/")[0],
        "Accept: application/json" in function,
        step,
    )
    own = found.text() if step else replace(found, step=_STEP).text()
    return own.partition("\n# that")[2].partition("\n")[2].rstrip("\n") == "\n".join(lines)
