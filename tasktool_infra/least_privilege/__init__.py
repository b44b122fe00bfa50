"""What a command must be allowed: the IAM policy and the RBAC rules for one environment, exact to the resource."""
