#!/bin/bash
set -e
sha=$(git rev-parse HEAD)
for job in package image; do
  curl -sS -u "$CIRCLE_TOKEN:" --data "build_parameters[CIRCLE_JOB]=$job" --data "revision=$sha" https://circleci.com/api/v1.1/project/github/acme/app/tree/main
done
