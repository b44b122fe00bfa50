"""Which answers of a Kubernetes API server are tried again, and for how long. What is not here is not."""

from tenacity import wait_exponential_jitter

from tasktool_infra.engine.retry import Patience, Rule, Table
from tasktool_infra.kube.answers import TERMINATING

SERVICE = "kubernetes"

THROTTLED = Patience("throttled", 120.0, wait_exponential_jitter(multiplier=0.3, max=15.0, jitter=0.5))
BROKEN = Patience("the API server is not ready", 60.0)
WEBHOOK = Patience("a webhook does not answer", 60.0)
LOST = Patience("no answer", 20.0)
GOING = Patience("its namespace is going", 120.0)

TABLE = Table(
    (
        Rule("TooManyRequests", THROTTLED, service=SERVICE),
        Rule("429", THROTTLED, service=SERVICE),
        Rule("ServiceUnavailable", BROKEN, service=SERVICE),
        Rule("503", BROKEN, service=SERVICE),
        # An apply is idempotent, so that a fault after the work was done loses nothing.
        Rule("InternalError", WEBHOOK, service=SERVICE, pattern="failed calling webhook|conversion webhook .* failed"),
        Rule("InternalError", BROKEN, service=SERVICE, pattern="etcdserver: (leader changed|request timed out)"),
        Rule("Timeout", LOST, service=SERVICE),
        Rule("Reset", LOST, service=SERVICE),
        *(Rule(code, LOST, service=SERVICE) for code in ("Unreachable", "ConnectTimeout", "NoSuchHost")),
        Rule(TERMINATING, GOING, service=SERVICE, written=True),
        Rule("Conflict", BROKEN, service=SERVICE, pattern="the object has been modified|please apply your changes"),
        Rule(
            "Forbidden",
            BROKEN,
            service=SERVICE,
            pattern="exceeded quota.*conflict|quota.*Operation cannot be fulfilled",
        ),
    )
)
