"""An image in ECR that workloads need. It is pushed by people or by CI, never by us."""

from collections.abc import Iterator
from typing import ClassVar, Self

from attrs import evolve, frozen

from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.engine.calls import GONE, Call, Reading, Step
from tasktool_infra.engine.fields import fact, identity
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Departure, Example, Refusal, Removal


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

    def read(self) -> Reading[Self | None]:
        """Look for the image; None where ECR knows neither it nor its repository."""
        parameters = {"repositoryName": self.repository, "imageIds": [{"imageTag": self.tag}]}
        expects = {"ImageNotFoundException": GONE, "RepositoryNotFoundException": GONE}
        answer = yield Call("ecr", "describe_images", parameters, expects=expects)
        if answer is GONE or not answer["imageDetails"]:
            return None
        return evolve(self, digest=answer["imageDetails"][0].get("imageDigest", ""))

    def waits(self, live: Self | None) -> Iterator[Refusal]:
        """Wait for the image to be pushed."""
        if live is None:
            image = f"{self.registry}/{self.repository}:{self.tag}"
            login = f"aws ecr get-login-password --region {self.place.region}"
            yield Refusal(
                f"the tag {self.tag} is absent from {self.repository}",
                f"Push it, or set `image_tag`:  {login} | docker login --username AWS --password-stdin {self.registry}"
                f"  &&  docker push {image}",
            )

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
