"""Arguments, annotations and problems of `@Variable`."""

import subprocess
import sys

import pytest

from damnit_ctx import RunData, Skip, Variable


def make(func=None, /, **kwargs):
    def f(run):
        """The mean of it."""

    return Variable(**kwargs)(func or f)


def test_variable_decorates_with_and_without_parentheses():
    @Variable
    def bare(run):
        """Doc."""
        return 1

    @Variable()
    def called(run):
        return 2

    assert (bare.name, bare.title, bare.description) == ("bare", "bare", "Doc.")
    assert (called.name, called.title, called.description) == ("called", "called", None)


def test_decorated_variable_can_still_be_called():
    @Variable(title="Twice")
    def twice(run, factor=2):
        return run * factor

    assert twice(3) == 6
    assert twice(3, factor=5) == 15


def test_variable_accepts_a_positional_title():
    assert Variable("My title")(lambda run: 1).title == "My title"


def test_variable_data_defaults_to_raw_and_remembers_if_declared():
    assert make().data is RunData.RAW
    assert make().declared_data is None
    assert make(data="raw").declared_data == "raw"
    assert make(data=RunData.PROC).data is RunData.PROC


@pytest.mark.parametrize(
    ("given", "kept"), [(None, None), ("xgm", ("xgm",)), (["a", "b"], ("a", "b")), ({"a"}, ("a",))]
)
def test_variable_tags_are_normalised(given, kept):
    variable = make(tags=given)
    assert variable.tags == kept
    assert variable.problems() == []


@pytest.mark.parametrize("tags", ["", 5, [""], [1]])
def test_invalid_tags_are_a_problem(tags):
    [(message, _)] = make(tags=tags).problems()
    assert "must be a non-empty string or an iterable of strings" in message


@pytest.mark.parametrize("units", ["", 5])
def test_invalid_units_are_a_problem(units):
    [(message, _)] = make(units=units).problems()
    assert "must be a non-empty string" in message


def test_data_all_is_a_problem():
    [(message, _)] = make(data="all").problems()
    assert message == "data='all' for variable f (can be 'raw'/'proc')"


def test_variable_name_that_is_no_identifier_is_a_problem():
    [(message, _)] = make(lambda run: 1).problems()
    assert message == (
        "The variable name '<lambda>' is not a valid Python identifier or dotted name"
    )


def test_variable_name_reserved_by_the_table_is_a_problem():
    def comment(run): ...

    [(message, _)] = make(comment).problems()
    assert "is reserved" in message


def test_variable_arguments_come_from_annotations():
    def f(
        run,
        a: "var#a",
        many: "var#xgm_*",
        n: "meta#run_number",
        kind: "mymdc#run_type" = "dark",
        p: "param#gain" = 1,
        old: "input#gain" = 1,
    ): ...

    found = make(f).arguments()
    assert [(a.parameter, a.source, a.path, a.required, a.is_pattern) for a in found] == [
        ("a", "var", "a", True, False),
        ("many", "var", "xgm_*", True, True),
        ("n", "meta", "run_number", True, False),
        ("kind", "mymdc", "run_type", False, False),
        ("p", "param", "gain", False, False),
        ("old", "param", "gain", False, False),
    ]


def test_type_annotations_are_not_dependencies():
    def f(run: "DataCollection", n: int = 3, text: "str" = "") -> "var#x": ...

    variable = make(f)
    assert variable.arguments() == []
    assert variable.problems() == []


@pytest.mark.parametrize(
    ("annotation", "part"),
    [
        ("mymdc#sample", "has a MyMdC dependency"),
        ("var#", "has no name after"),
    ],
)
def test_invalid_dependency_annotation_is_a_problem(annotation, part):
    variable = make(asking_for(annotation))
    [(message, parameter)] = variable.problems()
    assert part in message
    assert parameter == "x"
    assert variable.doubts() == []


@pytest.mark.parametrize(
    ("annotation", "part"),
    [
        ("vra#x", "use one of var#, meta#"),
        ("meta#run", "There are run_number, proposal, proposal_path"),
        ("self#x", "only in a Group"),
    ],
)
def test_suspicious_dependency_annotation_is_a_doubt(annotation, part):
    variable = make(asking_for(annotation))
    [(message, parameter)] = variable.doubts()
    assert part in message
    assert parameter == "x"
    assert variable.problems() == []


def asking_for(annotation):
    def f(run, x=None): ...

    f.__annotations__["x"] = annotation
    return f


def test_all_problems_of_a_variable_are_reported_together():
    assert len(make(data="all", units="", tags="").problems()) == 3


def test_skip_is_an_exception():
    assert issubclass(Skip, Exception)


def test_damnit_ctx_imports_only_the_standard_library():
    code = "import sys, damnit_ctx; print(sorted({'numpy', 'h5py', 'xarray'} & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert answer.strip() == "[]"


def test_dir_of_damnit_ctx_lists_the_public_names():
    import damnit_ctx

    assert dir(damnit_ctx) == [
        "Cell", "ContextFileErrors", "Group", "GroupError", "Parameter", "Pipeline", "Results",
        "RunData", "Skip", "Variable", "progress",
    ]  # fmt: skip
