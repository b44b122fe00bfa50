"""In which list a live object stands: as a member of its ApplySet, and there as a single read would give it."""

from attrs import evolve

from tasktool_infra.engine.calls import Call
from tasktool_infra.kube.applyset import ApplySet
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.membership import PART_OF, among_members
from tasktool_infra.values.frozen import FrozenDict, freeze

PARENT = ApplySet(namespace="n", name="app", kinds=frozenset({"ConfigMap"}))
CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "n", "name": "a"}}
MEMBER = Manifest(body=freeze(CONFIG), labels=FrozenDict({PART_OF: PARENT.id}))


def test_a_member_stands_in_the_list_that_looks_for_what_is_no_longer_wanted() -> None:
    among = among_members(MEMBER.manifest())
    assert among is not None
    parameters = {"api_version": "v1", "kind": "ConfigMap", "namespace": "n", "selector": f"{PART_OF}={PARENT.id}"}
    assert among.listing == Call("kubernetes", "list", parameters)
    own = MEMBER.get().among
    assert own is not None
    assert own.listing == among.listing


def test_it_is_found_there_as_it_is_by_itself() -> None:
    among = among_members(MEMBER.manifest())
    assert among is not None
    item = {"metadata": {"namespace": "n", "name": "a", "uid": "u"}, "data": {"key": "value"}}
    found = among.by_name({"apiVersion": "v1", "kind": "ConfigMapList", "items": [item]})
    assert found == {"a": {"apiVersion": "v1", "kind": "ConfigMap", **item}}


def test_what_is_no_member_is_read_by_itself() -> None:
    assert evolve(MEMBER, labels=FrozenDict()).get().among is None
    assert PARENT.get().among is None
