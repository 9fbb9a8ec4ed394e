#!/bin/sh
# Usage: again.sh BUILD
set -eu
api=https://circleci.com/api/v1.1/project/github/acme/app

curl --silent --show-error --fail \
  --user "$TOKEN:" \
  --request POST \
  "$api/$1/retry" > /dev/null

if [ -n "${1:-}" ]; then
    curl -sS -u "$TOKEN:" -X POST $api/$1/ssh || exit 1   # and look into it
fi
curl -sS -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=test $api/tree/main
