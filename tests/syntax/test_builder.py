"""Every part of the syntax tree knows the whole of its text."""

from __future__ import annotations

import pytest

from archdsl.syntax import nodes, read_text


@pytest.mark.parametrize(
    "call",
    [
        "upconv 2x2/2 (4 * c)",
        "conv 3x3 ((c))",
        "conv 3x3 8 pad=(-1 + 2)",
        "conv 3x3 (min(c, 8)) act=relu",
        "conv 3x3 8 norm=batchnorm(eps=0.1)",
    ],
)
def test_a_call_ends_behind_its_last_argument(call: str) -> None:
    project, _ = read_text(f"net n(c = 8) {{ input 8x8x8; {call} -> relu }}")
    chain = project.nets[0].body.statements[-1]
    assert isinstance(chain, nodes.Chain)
    first = chain.steps[0]
    assert isinstance(first, nodes.Call)
    assert first.span.text == call
