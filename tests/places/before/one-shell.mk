.ONESHELL:
go:
	url=https://circleci.com/api/v1.1/project/github/acme/app
	if true; then
	  curl -u "$$T:" -d build_parameters[CIRCLE_JOB]=deploy "$$url/tree/main"
	fi
