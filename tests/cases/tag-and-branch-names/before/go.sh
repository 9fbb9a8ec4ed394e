#!/bin/bash
curl -u "$TOKEN": -X POST -d "tag=$1" -d 'build_parameters[CIRCLE_JOB]=Build Docs' https://circleci.com/api/v1.1/project/github/acme/app
curl -u "$TOKEN": -d 'build_parameters[CIRCLE_JOB]=on' https://circleci.com/api/v1.1/project/github/acme/app/tree/feature%2Fyes
