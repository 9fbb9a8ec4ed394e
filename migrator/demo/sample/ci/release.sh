#!/usr/bin/env bash
# Release one service: ci/release.sh api|web
set -euo pipefail

service=$1

curl --fail --silent --show-error \
  --user "$CIRCLE_API_TOKEN:" \
  --data "build_parameters[CIRCLE_JOB]=release_$service" \
  --data "revision=$CIRCLE_SHA1" \
  "https://circleci.com/api/v1.1/project/github/$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME/tree/$CIRCLE_BRANCH"
