"""The images that nobody pushed, played: whoever looks for a tag finds it, as if CI had just pushed it.

A first plan looks before the repository stands; what it looked for is then pushed as soon as the repository is made. So
a repository holds what was looked for, and is kept by a removal as one of AWS would be.
"""

import functools
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.ecr.models import ECRBackend, Image

from tasktool_infra.sandbox.kubernetes.seeds import ARCHITECTURE

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
Method = Callable[..., Any]


@contextmanager
def played_images() -> Iterator[None]:
    """Play them in this process for as long as the block lasts."""
    awaited: dict[tuple[Any, str], set[str]] = defaultdict(set)
    wrappers = {
        "describe_images": _described(awaited),
        "create_repository": _filled(awaited),
    }
    before = {name: getattr(ECRBackend, name) for name in wrappers}
    for name, wrapper in wrappers.items():
        setattr(ECRBackend, name, functools.wraps(before[name])(wrapper(before[name])))
    try:
        yield
    finally:
        for name, method in before.items():
            setattr(ECRBackend, name, method)


def _described(awaited: dict[tuple[Any, str], set[str]]) -> Callable[[Method], Method]:
    """Find every tag that is asked for by its name."""

    def wrapper(describe: Method) -> Method:
        def describe_images(backend: Any, name: str, registry: str | None = None, ids: Any = None) -> Any:
            tags = [each["imageTag"] for each in ids or () if each.get("imageTag")]
            if tags and name not in backend.repositories:
                awaited[backend, name].update(tags)
                return [_image(backend, name, tag) for tag in tags]
            if tags:
                _push(backend, name, tags)
            return describe(backend, name, registry, ids)

        return describe_images

    return wrapper


def _filled(awaited: dict[tuple[Any, str], set[str]]) -> Callable[[Method], Method]:
    """Put into a new repository what was found before it stood."""

    def wrapper(create: Method) -> Method:
        def create_repository(backend: Any, repository_name: str, *args: Any, **kwargs: Any) -> Any:
            made = create(backend, repository_name, *args, **kwargs)
            _push(backend, repository_name, sorted(awaited.pop((backend, repository_name), ())))
            return made

        return create_repository

    return wrapper


def _push(backend: Any, name: str, tags: Iterable[str]) -> None:
    held = backend.repositories[name].images
    known = {tag for image in held for tag in image.image_tags}
    held.extend(_image(backend, name, tag) for tag in tags if tag not in known)


def _image(backend: Any, name: str, tag: str) -> Image:
    """Give an image for the processor of the sandbox's node; its digest follows from what it is called."""
    digest = f"sha256:{hashlib.sha256(f'{name}:{tag}'.encode()).hexdigest()}"
    platform = {"architecture": ARCHITECTURE, "os": "linux"}
    part = {"mediaType": MANIFEST, "digest": digest, "size": 0, "platform": platform}
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [part]})
    whole = f"sha256:{hashlib.sha256(index.encode()).hexdigest()}"
    return Image(backend.account_id, tag, index, name, INDEX, whole)
