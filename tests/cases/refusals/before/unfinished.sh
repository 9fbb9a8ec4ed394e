#!/bin/bash
if true; then
curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy https://circleci.com/api/v1.1/project/github/acme/app/tree/main
