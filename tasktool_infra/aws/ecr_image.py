"""An image in ECR that workloads need. It is pushed by people or by CI, never by us."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from attrs import evolve, frozen

from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading, Step
from tasktool_infra.engine.fields import fact, identity
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Departure, Example, Refusal, Removal

ABSENT = {"ImageNotFoundException": GONE, "RepositoryNotFoundException": GONE}
INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
PULL_POLICY = "AmazonEC2ContainerRegistryPullOnly"


@frozen(kw_only=True)
class Image(AwsResource):
    """An image by repository and tag. While it is absent, what needs it waits.

    ``registry`` is the host of the account's registry. Source: ECR API reference, DescribeImages.
    """

    kind = "ecr_image"
    read_only: ClassVar[str] = "images are pushed by people or by CI; an environment only looks whether they are there"

    repository: str = identity()
    tag: str = identity()
    registry: str = fact(default="")
    digest: str = fact(default="")

    def marked(self, owner: Owner) -> Self:
        """Give this as it is: an image carries no mark."""
        del owner
        return self

    @classmethod
    def of(cls, reference: str, place: Place) -> "Image | None":
        """Give the image that a pod names; None when it is not in the registry of this place."""
        registry, _, path = reference.partition("/")
        name, at, digest = path.partition("@")
        repository, colon, tag = name.rpartition(":")
        if not registry or registry != place.registry or not path:
            return None
        wanted = digest if at else (tag if colon else "latest")
        return cls(repository=repository if colon else name, tag=wanted, registry=registry, place=place)

    @property
    def reference(self) -> str:
        """The image as a pod names it."""
        return f"{self.registry}/{self.repository}{'@' if ':' in self.tag else ':'}{self.tag}"

    def read(self) -> Reading[Self | None]:
        """Look for the image; None where ECR knows neither it nor its repository."""
        found = yield from self._found()
        return None if found is None else evolve(self, digest=found.get("imageDigest", ""))

    def _found(self) -> Reading[Any]:
        answer = yield Call("ecr", "describe_images", self._named(), expects=ABSENT)
        return None if answer is GONE or not answer["imageDetails"] else answer["imageDetails"][0]

    def _named(self) -> dict[str, Any]:
        which = "imageDigest" if ":" in self.tag else "imageTag"
        return {"repositoryName": self.repository, "imageIds": [{which: self.tag}]}

    @property
    def absent(self) -> str:
        """What is said of it while it is not there."""
        return f"the tag {self.tag} is absent from {self.repository}"

    def waits(self, live: Self | None) -> Iterator[Refusal]:
        """Wait for the image to be pushed."""
        if live is None:
            login = f"aws ecr get-login-password --region {self.place.region}"
            log_in = f"  {login} | docker login --username AWS --password-stdin {self.registry}"
            push = f"  docker push {self.reference}"
            yield Refusal(self.absent, f"Push it, or set `image_tag`; then run again:\n{log_in}\n{push}")

    def why_not_pulled(self) -> Reading[str]:
        """Say why nodes may not get it: it is not there, or they may not have it."""
        found = yield from self._found()
        if found is None:
            return f"{self.absent}: push it or set `image_tag`"
        pushed = f" (pushed {found['imagePushedAt']:%Y-%m-%d %H:%M})" if "imagePushedAt" in found else ""
        return (
            f"{self.tag} is in {self.repository}{pushed}: nodes that have tried before try again within 5 minutes;"
            f"\nelse look whether the role of the nodes has {PULL_POLICY}, and whether they can reach ECR"
        )

    def architectures(self) -> Reading[tuple[str, ...]]:
        """Give for which processors it was built, as its index says; an image without an index does not tell."""
        parameters = {**self._named(), "acceptedMediaTypes": list(INDEXES)}
        answer = yield Call("ecr", "batch_get_image", parameters, expects=ABSENT)
        manifests = [] if isinstance(answer, Meaning) else [each["imageManifest"] for each in answer["images"]]
        return tuple(dict.fromkeys(name for manifest in manifests for name in processors(manifest)))

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Give no step."""
        yield from ()

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Let it stay: it goes with its repository."""
        return Departure(stays="it goes with its repository")

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give none; ``read_only`` says why."""
        return ()


def processors(manifest: str) -> Iterator[str]:
    """Give for which processors an index has an image; nothing for a manifest of another form."""
    try:
        index = json.loads(manifest)
    except (ValueError, RecursionError):
        return
    listed = index.get("manifests") if isinstance(index, dict) else ()
    for each in listed if isinstance(listed, list) else ():
        platform = each.get("platform") if isinstance(each, dict) else None
        name = platform.get("architecture") if isinstance(platform, dict) else None
        # Attestations stand in an index too, as built for nothing.
        if isinstance(name, str) and name != "unknown":
            yield name
