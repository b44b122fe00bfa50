# What our own provisioner has made, taken into Terraform's state. The reporter holds no DynamoDBTaskTablePolicy there, so
# that attachment can't be imported.

locals {
  policies = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:policy"
}

import {
  for_each = local.repositories
  to       = aws_ecr_repository.app[each.key]
  id       = "mamezou-tech/${each.key}"
}

import {
  to = aws_dynamodb_table.tasks
  id = "task-tool-${var.env}-tasks"
}

import {
  to = aws_s3_bucket.reports
  id = local.bucket
}

import {
  to = aws_iam_policy.table
  id = "${local.policies}/DynamoDBTaskTablePolicy"
}

import {
  to = aws_iam_policy.reports
  id = "${local.policies}/S3TaskReportsPolicy"
}

import {
  to = aws_iam_role.service
  id = "TaskService"
}

import {
  to = aws_iam_role.reporter
  id = "TaskReporter"
}

import {
  to = aws_iam_role_policy_attachment.service_table
  id = "TaskService/${local.policies}/DynamoDBTaskTablePolicy"
}

import {
  to = aws_iam_role_policy_attachment.reporter_reports
  id = "TaskReporter/${local.policies}/S3TaskReportsPolicy"
}
