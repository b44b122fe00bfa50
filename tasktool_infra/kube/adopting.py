"""The step that takes an object over from kubectl."""

from attrs import frozen

from tasktool_infra.engine.calls import Reading, procedure, write
from tasktool_infra.kube.answers import CONFLICT
from tasktool_infra.kube.judge import address, judge
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.values.frozen import FrozenDict, thaw


@procedure
@frozen
class TakeOverFromKubectl:
    """Move what kubectl owns of an object to us, as it stands then: a controller writes its status at any time.

    ``going`` are the paths of what the apply after it removes.
    """

    manifest: FrozenDict[object]
    whole: bool
    going: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """What it does."""
        return "take over what kubectl wrote"

    @property
    def removes(self) -> str:
        """What it takes away."""
        return ", ".join(self.going)

    def run(self) -> Reading[None]:
        """Look once more, and move it unless somebody writes at the same time: then that is looked at first."""
        manifest = thaw(self.manifest)
        judged = yield from judge(manifest, whole=self.whole)
        if judged is not None and judged.takeover is not None:
            parameters = {**address(manifest), "patch": judged.takeover.patch}
            yield write(SERVICE, "patch", parameters, self.says, settles=(CONFLICT,))
