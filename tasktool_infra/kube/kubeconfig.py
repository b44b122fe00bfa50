"""A context of the kubeconfig, as the kubernetes client reads it; whatever is wrong with the file is told as that."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field

from tasktool_infra.engine.errors import Problem, TasktoolError

LIST = "See which there are with: kubectl config get-contexts"
MAKE = (
    "Start the cluster that writes one (minikube start), or have one written: aws eks update-kubeconfig --name CLUSTER"
)
VIEW = "Look at it with: kubectl config view"


def load_context(context: str, configuration: Any) -> None:
    """Fill a client configuration from a context of the kubeconfig (``KUBECONFIG`` or ``~/.kube/config``).

    Raises TasktoolError when there is no such context, the file can't be read, or its credentials can't be had.
    """
    with heard() as complaints:
        _load(context, configuration)
    if not str(configuration.host).startswith(("https://", "http://")):
        raise _unusable(context, "its cluster has no server that begins with https://", VIEW)
    if complaints and not (configuration.api_key or configuration.cert_file or configuration.username):
        raise _no_credentials(context, complaints)
    if configuration.refresh_api_key_hook is not None:
        configuration.refresh_api_key_hook = Renewal(context, configuration.refresh_api_key_hook)


def context_facts(context: str) -> tuple[str, str]:
    """Give endpoint and CA (PEM, empty when it has none) of a context. Raises as :func:`load_context` does."""
    from kubernetes import client

    configuration = client.Configuration()
    load_context(context, configuration)
    path = configuration.ssl_ca_cert
    if path:
        with open(path, encoding="ascii", errors="replace") as file:  # noqa: PTH123
            return str(configuration.host), file.read()
    return str(configuration.host), str(configuration.ca_cert_data or "")


def _load(context: str, configuration: Any) -> None:
    import yaml
    from kubernetes import config
    from kubernetes.config.config_exception import ConfigException

    # Said here, because the library looks at the variable only once, when it is imported.
    file = os.environ.get("KUBECONFIG") or "~/.kube/config"
    try:
        config.load_kube_config(  # type: ignore[no-untyped-call]
            config_file=file, context=context, client_configuration=configuration
        )
    except ConfigException as error:
        if not any(Path(each).expanduser().exists() for each in file.split(os.pathsep)):
            raise _unusable(context, f"there is no kubeconfig {file}", MAKE) from None
        # The library quotes parts of the file, which may hold keys: not even a traceback shows that.
        unknown = f"object with name {context} in" in str(error)
        raise _unusable(
            context, f"there is none of this name in {file}" if unknown else _without_values(error), LIST
        ) from None
    except yaml.YAMLError as error:
        raise _unusable(context, f"the file is no YAML: {error}", VIEW) from error
    except (OSError, ValueError) as error:
        raise _unusable(context, str(error), LIST) from error
    except (TypeError, AttributeError, KeyError) as error:
        # The library trusts the file to have the form of a kubeconfig.
        raise _unusable(context, f"{file} does not have the form of a kubeconfig", VIEW) from error


def _without_values(error: Exception) -> str:
    """Give what the library says without the part of the file that it quotes."""
    return str(error).partition("{")[0].partition("[")[0].rstrip("/ ")


@define(eq=False)
class Renewal:
    """Has a token renewed that is about to end, by the library's own way; its complaints become an error."""

    context: str
    renew: Any
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def __call__(self, configuration: Any) -> None:
        """Put a token that is still good; raises TasktoolError when there is none to be had."""
        with self._lock, heard() as complaints:
            self.renew(configuration)
            # The library puts its own way back each time.
            configuration.refresh_api_key_hook = self
        if complaints:
            raise _no_credentials(self.context, complaints)


@contextmanager
def heard() -> Iterator[list[str]]:
    """Give what is complained of to the root logger meanwhile: the library tells of failed plugins only there."""
    said: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield said
    finally:
        root.removeHandler(handler)


def _unusable(context: str, why: str, next_step: str) -> TasktoolError:
    said = f"The kubeconfig context {context!r} can't be used: {why}"
    return TasktoolError(said, next_step=next_step, problem=Problem.REFUSED)


def _no_credentials(context: str, complaints: list[str]) -> TasktoolError:
    return TasktoolError(
        f"The kubeconfig context {context!r} gives no credentials: {'; '.join(dict.fromkeys(complaints))}",
        next_step=f"Log in again, or see what is wrong with: kubectl --context {context} auth whoami",
        problem=Problem.DENIED,
    )
