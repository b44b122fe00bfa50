"""Secrets: shown nowhere, recognised by their salted hash."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tasktool_infra.values.frozen import freeze, thaw
from tasktool_infra.values.secret import Secret, revealed, same

PASSWORD = Secret("correct horse")


def test_it_is_shown_nowhere() -> None:
    for shown in (str(PASSWORD), repr(PASSWORD), f"{PASSWORD}", repr(PASSWORD.sealed("salt")), str({"a": PASSWORD})):
        assert "correct" not in shown
    assert json.dumps({"a": PASSWORD}, default=str) == '{"a": "(sensitive value)"}'


def test_it_is_recognised_by_its_hash() -> None:
    sealed = PASSWORD.sealed("salt")
    assert same(sealed, PASSWORD)
    assert same(PASSWORD, sealed)
    assert same(PASSWORD, Secret("correct horse"))
    assert not same(sealed, Secret("battery staple"))
    assert not same(sealed, PASSWORD.sealed("pepper"))
    assert sealed.digest not in (PASSWORD.sealed("pepper").digest, "correct horse")


@settings(max_examples=30)
@given(st.recursive(st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner)))
def test_data_with_secrets_is_revealed_whole(data: object) -> None:
    assert revealed(thaw(freeze({"a": [Secret("x")], "b": data}))) == {"a": ["x"], "b": data}
