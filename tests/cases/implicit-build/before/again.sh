#!/bin/sh
curl -X POST --header "Circle-Token: $CIRCLE_TOKEN" https://circleci.com/api/v1.1/project/bitbucket/acme/app
curl -X POST --header "Circle-Token: $CIRCLE_TOKEN" https://circleci.com/api/v1.1/project/bitbucket/acme/app/build -d branch=next
