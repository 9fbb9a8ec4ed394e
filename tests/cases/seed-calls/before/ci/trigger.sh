#!/usr/bin/env bash
set -euo pipefail

curl -u ${CIRCLE_API_TOKEN}: \
     -d build_parameters[CIRCLE_JOB]=deploy_production \
     https://circleci.com/api/v1.1/project/github/acme/app/tree/master

curl -u ${CIRCLE_API_USER_TOKEN}: \
     -d 'build_parameters[CIRCLE_JOB]=deploy_docker' \
     https://circleci.com/api/v1.1/project/github/acme/app/tree/master

curl -u ${CIRCLE_API_USER_TOKEN}: \
     -d "build_parameters[CIRCLE_JOB]=deploy_docker" \
     https://circleci.com/api/v1.1/project/github/acme/app/tree/master

curl -u ${CIRCLE_API_USER_TOKEN}: \
     -d build_parameters\[CIRCLE_JOB\]=deploy_docker \
     https://circleci.com/api/v1.1/project/github/acme/app/tree/"$1"
