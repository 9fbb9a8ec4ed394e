#!/bin/bash
eval "curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
bash -c 'curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy https://circleci.com/api/v1.1/project/github/acme/app/tree/main'
curl -u "$T:" -F config=@.circleci/config.yml https://circleci.com/api/v1.1/project/github/acme/app/tree/main
curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deplyo https://circleci.com/api/v1.1/project/github/acme/app/tree/main
curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy https://circleci.com/api/v1.1/project/github/acme/app/tree/main https://circleci.com/api/v1.1/project/github/acme/app/tree/next
curl -u "$T:" -H 'Content-Type: application/json' -d '{"build_parameters": {CIRCLE_JOB: deploy}}' https://circleci.com/api/v1.1/project/github/acme/app/tree/main
curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy https://circleci.com/api/v1.1/project/github/acme/other/tree/main
curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy -d build_parameters[API_TOKEN]=$T https://circleci.com/api/v1.1/project/github/acme/app/tree/main
