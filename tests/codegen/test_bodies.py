"""Stubs without a body and bodies without a stub are told, with a body to start from."""

from __future__ import annotations

import ast

import pytest

from codegen.bodies import RULES_FOLDER, report_bodies, written_bodies
from codegen.emit import GENERATED
from codegen.errors import GenerationError
from codegen.sources import ROOT
from tests.codegen.projects import Files, Project

STUBS = '''
from __future__ import annotations

@rule_stub("axis-names", "space")
def axis_names(subject: Subject, context: Context) -> Iterator[Violation]:
    """The axes of a system have different names.

    MUST; RFC-5: axes metadata (requirement 31).
    """
    raise MissingBodyError("axis-names", "space")


@rule_stub("except", "nodes")
def except_(subject: Subject, context: Context) -> Iterator[Violation]:
    """Nothing is an exception."""
    raise MissingBodyError("except", "nodes")


STUBS: Final[dict[str, RuleStub]] = {"axis-names": axis_names, "except": except_}
'''
BODY = """
from ngio_collections.validation._registry import implements

@implements(stubs.{0})
def {1}(subject: Subject, context: Context) -> Iterator[Violation]:
    yield from ()
"""


@pytest.fixture
def rules(small: Project) -> Project:
    """A project in which bodies can be written."""
    assert not (small.root / RULES_FOLDER).exists()
    return small


def write_body(project: Project, module: str, stub: str, name: str | None = None) -> None:
    project.write(f"{RULES_FOLDER.as_posix()}/{module}", BODY.format(stub, name or stub))


def test_a_stub_without_body_is_told_with_its_module_and_a_signature(rules: Project) -> None:
    write_body(rules, "nodes.py", "except_")
    assert report_bodies(rules.root, STUBS) == (
        "\nsrc/ngio_collections/validation/rules/space.py has no body for axis_names: "
        "The axes of a system have different names.\n"
        "    @implements(stubs.axis_names)\n"
        "    def axis_names(subject: Subject, context: Context) -> Iterator[Violation]: ..."
    )


def test_every_stub_is_told_where_there_is_no_body_at_all(rules: Project) -> None:
    report = report_bodies(rules.root, STUBS)
    assert "rules/space.py has no body for axis_names: " in report
    assert "rules/nodes.py has no body for except_: Nothing is an exception.\n" in report


def test_the_signature_that_is_told_is_a_body_once_it_is_written(rules: Project) -> None:
    report = report_bodies(rules.root, STUBS)
    told = [part.splitlines() for part in report.strip().split("\n\n")]
    for head, *body in told:
        source = "\n".join(line.removeprefix("    ") for line in body)
        assert [type(node) for node in ast.parse(source).body] == [ast.FunctionDef]
        rules.write(head.split(" has no body")[0].strip(), source)
    assert len(told) == 2
    assert report_bodies(rules.root, STUBS) == ""


def test_a_body_without_stub_is_told_with_its_module(rules: Project) -> None:
    write_body(rules, "nodes.py", "except_")
    write_body(rules, "space.py", "axis_names")
    write_body(rules, "old.py", "axis_colours")
    assert report_bodies(rules.root, STUBS) == (
        "\nsrc/ngio_collections/validation/rules/old.py has a body for axis_colours, "
        "which no rule asks for any more: delete it."
    )


def test_two_bodies_of_one_stub_are_told_with_their_modules(rules: Project) -> None:
    write_body(rules, "space.py", "axis_names")
    write_body(rules, "nodes.py", "except_")
    write_body(rules, "zoo.py", "except_")
    assert written_bodies(rules.root)["except_"] == ["nodes.py", "zoo.py"]
    assert report_bodies(rules.root, STUBS) == (
        "\nsrc/ngio_collections/validation/rules/ has 2 bodies for except_, in nodes.py, zoo.py: "
        "keep one."
    )


def test_a_body_in_the_module_of_another_group_is_told_with_the_right_one(rules: Project) -> None:
    write_body(rules, "space.py", "axis_names")
    write_body(rules, "space.py", "except_")
    write_body(rules, "draft.py", "axis_names")
    assert report_bodies(rules.root, STUBS) == (
        "\nsrc/ngio_collections/validation/rules/draft.py has the body for axis_names, which "
        "belongs to the group space: move it to space.py.\n"
        "\nsrc/ngio_collections/validation/rules/space.py has the body for except_, which belongs "
        "to the group nodes: move it to nodes.py."
    )


def test_a_module_that_is_no_python_is_refused(rules: Project) -> None:
    rules.write(f"{RULES_FOLDER.as_posix()}/space.py", "def (")
    with pytest.raises(GenerationError, match=r"rules/space\.py: is no Python: .* in line 1"):
        report_bodies(rules.root, STUBS)


def test_a_body_belongs_to_the_stub_that_it_is_marked_with_whatever_its_name(
    rules: Project,
) -> None:
    write_body(rules, "space.py", "axis_names", name="compare_axes")
    assert written_bodies(rules.root) == {"axis_names": ["space.py"]}


def test_functions_that_are_not_marked_are_no_bodies(rules: Project) -> None:
    rules.write(
        f"{RULES_FOLDER.as_posix()}/space.py",
        "@cache\ndef axis_names(): ...\n\n\n@other(stubs.axis_names)\ndef names(): ...\n",
    )
    assert written_bodies(rules.root) == {}


def test_every_stub_of_this_project_has_a_body_and_every_body_a_stub(before: Files) -> None:
    assert report_bodies(ROOT, before[(GENERATED / "stubs.py").as_posix()]) == ""


def test_the_bodies_of_this_project_stand_in_the_modules_of_their_groups(before: Files) -> None:
    tree = ast.parse(before[(GENERATED / "stubs.py").as_posix()])
    groups = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            (decorator,) = node.decorator_list
            assert isinstance(decorator, ast.Call)
            groups[node.name] = [f"{ast.literal_eval(decorator.args[1])}.py"]
    assert len(groups) > 20
    assert written_bodies(ROOT) == groups
