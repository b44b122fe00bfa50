# What the tutorial lets Terraform make for one environment. The namespace and the ServiceAccounts, which it gives to the
# Kubernetes provider, are left out: here there is AWS alone.

variable "env" {
  type = string
}

variable "oidc_provider_url" {
  type = string
}

variable "eks_cluster_name" {
  type = string
}

data "aws_caller_identity" "current" {}

locals {
  issuer       = replace(var.oidc_provider_url, "https://", "")
  repositories = toset(["task-service", "task-web", "task-reporter"])
  bucket       = "task-tool-${var.env}-completed-task-report-bucket"
}

resource "aws_ecr_repository" "app" {
  for_each = local.repositories
  name     = "mamezou-tech/${each.key}"
  tags     = { Name = each.key }
}

resource "aws_dynamodb_table" "tasks" {
  name         = "task-tool-${var.env}-tasks"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "task_id"
  tags         = { Name = "task-tool-${var.env}-tasks" }

  attribute {
    name = "task_id"
    type = "S"
  }
  attribute {
    name = "user_name"
    type = "S"
  }
  attribute {
    name = "start_at"
    type = "N"
  }
  attribute {
    name = "status"
    type = "S"
  }
  attribute {
    name = "updated_at"
    type = "N"
  }

  global_secondary_index {
    name            = "user_index"
    hash_key        = "user_name"
    range_key       = "start_at"
    projection_type = "ALL"
  }
  global_secondary_index {
    name            = "status_index"
    hash_key        = "status"
    range_key       = "updated_at"
    projection_type = "ALL"
  }
}

resource "aws_s3_bucket" "reports" {
  bucket = local.bucket
  tags   = { Name = "reports of ${var.eks_cluster_name}" }
}

resource "aws_iam_policy" "table" {
  name = "DynamoDBTaskTablePolicy"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "dynamodb:List*",
          "dynamodb:DescribeReservedCapacity*",
          "dynamodb:DescribeLimits",
          "dynamodb:DescribeTimeToLive",
        ]
        Resource = aws_dynamodb_table.tasks.arn
      },
      {
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGet*",
          "dynamodb:DescribeTable",
          "dynamodb:Get*",
          "dynamodb:Query",
          "dynamodb:Scan",
          "dynamodb:BatchWrite*",
          "dynamodb:PutItem",
        ]
        Resource = [aws_dynamodb_table.tasks.arn, "${aws_dynamodb_table.tasks.arn}/index/*"]
      },
    ]
  })
}

data "aws_iam_policy_document" "reports" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${local.bucket}"]
  }
  statement {
    actions = [
      "s3:PutObject",
      "s3:GetObject",
      "s3:AbortMultipartUpload",
      "s3:ListMultipartUploadParts",
      "s3:ListBucketMultipartUploads",
    ]
    resources = ["arn:aws:s3:::${local.bucket}/*"]
  }
}

resource "aws_iam_policy" "reports" {
  name   = "S3TaskReportsPolicy"
  policy = data.aws_iam_policy_document.reports.json
}

data "aws_iam_policy_document" "trust" {
  for_each = toset(["task-service", "task-reporter"])
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/${local.issuer}"]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = ["system:serviceaccount:${var.env}:${each.key}"]
    }
  }
}

resource "aws_iam_role" "service" {
  name               = "TaskService"
  path               = "/app/"
  assume_role_policy = data.aws_iam_policy_document.trust["task-service"].json
}

resource "aws_iam_role" "reporter" {
  name               = "TaskReporter"
  path               = "/app/"
  assume_role_policy = data.aws_iam_policy_document.trust["task-reporter"].json
}

resource "aws_iam_role_policy_attachment" "service_table" {
  role       = aws_iam_role.service.name
  policy_arn = aws_iam_policy.table.arn
}

resource "aws_iam_role_policy_attachment" "reporter_table" {
  role       = aws_iam_role.reporter.name
  policy_arn = aws_iam_policy.table.arn
}

resource "aws_iam_role_policy_attachment" "reporter_reports" {
  role       = aws_iam_role.reporter.name
  policy_arn = aws_iam_policy.reports.arn
}
