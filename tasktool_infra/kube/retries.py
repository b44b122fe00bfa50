"""Which answers of a Kubernetes API server are tried again, and for how long. What is not here is not."""

from tenacity import wait_exponential_jitter

from tasktool_infra.engine.retry import Patience, Rule, Table
from tasktool_infra.kube.answers import FORBIDDEN, TERMINATING
from tasktool_infra.kube.answers import WEBHOOK as WEBHOOK_FAILED

SERVICE = "kubernetes"

THROTTLED = Patience("throttled", 120.0, wait_exponential_jitter(multiplier=0.3, max=15.0, jitter=0.5))
BROKEN = Patience("the API server is not ready", 60.0)
WEBHOOK = Patience("a webhook does not answer", 60.0)
CERTIFYING = Patience("a webhook has no good certificate yet", 180.0)
LOST = Patience("no answer", 20.0)
AWAY = Patience("the API server does not answer any more", 120.0)
GOING = Patience("its namespace is going", 120.0)

GONE_AWAY = ("Unreachable", "ConnectTimeout", "Reset")

TABLE = Table(
    (
        Rule("TooManyRequests", THROTTLED, service=SERVICE),
        Rule("429", THROTTLED, service=SERVICE),
        Rule("ServiceUnavailable", BROKEN, service=SERVICE),
        Rule("503", BROKEN, service=SERVICE),
        # An apply is idempotent, so that a fault after the work was done loses nothing.
        # The certificate of a webhook that was just installed is put in place some minutes later.
        Rule(WEBHOOK_FAILED, CERTIFYING, service=SERVICE, pattern="x509"),
        Rule(WEBHOOK_FAILED, WEBHOOK, service=SERVICE),
        Rule("InternalError", BROKEN, service=SERVICE, pattern="etcdserver: (leader changed|request timed out)"),
        # In mid-run the endpoint is known to be right: an API server that restarts, or moves, is waited for.
        *(Rule(code, AWAY, service=SERVICE, written=True) for code in GONE_AWAY),
        Rule("Timeout", LOST, service=SERVICE),
        Rule("Reset", LOST, service=SERVICE),
        *(Rule(code, LOST, service=SERVICE) for code in ("Unreachable", "ConnectTimeout", "NoSuchHost")),
        Rule(TERMINATING, GOING, service=SERVICE, written=True),
        Rule("Conflict", BROKEN, service=SERVICE, pattern="the object has been modified|please apply your changes"),
        # Just started, it does not have all roles yet.
        Rule(FORBIDDEN, BROKEN, service=SERVICE, pattern=r"RBAC: .*not found", written=True),
        Rule(
            FORBIDDEN,
            BROKEN,
            service=SERVICE,
            pattern="exceeded quota.*conflict|quota.*Operation cannot be fulfilled",
        ),
    )
)
