"""Every step has one path, and the paths follow the spec."""

from __future__ import annotations

import pytest

from archdsl.graph import ScopeKind
from tests.reading import body, body_codes, codes, graph


def paths(lines: str) -> list[str]:
    """Return the paths behind the net's name of all steps but the input."""
    return [node.id.removeprefix("n.") for node in body(lines)][1:]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("relu; relu; relu", ["relu", "relu1", "relu2"]),
        ("relu as a; relu", ["a", "relu"]),
        ("relu; tanh as relu1; relu", ["relu", "relu1", "relu2"]),
        ("relu; { tanh as relu1 }; relu", ["relu", "relu1", "relu2"]),
        ("conv 1x1 8 act=relu", ["conv.conv", "conv.act"]),
        ("conv 1x1 8 norm=batchnorm linear as c", ["c.conv", "c.norm"]),
        ("2 x relu; 2xrelu", ["relu.0", "relu.1", "relu1.0", "relu1.1"]),
        ("2 x relu as r", ["r.0", "r.1"]),
        ("2 x { relu; relu }", ["repeat.0.relu", "repeat.0.relu1", "repeat.1.relu"]),
        ("stem { relu; tanh }; stem { relu }", ["stem.relu", "stem.tanh", "stem1.relu"]),
        ("{ relu; tanh }; relu", ["relu", "tanh", "relu1"]),
        ("{ relu; tanh } as s; relu", ["s.relu", "s.tanh", "relu"]),
        ("if 1 == 1 { relu } as s", ["s.relu"]),
        ("add { relu; tanh }; relu", ["add.branch0.relu", "add.branch1.tanh", "add", "relu"]),
        ("add { relu; tanh } as a", ["a.branch0.relu", "a.branch1.tanh", "a"]),
        ("s { add { relu; tanh } }", ["s.branch0.relu", "s.branch1.tanh", "s.add"]),
        ("s { residual scale=0.5 { relu } }", ["s.relu", "s.scale", "s.residual"]),
        ("relu; residual { relu }", ["relu", "residual.relu", "residual"]),
        ("aux a { relu }; tanh", ["a.relu", "tanh"]),
        (
            "concat { relu; tanh -> add { identity; relu } } as c",
            [
                *("c.branch0.relu", "c.branch1.tanh", "c.branch1.add.branch0.identity"),
                *("c.branch1.add.branch1.relu", "c.branch1.add", "c"),
            ],
        ),
        (
            "concat { add { identity; relu } } as c",
            ["c.branch0.branch0.identity", "c.branch0.branch1.relu", "c.branch0.add", "c"],
        ),
    ],
)
def test_steps_are_named(lines: str, expected: list[str]) -> None:
    found = paths(lines)
    assert found[: len(expected)] == expected
    assert len(set(found)) == len(found)


def test_the_path_of_the_issue() -> None:
    text = """\
net inception { input 8x8x8; 3 x A }
block A { concat { relu; tanh; relu; conv 1x1 8 act=relu -> conv 1x1 8 act=relu } }
"""
    ids = [node.id for node in graph(text)]
    assert "inception.A.2.branch3.conv1.act" in ids
    assert "inception.A.2.concat" in ids


def test_scopes_hold_their_nodes_and_say_what_they_are() -> None:
    text = "net n { input 8x8x8; 2 x A 4; s { relu }; aux h { tanh } }\nblock A(k) { conv 1x1 8 }"
    made = graph(text)
    kinds = {path: scope.kind for path, scope in made.scopes.items()}
    assert kinds == {
        "n": ScopeKind.NET,
        "n.A": ScopeKind.REPEAT,
        "n.A.0": ScopeKind.BLOCK,
        "n.A.1": ScopeKind.BLOCK,
        "n.s": ScopeKind.GROUP,
        "n.h": ScopeKind.AUX,
    }
    assert made.scopes["n.A"].copies == 2
    assert made.scopes["n.A.1"].arguments == (("k", "4"),)
    assert all(node.scope == node.id.rpartition(".")[0] for node in made)
    assert all(
        scope.parent is None or scope.parent == path.rpartition(".")[0]
        for path, scope in made.scopes.items()
    )


@pytest.mark.parametrize(
    "lines",
    [
        "relu as a; relu as a",
        "relu; aux a { relu }; tanh as a",
        "tanh as a; aux a { relu }",
        "aux a { relu }; aux a { tanh }",
        "relu as a as b",
        "{ relu as a }; relu as a",
        "add { relu as a; tanh as a }",
    ],
)
def test_a_name_is_given_once(lines: str) -> None:
    assert body_codes(lines) == ["duplicate-name"]


@pytest.mark.parametrize(
    "lines",
    [
        "add { { relu as a } ; tanh }; relu as b",
        "2 x { relu as a }; relu as a",
        "s { relu }; s { relu }",
        "stem { relu }; relu as stem",
        "if 1 == 1 { relu as a } else { tanh as a }",
        "relu as A; relu as a",
    ],
)
def test_names_may_be_alike_where_they_cannot_be_mixed_up(lines: str) -> None:
    assert body_codes(lines) == []


@pytest.mark.parametrize("name", ["class", "forward", "training", "self", "_a", "input", "if"])
def test_names_that_mean_something_are_refused(name: str) -> None:
    assert body_codes(f"relu as {name}") == ["reserved-name"]


def test_definitions_cannot_take_names_that_mean_something() -> None:
    assert codes("net n { input 1x1x1; relu }\nblock relu { tanh }") == ["reserved-name"]
    for parameter in ("width", "index", "channels", "height", "x"):
        assert codes(f"net n({parameter} = 1) {{ input 1x1x1; relu }}") == ["reserved-name"]
    assert codes("net n(a = 1, a = 2) { input 1x1x1; relu }") == ["duplicate-name"]
