resource "null_resource" "a" {
  provisioner "local-exec" {
    command = "curl -u \"$T:\" -d build_parameters[CIRCLE_JOB]=deploy -d build_parameters[V]=${var.v} https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
  }
  provisioner "local-exec" {
    command = <<-EOT
      curl -u "$T:" \
        -d build_parameters[CIRCLE_JOB]=deploy \
        -d "build_parameters[W]=$${W}" \
        https://circleci.com/api/v1.1/project/github/acme/app/tree/main
    EOT
  }
  provisioner "local-exec" {
    interpreter = ["pwsh"]
    command = "curl -d build_parameters[CIRCLE_JOB]=deploy https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
  }
}
