"""What a write is about and how it is to be done, as the address and the query of a request say."""

from attrs import frozen

from tasktool_infra.sandbox.kubernetes.kinds import Kind


@frozen
class Target:
    """What a request is about."""

    kind: Kind
    namespace: str
    name: str
    subresource: str = ""

    @property
    def names(self) -> tuple[str, str, str]:
        """Plural, group and name, as the refusals want them."""
        return self.kind.plural, self.kind.group, self.name


@frozen
class Options:
    """The options of a write."""

    manager: str
    dry_run: bool = False
    force: bool = False
    strict: bool = False
