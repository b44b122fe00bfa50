"""An environment in which everything stands, the application too, and how it is mended."""

import json
from collections.abc import Iterable

import tasktool_infra as tt
from tests.system.breaks.aws import mark_bucket, update_index
from tests.system.breaks.broken import Broken
from tests.system.breaks.iam import replant_provider
from tests.system.rollouts import eventually
from tests.system.world import TABLE, World

PROGRAMS = ("task-service", "task-web", "task-reporter")
CERTIFICATE = "/apis/cert-manager.io/v1/namespaces/prod/certificates/letsencrypt-cert"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def push_images(cloud: World) -> None:
    """Push what is missing of the three images, as `docker push` does in the end."""
    ecr = cloud.aws("ecr")
    for program in PROGRAMS:
        repository = f"mamezou-tech/{program}"
        if not ecr.list_images(repositoryName=repository)["imageIds"]:
            digest = f"sha256:{program.encode().hex():0<64.64}"
            manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": digest}, "layers": []}
            ecr.put_image(repositoryName=repository, imageManifest=json.dumps(manifest), imageTag="1.0.0")


def build(cloud: World) -> None:
    """Make all of `prod`."""
    tt.provision("prod", only="aws")
    push_images(cloud)
    mend(cloud)


def mend(cloud: World) -> None:
    """Bring everything back to how it is wanted; what others do is done by hand."""
    by_hand(cloud)
    push_images(cloud)
    tt.provision("prod", adopt=True, confirm=True)
    # The certificate is nobody's to wait for.
    eventually(lambda: cloud.kubernetes.call("GET", CERTIFICATE).body.get("status"), 10)


def by_hand(cloud: World) -> None:
    """Undo what provision refuses to touch: others' things, and what can't be changed in place."""
    replant_provider(cloud, "sts.amazonaws.com")
    mark_bucket(cloud, "prod")
    tables = cloud.aws("dynamodb")
    if TABLE in tables.list_tables()["TableNames"]:
        for index in tables.describe_table(TableName=TABLE)["Table"].get("GlobalSecondaryIndexes", ()):
            if index["KeySchema"][0]["AttributeName"] == "owner":
                update_index(cloud, Delete={"IndexName": index["IndexName"]})


def rounds(breaks: Iterable[Broken]) -> list[list[Broken]]:
    """Give the breaks in as few rounds as may be, in each of which all can be told apart."""
    found: list[list[Broken]] = []
    for each in breaks:
        for others in found:
            if not any(each.disturbs(other) for other in others):
                others.append(each)
                break
        else:
            found.append([each])
    return found
