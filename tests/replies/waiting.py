"""Scripts that wait for the build that they start, in the shapes that public repositories have.

Each runs with $TOKEN in the environment. `{V1}` is the project's address at v1.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

V1 = "https://circleci.com/api/v1.1/project/github/acme/app"
JSON = '-H "Accept: application/json"'
LOGIN = '-u "$TOKEN:"'
CONFIG = """\
version: 2
jobs:
  build:
    machine: true
    steps: [run: 'true']
  deploy:
    machine: true
    steps: [run: 'echo "deployed ${VERSION-}" >> "$EFFECTS"']
  site:
    machine: true
    steps: [run: 'echo site >> "$EFFECTS"']
workflows:
  version: 2
  usual:
    jobs: [build]
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A script, the shell that runs it and its arguments, and the other files of its repository.

    `handed`: all of the reply goes to something that is not seen.
    """

    text: str
    shell: str = "bash"
    arguments: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    handed: bool = False


POLL = f"""
for try in 1 2 3 4 5 6; do
  build=$(curl -fsS {LOGIN} {JSON} "{V1}/$number")
  if [ "$(echo "$build" | jq -r .lifecycle)" = finished ]; then
    outcome=$(echo "$build" | jq -r .outcome)
    echo "build $number: $outcome"
    [ "$outcome" = success ] || exit 1
    exit 0
  fi
  sleep 10
done
echo "build $number takes too long" >&2
exit 2
"""

WAITING = {
    # A monorepo starts a job for each project that has changed, then waits for all of them.
    "monorepo": Waiting(
        f"""\
set -e
# The projects, and the numbers of their builds.
projects="$@"
builds=""
for project in $projects; do
  answer=$(curl -s {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=$project {V1}/tree/main)
  number=$(echo "$answer" | jq -r '.["build_num"]')
  if [[ -z "$number" || "$number" == null ]]; then
    echo "could not start $project" >&2
    exit 1
  fi
  echo "$project is build $number"
  builds="$builds $number"
done
tries=0
failed=0
for number in $builds; do
  while true; do
    outcome=$(curl -s {LOGIN} {JSON} {V1}/$number | jq -r '.["outcome"]')
    case $outcome in
      success) break ;;
      null) ;;
      *) echo "build $number: $outcome"; failed=1; break ;;
    esac
    tries=$((tries + 1))
    [ $tries -le 8 ] || {{ echo "too late"; exit 3; }}
    sleep 15
  done
done
exit $failed
""",
        arguments=("deploy", "site"),
    ),
    # A release script keeps the answer in a file, counts minutes, and cancels what takes too long.
    "release": Waiting(
        """\
#!/bin/bash
ORGANIZATION=acme
PROJECT=app
base="https://circleci.com/api/v1/project/$ORGANIZATION/$PROJECT"
curl -s -X POST -H 'Accept: application/json' -H 'Content-Type: application/json' \\
  -d '{"build_parameters": {"CIRCLE_JOB": "deploy", "VERSION": "'"$1"'"}}' \\
  "$base/tree/main?circle-token=$TOKEN" > started.json
number=$(jq -r .build_num started.json)
minutes=4
over=no
until [ $minutes -lt 0 ] || [ $over = yes ]; do
  curl -s -H 'Accept: application/json' "$base/$number?circle-token=$TOKEN" > state.json
  status=$(jq -r .status state.json)
  echo "status: $status"
  if [ "$status" != running ] && [ "$status" != queued ]; then
    over=yes
  else
    let minutes--
    sleep 60
  fi
done
page=$(jq -r .build_url state.json)
if [ $over = no ]; then
  curl -s -o /dev/null -X POST "$base/$number/cancel?circle-token=$TOKEN"
  echo "canceled $page"
  exit 1
elif [ "$status" != success ] && [ "$status" != fixed ]; then
  echo "failed, see $page"
  exit 1
fi
""",
        arguments=("1.2",),
    ),
    # One script starts, prints the number alone; the one that runs it gives it to another, which asks.
    "two-scripts": Waiting(
        'number=$(bash ci/start.sh) || exit 1\necho "started $number"\nbash ci/wait.sh $number\n',
        files={
            "ci/start.sh": (
                f"n=`curl -s -X POST {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main |"
                ' python3 -m json.tool | sed -n -e \'/"build_num":/ s/^.*"build_num": \\(.*\\),/\\1/p\'`\necho $n\n'
            ),
            "ci/wait.sh": f"number=$1\n{POLL}",
        },
    ),
    "grep": Waiting(
        f"number=$(curl -v -X POST {LOGIN} {JSON} -d job=deploy '{V1}' 2> /dev/null |"
        f""" grep -m 1 -Po '"build_num"\\s*:\\s*\\K[0-9]+' | tail -n 1)\n{POLL}"""
    ),
    # EDN, which v1.1 answers with unless JSON is asked for.
    "edn": Waiting(
        f"""\
number=$(curl -s {LOGIN} -d 'build_parameters[CIRCLE_JOB]=deploy' {V1}/tree/main |
  sed -n 's/.*:build_num \\([0-9]*\\).*/\\1/p')
tries=5
while [ "$tries" -gt 0 ]; do
  if curl -s {LOGIN} {V1}/$number | grep -q ':lifecycle "finished"'; then
    curl -s {LOGIN} {V1}/$number | grep -q ':outcome "success"'
    exit
  fi
  tries=$((tries - 1))
  sleep 5
done
echo "$number is still at it"
exit 4
""",
        shell="dash",
    ),
    "functions": Waiting(
        f"""\
#!/bin/sh
set -eu
api={V1}

start() {{
  answer=$(curl -fsS {LOGIN} {JSON} \\
    -d "build_parameters[CIRCLE_JOB]=$1" -d "build_parameters[VERSION]=$2" "$api/tree/main")
  echo "$answer" | jq -r .build_num
}}

state_of() {{
  curl -fsS {LOGIN} {JSON} "$api/$1" | jq -r '"\\(.lifecycle) \\(.outcome)"'
}}

number=$(start deploy "$1")
left=6
until [ "$(state_of "$number" | cut -d' ' -f1)" = finished ]; do
  left=$((left - 1))
  if [ "$left" = 0 ]; then echo "time is over for $number"; exit 9; fi
  sleep 3
done
state_of "$number"
case $(state_of "$number") in *success) ;; *) exit 1 ;; esac
""",
        shell="dash",
        arguments=("1.0",),
    ),
    "wget": Waiting(
        f"""\
number=$(wget -qO- --header="Circle-Token: $TOKEN" --header='Accept: application/json' \\
  --post-data='build_parameters[CIRCLE_JOB]=deploy' {V1}/tree/main | jq .build_num)
{POLL}""",
        shell="dash",
    ),
    # The address of the build's page, made into that of the API.
    "by-address": Waiting(
        f"""\
page=$(curl -s {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main | jq -r .build_url)
echo "see $page"
address="${{page/circleci.com\\/gh/circleci.com/api/v1.1/project/github}}"
for i in $(seq 1 6); do
  life=$(curl --user ${{TOKEN}}: -s {JSON} $address | jq --raw-output --exit-status '.lifecycle')
  if [ $life == 'finished' ]; then break; fi
  sleep 15
done
curl -s {LOGIN} {JSON} $address | jq -e '.outcome == "success"'
"""
    ),
    "artifacts": Waiting(
        f"""\
set -eo pipefail
readonly NUMBER="$(curl -sS {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1} | jq -r '.build_num')"
tries=0
while [ "$(curl -sS {LOGIN} {JSON} {V1}/$NUMBER | jq -r .outcome)" == null ]; do
  ((tries+=1))
  if ((tries > 5)); then echo 'No end.'; exit 1; fi
  sleep 20
done
curl -sS {LOGIN} {JSON} {V1}/$NUMBER/artifacts | jq -r '.[].url'
curl -sS {LOGIN} {JSON} {V1}/$NUMBER | jq -r '"\\(.branch) \\(.outcome) \\(.build_num)"'
"""
    ),
    "python-reads": Waiting(
        f"""\
number=$(curl -s {LOGIN} {JSON} -d 'build_parameters[CIRCLE_JOB]=deploy' {V1}/tree/main |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["build_num"])')
{POLL}""",
    ),
    # What the server answered is looked at in a text of its own: which branch, which commit.
    "which-commit": Waiting(
        f"""\
if answer=$(curl -fsS {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main); then
  jq -r '"\\(.username)/\\(.reponame) \\(.branch) \\(.vcs_url)"' <<< "$answer"
  [ "$(jq -r .vcs_revision <<< "$answer")" = "$(git rev-parse HEAD)" ] && echo 'our commit'
else
  echo 'not started' >&2
  exit 1
fi
"""
    ),
    # The number goes into a file, from which another step reads it.
    "number-in-a-file": Waiting(
        f"""\
mkdir -p out
curl -s {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main | jq -r .build_num > out/number
bash ci/ask.sh
""",
        files={"ci/ask.sh": f"number=$(cat out/number)\n{POLL}"},
    ),
    "number-exported": Waiting(
        f"""\
export BUILD=$(curl -s {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main | jq .build_num)
echo "BUILD=$BUILD" > build.env
sh ci/later.sh
""",
        files={"ci/later.sh": f". ./build.env\nnumber=$BUILD\n{POLL}"},
    ),
    # Both at once, then one after the other.
    "two-calls": Waiting(
        f"""\
first=$(curl -s {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main | jq .build_num)
second=$(curl -s {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=site {V1}/tree/main | jq .build_num)
for number in $first $second; do
  for i in 1 2 3 4 5; do
    outcome=$(curl -s {LOGIN} {JSON} {V1}/$number | jq -r .outcome)
    [ "$outcome" = null ] || break
    sleep 1
  done
  echo "$number: $outcome"
  [ "$outcome" = success ] || exit 1
done
"""
    ),
    # The body comes from a here-document, and the answer goes through a pipe that may fail.
    "here-document": Waiting(
        f"""\
set -euo pipefail
number=$(curl -sS {LOGIN} {JSON} --json @- {V1}/tree/main << END | jq -re .build_num
{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "$1"}}}}
END
)
{POLL}""",
        arguments=("7",),
    ),
    "output-of-curl": Waiting(
        f"""\
set -e
curl -so reply.json {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main
echo "$(jq .build_num reply.json) of $(jq -r .username reply.json)"
number=$(jq -r .build_num reply.json)
{POLL}"""
    ),
    "output-of-wget": Waiting(
        f"""\
wget -q -O started.json --header="Circle-Token: $TOKEN" --header='Accept: application/json' \\
  --post-data='build_parameters[CIRCLE_JOB]=site' {V1}/tree/main
number=$(jq .build_num < started.json)
{POLL}""",
    ),
    # A plug-in of a monorepo: it starts, asks and cancels through functions, and another script runs it.
    "plugin": Waiting(
        """\
number=$(bash ci/plugin.sh build "$1")
echo "waiting for $number"
left=5
until [ "$(bash ci/plugin.sh status $number)" != null ]; do
  left=$((left - 1))
  if [ $left = 0 ]; then
    bash ci/plugin.sh kill $number
    echo 'killed'
    exit 1
  fi
  sleep 5
done
bash ci/plugin.sh status $number
test "$(bash ci/plugin.sh status $number)" = success
""",
        arguments=("site",),
        files={
            "ci/plugin.sh": """\
#!/bin/bash
# Usage: plugin.sh build PROJECT | status NUMBER | kill NUMBER
set -e
API="https://circleci.com/api/v1.1/project/github/acme/app"

##
# Sends data.
##
function post {
    local path=$1
    local data=$2
    curl -XPOST -s -u ${TOKEN}: -H 'Accept: application/json' -d "$data" ${API}/${path}
}

function get {
    curl -s -u ${TOKEN}: -H 'Accept: application/json' ${API}/$1
}

function trigger_build {
    local project=$1
    answer=$(post "tree/main" "build_parameters[CIRCLE_JOB]=${project}")
    echo "$answer" | jq -r '.["build_num"]'
}

case $1 in
    build) trigger_build $2 ;;
    status) get $2 | jq -r '.["outcome"]' ;;
    kill) curl -s -o /dev/null -X POST -u ${TOKEN}: ${API}/$2/cancel ;;
    *) echo "unknown: $1" >&2; exit 1 ;;
esac
"""
        },
    ),
    # A bridge from another service: the body in a variable, the token in the address, the page shown.
    "bridge": Waiting(
        """\
set -e
CIRCLE_JOB=$1
BODY="{\\"revision\\": \\"$(git rev-parse HEAD)\\", \\"build_parameters\\": { \\"CIRCLE_JOB\\": \\"${CIRCLE_JOB}\\" } }"
RESPONSE=$(curl -sX POST -H "Accept: application/json" -H "Content-Type: application/json" -d "$BODY" \\
\t"https://circleci.com/api/v1.1/project/github/acme/app/tree/main?circle-token=${TOKEN}")
build_num=$(echo $RESPONSE | jq '.build_num')

echo CircleCI build number: $build_num
echo CircleCI build page: https://circleci.com/gh/acme/app/$build_num

outcome="null"
for round in {1..5}; do
    sleep 30s
    ANSWER=$(curl -s -H "Accept: application/json" \\
\t    "https://circleci.com/api/v1.1/project/github/acme/app/${build_num}?circle-token=${TOKEN}")
    if [ $? -eq 0 ]; then
        outcome=$(echo $ANSWER | jq -r '.outcome')
    fi
    [ "$outcome" == null ] || break
done
case $outcome in
    success) echo "It passed." ;;
    null) echo "No end." && exit 5 ;;
    *) echo "It ended: $outcome" && exit 1 ;;
esac
""",
        arguments=("site",),
    ),
    # The file with the answer is an argument of the script that waits.
    "file-as-argument": Waiting(
        f"""\
curl -s {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main > started.json
bash ci/smoke.sh $TOKEN started.json acme/app
""",
        files={
            "ci/smoke.sh": """\
number=$(jq '.build_num' < $2)
url="https://circleci.com/api/v1.1/project/github/$3/${number}"
echo "Waiting for ${url}."
running=true
rounds=0
while [ $running == true ]; do
  sleep 10
  status=$(curl --silent --header "Accept: application/json" "${url}?circle-token=$1" | tee state.json | jq -r .status)
  echo 'running queued scheduled not_running' | grep --silent "$status" || running=false
  rounds=$((rounds + 1))
  [ $rounds -lt 6 ] || { echo 'gave up'; exit 1; }
done
jq -r '.outcome' state.json
[ "$(jq -r '.outcome' state.json)" = success ]
"""
        },
        handed=True,
    ),
    # The token and the job are arguments of the script.
    "token-as-argument": Waiting(
        f"""\
#!/bin/sh -l
set -u
echo "starting $2"
number=$(curl -s -u $1: {JSON} -d build_parameters[CIRCLE_JOB]=$2 {V1}/tree/main | jq .build_num)
{POLL}""",
        shell="dash",
        arguments=("personal-token", "deploy"),
    ),
    # A tab in front of each line, and a function that returns through a variable.
    "tabs": Waiting(
        f"""\
trigger() {{
\tlocal reply
\treply=$(curl -s {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main)
\tNUMBER=$(jq -r .build_num <<< "$reply")
}}
trigger
number=$NUMBER
{POLL}"""
    ),
}
