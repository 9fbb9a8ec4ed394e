#!/bin/bash
curl -u "$T:" https://circleci.com/api/v1.1/project/github/acme/app/tree/main
curl -u "$T:" -X POST https://circleci.com/api/v1.1/project/github/acme/app/12/cancel
curl -u "$T:" -X POST https://circleci.com/api/v1.1/project/github/acme/app/follow
curl -u "$T:" -X POST -d '{"name":"A","value":"b"}' https://circleci.com/api/v1.1/project/github/acme/app/envvar
# curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy https://circleci.com/api/v1.1/project/github/acme/app/tree/main
curl -d xcodebuild_parameters[CIRCLE_JOB]=deploy https://ci.example.com/api/v1.1/jobs
echo "curl -d build_parameters[CIRCLE_JOB]=deploy https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
