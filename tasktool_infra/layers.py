"""The parts of an environment that can be chosen by themselves."""

ACCESS, APP = "access", "app"
LAYERS = {
    "aws": "all AWS resources; no Kubernetes call is made",
    ACCESS: "the namespace and the ServiceAccounts",
    APP: "the application's manifests",
}
