"""Who calls the sandbox's AWS and what they may do: tokens become roles, policies bind roles and users.

moto takes any token and, where it enforces, refuses whatever is allowed on one ARN only. Whoever has the sandbox's own
key is its administrator and asked nothing.
"""
