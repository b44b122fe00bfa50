"""Whatever is read from elsewhere may be anything: it is read, or refused in words, and never a fault of ours."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.aws.documents import Document, PolicyError
from tasktool_infra.aws.ecr_image import processors
from tasktool_infra.engine.errors import ApiError, TasktoolError
from tasktool_infra.engine.plan_json import from_json
from tasktool_infra.kube import kustomize
from tasktool_infra.kube.answers import from_response, read
from tasktool_infra.kube.takeover import LAST_APPLIED, _last_applied

NAMES = st.sampled_from(
    ["details", "causes", "message", "reason", "name", "kind", "manifests", "platform", "architecture", "Statement"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
DEEP = "[" * 5_000
TEXTS = st.text(max_size=30) | JSON.map(json.dumps) | st.just(DEEP) | st.text(alphabet='{}[]:,"-&*!|> \n', max_size=30)
BYTES = st.binary(max_size=30) | TEXTS.map(lambda text: text.encode(errors="surrogatepass"))


@given(st.integers(400, 599), BYTES)
def test_an_answer_of_no_success_is_told(status: int, body: bytes) -> None:
    error = from_response(status, body, "kubernetes.get")
    assert isinstance(error, ApiError)
    assert all(isinstance(cause, dict) for cause in error.detail.get("details", {}).get("causes", ()))


@given(BYTES)
def test_an_answer_is_an_object_or_no_answer_at_all(body: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(read(body), dict)


@given(TEXTS)
def test_a_note_of_kubectl_is_an_object_or_none(text: str) -> None:
    note = _last_applied({"metadata": {"annotations": {LAST_APPLIED: text}}})
    assert note is None or isinstance(note, dict)


@given(TEXTS)
def test_a_manifest_of_an_image_says_processors_or_nothing(text: str) -> None:
    assert all(isinstance(name, str) for name in processors(text))


REFUSED: list[Callable[[str], Any]] = [from_json, Document.parse, kustomize.parsed]


@pytest.mark.parametrize("parse", REFUSED, ids=["plan", "policy", "manifests"])
@given(text=TEXTS)
def test_what_makes_no_sense_is_refused_in_words(parse: Callable[[str], Any], text: str) -> None:
    with suppress(TasktoolError, PolicyError):
        parse(text)
