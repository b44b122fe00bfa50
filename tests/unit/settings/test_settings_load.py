"""Environments come from the file, variables and options, or are refused with everything that is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktool_infra.bundled import bundled
from tasktool_infra.settings.environment import REPOSITORIES, Environment
from tasktool_infra.settings.errors import Kind, SettingsError
from tasktool_infra.settings.load import load, override
from tasktool_infra.settings.schema import SETTINGS

Write = Callable[[str], Path]
LABEL = "may hold only lowercase letters, digits and hyphens, and must begin and end with a letter or digit"
STAGING = """
[prod]
region = "ap-northeast-1"

[staging]
region = "eu-west-1"
eks_cluster_name = "shared"
bucket = "reports-of-staging"
tags = { Team = "tasks" }
create_oidc_provider = true
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        file = tmp_path / "some.toml"
        file.write_text(text, "utf-8")
        return file

    return write


def refused(name: str, config: Path, options: dict[str, object] | None = None) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(name, config=config, options=options, environ={})
    return caught.value


def test_prod_has_the_names_of_the_tutorial() -> None:
    file = bundled("environments.toml")
    assert load("prod", config=file, environ={}) == Environment(
        name="prod",
        region="ap-northeast-1",
        eks_cluster_name="mz-k8s",
        table="task-tool-prod-tasks",
        bucket="task-tool-prod-completed-task-report-bucket",
        namespace="prod",
        repositories=["mamezou-tech/task-service", "mamezou-tech/task-web", "mamezou-tech/task-reporter"],
    )


def test_names_are_made_from_the_name(write: Write) -> None:
    environment = load("demo", config=write("[demo]"), environ={})
    assert environment.table == "task-tool-demo-tasks"
    assert environment.bucket == "task-tool-demo-completed-task-report-bucket"
    assert environment.namespace == "demo"
    assert environment.repositories == REPOSITORIES
    assert (environment.ingress_class, environment.create_oidc_provider) == ("nginx", False)
    assert environment.image_tag == "1.0.0"
    unset = ("region", "account", "eks_cluster_name", "context", "oidc_provider_url", "domain", "email", "overlay")
    assert {getattr(environment, key) for key in unset} == {None}


def test_an_option_wins_over_a_variable_and_that_over_the_file(write: Write) -> None:
    file, variable, option = write(STAGING), {"TASKTOOL_BUCKET": "from-variable"}, {"bucket": "from-option"}
    assert load("staging", config=file, environ={}).bucket == "reports-of-staging"
    assert load("staging", config=file, environ=variable).bucket == "from-variable"
    assert load("staging", config=file, environ=variable, options=option).bucket == "from-option"


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_value_unsets(write: Write, empty: str | None) -> None:
    file = write(STAGING)
    options = dict.fromkeys(("eks_cluster_name", "bucket", "tags", "create_oidc_provider", "region"), empty)
    environment = load("staging", config=file, options=options, environ={"TASKTOOL_REGION": "us-east-1"})
    assert environment == Environment(name="staging")


def test_an_empty_variable_unsets(write: Write) -> None:
    environment = load("staging", config=write(STAGING), environ={"TASKTOOL_EKS_CLUSTER_NAME": ""})
    assert environment.eks_cluster_name is None


def test_an_empty_text_in_the_file_unsets(write: Write) -> None:
    assert load("demo", config=write('[demo]\ntable = ""\n'), environ={}).table == "task-tool-demo-tasks"


def test_texts_and_values_of_python_mean_the_same(write: Write) -> None:
    file = write("[demo]")
    text = {"repositories": "a1, b/c", "tags": "Team=tasks,Empty=", "create_oidc_provider": "yes"}
    python = {"repositories": ["a1", "b/c"], "tags": {"Team": "tasks", "Empty": ""}, "create_oidc_provider": True}
    assert load("demo", config=file, options=text, environ={}) == load("demo", config=file, options=python, environ={})


def test_environments_are_values(write: Write) -> None:
    file = write(STAGING)
    one, two = load("staging", config=file, environ={}), load("staging", config=file, environ={})
    assert len({one, two}) == 1
    assert one.origin == str(file)
    assert one.tags == {"Team": "tasks"}


def test_a_file_here_is_used_before_the_bundled_one(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load("prod", environ={}).origin == str(bundled("environments.toml"))
    (tmp_path / "environments.toml").write_text("[mine]")
    assert load("mine", environ={}).origin == "environments.toml"
    assert load("staging", config=write(STAGING), environ={}).region == "eu-west-1"


def test_a_dangling_link_here_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "environments.toml").symlink_to("nowhere.toml")
    with pytest.raises(SettingsError, match=r"environments\.toml: can't be read: No such file"):
        load("prod", environ={})


def test_a_path_in_the_file_is_relative_to_the_file_and_any_other_to_the_folder_here(write: Write) -> None:
    file = write('[demo]\noverlay = "kustomize/mine"\n[far]\noverlay = "/mine"\n')
    environment = load("demo", config=file, environ={})
    assert environment.overlay == str(file.parent / "kustomize" / "mine")
    assert override(environment, {"image_tag": "2"}).overlay == environment.overlay
    assert load("far", config=file, environ={}).overlay == "/mine"
    assert load("demo", config=file, environ={"TASKTOOL_OVERLAY": "here"}).overlay == "here"
    assert load("demo", config=file, environ={}, options={"overlay": ""}).overlay is None
    assert ".toml: [demo] overlay: " in str(refused("demo", write('[demo]\noverlay = " "')))
    assert "must be a text" in str(refused("demo", write("[demo]\noverlay = 1")))


def test_variables_of_the_process_count(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKTOOL_NAMESPACE", "elsewhere")
    assert load("staging", config=write(STAGING)).namespace == "elsewhere"


def test_an_unknown_environment(write: Write) -> None:
    error = refused("prdo", write(STAGING))
    assert error.kind is Kind.UNKNOWN_ENVIRONMENT
    assert "no environment 'prdo'" in str(error)
    assert "has prod, staging; did you mean prod?" in str(error)
    assert error.next_step.endswith("begin a new one: init.py prdo")
    assert refused("x", write("")).message.endswith("has none")
    assert refused("x\ny", write("")).next_step.endswith("begin a new one: init.py NAME")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[prod\n", "is not TOML: "),
        (
            "[prod]\naccount = 012345678901\n",
            "at line 2, column 12)\nCorrect that line: texts stand in quotes, account ids too.",
        ),
        ('region = "eu-west-1"\n[prod]\n', "region: stands outside of every environment"),
        ("[[prod]]\n", "prod: stands outside of every environment"),
        ("x = " + "[" * 5000, "can't be read: "),
    ],
)
def test_a_bad_file(write: Write, text: str, reason: str) -> None:
    error = refused("prod", write(text))
    assert error.kind is Kind.BAD_SETTING
    assert "some.toml: " in str(error)
    assert reason in str(error)


def test_unreadable_files(tmp_path: Path) -> None:
    assert "can't be read: No such file" in str(refused("prod", tmp_path / "none.toml"))
    assert "can't be read: Is a directory" in str(refused("prod", tmp_path))
    assert "can't be read" in str(refused("prod", Path("nul\0")))
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    assert "can't be read: 'utf-8' codec" in str(refused("prod", tmp_path / "bytes.toml"))


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "some.toml").write_bytes(b"\xef\xbb\xbf[prod]\n")
    assert load("prod", config=tmp_path / "some.toml", environ={}).name == "prod"


def test_everything_that_is_wrong_is_said_at_once(write: Write) -> None:
    file = write('[prod]\nbukcet = "x"\naccount = 123456789012\nnamespace = "Big"\ntags = { a = 1 }\n')
    with pytest.raises(SettingsError) as caught:
        load("prod", config=file, options={"doman": "x", "tags": "x"}, environ={"TASKTOOL_TABEL": "t"})
    assert str(caught.value).splitlines() == [
        "7 problems with the settings of 'prod':",
        f"  {file}: [prod] bukcet: is no setting; did you mean bucket?",
        "  TASKTOOL_TABEL: is no setting; did you mean TASKTOOL_TABLE?",
        "  option doman: is no setting; did you mean domain?",
        "  option tags: 'x' is no pair; a map is written key=value,key=value",
        f"  {file}: [prod] account: must be a text, not a number: put it in quotes",
        f"  {file}: [prod] namespace: 'Big' {LABEL}",
        f"  {file}: [prod] tags: key 'a' must hold a text, not a number: put it in quotes",
        "Correct it there, then run again.",
    ]


def test_a_key_like_no_other_is_told_what_there_is(write: Write) -> None:
    assert "zzz: is no setting; there are region, account, " in str(refused("prod", write("[prod]\nzzz = 1")))
    assert "option name: is no setting" in str(refused("prod", write("[prod]"), {"name": "x"}))


def test_other_variables_with_the_prefix_are_let_be(write: Write) -> None:
    load("prod", config=write("[prod]"), environ={"TASKTOOL_SANDBOX_HOME": "/x", "TASKTOOL_": "", "BUKCET": "x"})


def test_a_made_name_that_is_too_long_says_what_to_set(write: Write) -> None:
    name = "a-name-of-thirty-characters-ok"
    file = write(f"[{name}]")
    assert "bucket (made from the environment's name; set it): " in str(refused(name, file))
    assert load(name, config=file, options={"bucket": "shorter"}, environ={}).bucket == "shorter"


def test_a_bad_environment_name_is_one_problem(write: Write) -> None:
    error = refused("Big", write("[Big]"))
    assert [problem.key for problem in error.problems] == ["name"]
    assert error.kind is Kind.BAD_SETTING


def test_nothing_said_can_steer_a_terminal(write: Write) -> None:
    file = write('[prod]\n"\\u001b[2J" = 1\ncontext = "a\\u001b[31m"\ntags = { "\\u0007" = "x" }\n')
    for name in ("prod", "\x1b[2J"):
        assert all(line.isprintable() for line in str(refused(name, file)).splitlines())


KEYS = st.sampled_from([*SETTINGS, "bukcet"]) | st.text(max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=70)
    | st.from_regex(r"[a-z0-9.:/-]{1,70}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
VARIABLES = st.dictionaries(
    st.sampled_from([setting.variable for setting in SETTINGS.values()])
    | st.text(max_size=12).map("TASKTOOL_".__add__),
    st.text(max_size=30),
    max_size=3,
)


@given(
    st.text(max_size=12) | st.sampled_from(["prod", "staging"]), st.dictionaries(KEYS, VALUES, max_size=4), VARIABLES
)
@settings(max_examples=300)
def test_nothing_but_an_environment_or_a_refusal(
    name: str, options: dict[str, object], environ: dict[str, str]
) -> None:
    try:
        environment = load(name, config=bundled("environments.toml"), options=options, environ=environ)
    except SettingsError as error:
        assert all(line.isprintable() for line in str(error).splitlines())  # noqa: PT017 - both ways are right
    else:
        assert hash(environment) == hash(environment)
        assert isinstance(environment.bucket, str)


@given(
    st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | st.text(max_size=40).map(lambda t: f"[prod]\n{t}".encode())
)
def test_no_file_makes_anything_else(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    file.write_bytes(content)
    try:
        assert isinstance(load("prod", config=file, environ={}), Environment)
    except SettingsError as error:
        assert str(error)  # noqa: PT017 - both ways are right
