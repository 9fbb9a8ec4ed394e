#!/bin/sh
# Run the smoke tests against a host: ci/smoke.sh staging.example.com
curl -u "$CIRCLE_API_TOKEN:" \
     -d 'build_parameters[CIRCLE_JOB]=smoke-test' \
     --data-urlencode "build_parameters[TARGET_HOST]=$1" \
     "https://circleci.com/api/v1.1/project/github/$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME"
