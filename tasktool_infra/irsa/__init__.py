"""The way from a pod to AWS, proven link by link: IAM roles for ServiceAccounts (IRSA).

ServiceAccount → annotation → role in this account → trust in this cluster's issuer through its provider → subject and
audience → policies that allow what the program calls → pods that use the ServiceAccount. Source: Amazon EKS user guide,
"IAM roles for service accounts".
"""
