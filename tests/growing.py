"""Texts that grow: whatever is wrong with a spec, or large in it, many times over.

Each of :data:`GROWING` makes a text of a size; checking it should take work in proportion. The
tool `tools/growth.py` measures all of them, and the tests a few, by counting what is called.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from archdsl.cli.options import Request
from archdsl.cli.specs import read_spec
from archdsl.diagnostics import CODES, Diagnostic, render_json, render_text

Grow = Callable[[int], str]


def net(*lines: str, parameters: str = "") -> str:
    return f"net n{parameters} {{\ninput 32x32x16\n" + "\n".join(lines) + "\n}\n"


def _many(line: Callable[[int], str], before: str = "", after: str = "") -> Grow:
    """Return a text with a line for each number up to a size."""

    def grow(size: int) -> str:
        lines = [line(number) for number in range(size)]
        return net(before, *lines, after)

    return grow


def _blocks(block: Callable[[int], str], line: Callable[[int], str]) -> Grow:
    def grow(size: int) -> str:
        blocks = [block(number) for number in range(size)]
        return net(*map(line, range(size))) + "\n".join(blocks) + "\n"

    return grow


def _wide(text: Callable[[int], str]) -> Grow:
    return lambda size: net(text(size))


def _example(code: str) -> Grow:
    """Return a page's example with the inside of its net many times over."""
    text = CODES[code].example
    begin = text.find("{\n", text.find("net ")) + 2
    end = text.find("\n}", begin)
    if begin < 2 or end < 0:
        return lambda size: text * size
    return lambda size: text[:begin] + (text[begin:end] + "\n") * size + text[end + 1 :]


def _nets(code: str) -> Grow:
    """Return a page's example many times over, each with names of its own."""
    text = CODES[code].example

    def one(number: int) -> str:
        return text.replace("net example", f"net example{number}").replace(
            "block A", f"block A{number}"
        )

    return lambda size: "".join(one(number) for number in range(size))


GROWING: Mapping[str, Grow] = {
    **{f"{code}, lines": _example(code) for code in CODES},
    **{f"{code}, nets": _nets(code) for code in CODES},
    # Names that nobody knows, beside many that are known
    "labels and unknown taps": lambda n: net(
        *(f"relu as label{i}" for i in range(n)), *(f"@lable{i} -> relu" for i in range(n))
    ),
    "blocks and unknown calls": _blocks(
        lambda i: f"block block{i} {{ relu }}", lambda i: f"blokc{i}"
    ),
    "blocks and groups of near names": _blocks(
        lambda i: f"block block{i} {{ relu }}", lambda i: f"blokc{i} {{ relu }}"
    ),
    "blocks and calls of any name": _blocks(
        lambda i: f"block block{i} {{ relu }}", lambda i: f"{'xyzw' * 3}{i}"
    ),
    "groups": _many(lambda i: f"group{i} {{ relu }}"),
    "groups of one name": _many(lambda i: "stage { relu }"),
    "ambiguous taps": lambda n: net(*["stage { relu }"] * n, *["@stage -> relu"] * n),
    "unknown words": _many(lambda i: f"conv 3x3 8 pad{i}"),
    "unknown names": _many(lambda i: f"conv 3x3 (chanels{i} + 1)"),
    "unknown names among parameters": lambda n: net(
        *(f"conv 3x3 wdith{i}" for i in range(n)),
        parameters="(" + ", ".join(f"width{i} = {i + 1}" for i in range(n)) + ")",
    ),
    "unknown arguments": _many(lambda i: f"conv 3x3 8 strid{i}=2"),
    "unknown arguments of one call": _wide(
        lambda n: "conv 3x3 8 " + " ".join(f"strid{i}=2" for i in range(n))
    ),
    "unknown arguments of a block's call": lambda n: (
        net("b " + " ".join(f"wdith{i}=2" for i in range(n)))
        + "block b("
        + ", ".join(f"width{i} = 1" for i in range(n))
        + ") { relu }\n"
    ),
    "unknown functions": _many(lambda i: f"conv 3x3 (flor{i}(3))"),
    "unknown operators by default": _many(lambda i: f"default covn{i} act=relu"),
    "unknown operators passed": _many(lambda i: f"conv 3x3 8 norm=batchnrom{i}(eps=0.1)"),
    "unknown lines of a recipe": lambda n: net(
        "relu", "recipe {", *(f"optimiser{i} sgd lr=0.1" for i in range(n)), "}"
    ),
    "unknown steps of a recipe": lambda n: net(
        *(f"conv 1x1 2 as step{i}" for i in range(n)),
        "recipe {",
        *(f"init conv at=stpe{i} normal std=0.1" for i in range(n)),
        "}",
    ),
    "lines of a recipe that fit": lambda n: net(
        *(f"conv 1x1 2 as step{i}" for i in range(n)),
        "recipe {",
        *(f"init conv at=step{i} normal std=0.1" for i in range(n)),
        "}",
    ),
    # What is defined
    "blocks": _blocks(lambda i: f"block b{i}(c) {{ conv 1x1 c }}", lambda i: f"b{i} {8 + i % 3}"),
    "blocks that call the next": lambda n: (
        net("b0") + "\n".join(f"block b{i} {{ b{i + 1} }}" for i in range(n)) + "\n"
    ),
    "blocks in a circle": lambda n: (
        net("b0") + "\n".join(f"block b{i} {{ b{(i + 1) % n} }}" for i in range(n)) + "\n"
    ),
    "blocks that nothing calls": _blocks(lambda i: f"block b{i} {{ relu }}", lambda i: "relu"),
    "blocks with many parameters, called once": lambda n: (
        net("b " + "3 " * n) + "block b(" + ", ".join(f"p{i}" for i in range(n)) + ") { relu }\n"
    ),
    "blocks with many parameters, called by name": lambda n: (
        net("b " + " ".join(f"p{i}=3" for i in range(n)))
        + "block b("
        + ", ".join(f"p{i}" for i in range(n))
        + ") { relu }\n"
    ),
    "defaults of many parameters": lambda n: (
        net("b") + "block b(" + ", ".join(f"p{i} = {i}" for i in range(n)) + ") { relu }\n"
    ),
    "defaults of the one before": lambda n: (
        net("b")
        + "block b(p0 = 1"
        + "".join(f", p{i + 1} = p{i}" for i in range(n))
        + ") { conv 1x1 p0 }\n"
    ),
    "many parameters missing": lambda n: (
        net(*["b"] * n) + "block b(" + ", ".join(f"p{i}" for i in range(n)) + ") { relu }\n"
    ),
    "many parameters and too many arguments": lambda n: (
        net(*["b x=1"] * n) + "block b(" + ", ".join(f"p{i}=1" for i in range(n)) + ") { relu }\n"
    ),
    "many parameters, each call with one": lambda n: (
        net(*[f"b p{i}=2" for i in range(n)])
        + "block b("
        + ", ".join(f"p{i}=1" for i in range(n))
        + ") { relu }\n"
    ),
    "many parameters, each call alike": lambda n: (
        net(*["b"] * n) + "block b(" + ", ".join(f"p{i}=1" for i in range(n)) + ") { relu }\n"
    ),
    "parameters of one name": lambda n: (
        net("b") + "block b(" + ", ".join("p = 1" for i in range(n)) + ") { relu }\n"
    ),
    "parameters of a net": lambda n: net(
        "relu", parameters="(" + ", ".join(f"p{i} = {i}" for i in range(n)) + ")"
    ),
    "nets": lambda n: "".join(f"net n{i} {{ input 8x8x3; relu }}\n" for i in range(n)),
    "nets and blocks": lambda n: "".join(
        f"net n{i} {{ input 8x8x3; b{i} }}\nblock b{i} {{ relu }}\n" for i in range(n)
    ),
    "nets that share a warning": lambda n: (
        "".join(f"net n{i} {{ input 8x8x3; relu }}\n" for i in range(n))
        + "".join(f"block b{i} {{ relu }}\n" for i in range(n))
    ),
    "labels": _many(lambda i: f"relu as r{i}"),
    "labels that are tapped": _many(lambda i: f"relu as r{i} -> add {{ identity; @r{i} }}"),
    "labels of one name": _many(lambda i: "relu as r"),
    "labels of one step": _wide(lambda n: "relu " + " ".join(f"as r{i}" for i in range(n))),
    "labels that take numbered names": lambda n: net(
        *(f"relu as relu{i}" for i in range(1, n)), *["relu"] * n
    ),
    "groups that take numbered names": lambda n: net(
        *(f"relu{i} {{ tanh }}" for i in range(1, n)), *["relu"] * n
    ),
    "default statements": _many(lambda i: f"default conv act=relu\nconv 1x1 {1 + i % 8}"),
    "default statements of many operators": _many(
        lambda i: (
            f"default {('conv', 'maxpool', 'linear', 'upconv')[i % 4]} bias=yes"
            if i % 4 != 1
            else "default maxpool stride=1"
        ),
        "",
        "conv 3x3 4",
    ),
    "default statements and other operators": _many(lambda i: "default conv act=relu\nmaxpool 3x3"),
    "auxiliary heads": _many(lambda i: f"aux a{i} {{ avgpool global; linear 2 }}\nrelu"),
    "inputs": lambda n: "net n {\n" + "".join(f"input 4 as i{k}\n" for k in range(n)) + "}\n",
    "inputs and what blocks were given": lambda n: (
        "net n {\n"
        + "".join(f"input 4 as i{k}\n" for k in range(n))
        + "linear in_channels\n" * n
        + "}\n"
    ),
    "outputs": lambda n: net("relu as r", "output " + "@r " * n),
    "claims": _many(lambda i: "relu => 32x32x16"),
    "claims of one step": _wide(lambda n: "relu" + " => 32x32x16" * n),
    "wrong claims of one step": _wide(lambda n: "relu" + " => 32x32x17" * n),
    "expectations": _many(lambda i: "expect params = 0"),
    # Width, depth and length
    "steps": _many(lambda i: "relu"),
    "a chain": _wide(lambda n: "relu" + " -> relu" * n),
    "statements in a line": _wide(lambda n: "relu; " * n),
    "branches": _wide(lambda n: "concat { " + "relu; " * n + "}"),
    "wrong branches": _wide(lambda n: "add { relu; " + "conv 1x1 3; " * n + "}"),
    "joins in joins": _many(lambda i: "concat { relu; add { tanh; relu } }\nconv 1x1 3"),
    "copies": lambda n: net(f"{n} x conv 3x3 16"),
    "copies of a group": lambda n: net(f"{n} x {{ conv 3x3 16; relu as r; @r -> tanh }}"),
    "copies with an error": lambda n: net(f"{n} x {{ conv 3x3 chanels }}"),
    "copies with a choice": lambda n: net(
        f"{n} x {{ if index % 2 == 0 {{ relu }} else {{ tanh }} }}"
    ),
    "copies of a long choice": lambda n: net(
        f"{n} x {{ if " + " and ".join(["channels == 16"] * n) + " { relu } else { tanh } }"
    ),
    "copies of a long argument": lambda n: net(
        f"{n} x conv 1x1 (" + " + ".join(["index"] * n) + " - index + 1)"
    ),
    "copies of nothing": lambda n: net(f"{n} x {{ if 1 == 2 {{ relu }} }}", "relu"),
    "copies in copies of nothing": lambda n: net(
        f"{n} x {{ {n} x {{ if 1 == 2 {{ relu }} }} }}", "relu"
    ),
    "arms of a choice": _wide(
        lambda n: (
            "if channels == 1 { relu }"
            + "".join(f" else if channels == {100 + i} {{ relu }}" for i in range(n))
        )
    ),
    "choices": _many(lambda i: "if channels == 16 { relu } else { tanh }"),
    "choices that give labels": _many(lambda i: f"if channels == 16 {{ relu as r{i} }}"),
    "doubtful comparisons": lambda n: (
        net("b")
        + "block b {\nconv 1x1 8\n"
        + "if channels == 16 { relu } else { tanh }\n" * n
        + "}\n"
    ),
    "a sum": _wide(lambda n: "conv 1x1 (" + "1 + " * n + "1)"),
    "a sum of products": _wide(lambda n: "conv 1x1 (" + "1 * 1 + " * n + "1)"),
    "a sum that is wrong": _wide(lambda n: "conv 1x1 (" + "1 + " * n + "x)"),
    "a conjunction": _wide(lambda n: "if " + "1 == 1 and " * n + "1 == 1 { relu }"),
    "prefixes": _wide(lambda n: "if " + "not " * n + "1 == 1 { relu }"),
    "minus signs": _wide(lambda n: "scale (" + "- " * n + "1)"),
    "numbers of min": _wide(lambda n: "conv 1x1 (min(" + "3, " * n + "3))"),
    "a list": _wide(lambda n: "affine scale=[" + ", ".join(["1"] * n) + "]"),
    "a list that is passed": lambda n: (
        net("b [" + ", ".join(["1"] * n) + "]") + "block b(p) { c p; c p }\nblock c(p) { relu }\n"
    ),
    "a list that is passed often": lambda n: (
        net("b [" + ", ".join(["1"] * n) + "]")
        + "block b(p) {\n"
        + "c p\n" * n
        + "}\nblock c(p) { relu }\n"
    ),
    "lists in lists": lambda n: (
        net("b [1, 1]")
        + "".join(f"block b{i}(p) {{ b{i + 1} [p, p] }}\n" for i in range(n))
        + f"block b(p) {{ b0 [p, p] }}\nblock b{n}(p) {{ relu }}\n"
    ),
    "operators in operators": lambda n: (
        net("b relu") + "block b(p) {\n" + "conv 3x3 8 act=p\n" * n + "}\n"
    ),
    "long names": lambda n: net(
        f"{'a' * n} {{ relu }}", f"@{'b' * n} -> relu", f"conv 3x3 {'c' * n}", f"{'d' * n} 3"
    ),
    "long names, often": _many(lambda i: f"{'abcdefgh' * 20}{i} 3 {'ijkl' * 20}{i}"),
    "a long label tapped in vain": lambda n: net(f"relu as {'ab' * n}", f"@{'ba' * n} -> relu"),
    "a long number": _wide(lambda n: "conv 3x3 " + "1" * n),
    "a long fraction": _wide(lambda n: "scale 0." + "1" * n),
    "a long string": lambda n: f'use "{"a" * n}"\n' + net("relu"),
    "a long comment": lambda n: net("relu # " + "x" * n),
    "comments": _many(lambda i: "# nothing\nrelu"),
    "blank lines": _many(lambda i: " "),
    "spaces": lambda n: net("relu" + " " * n + "-> relu"),
    "nesting": lambda n: net("{ " * n + "relu" + " }" * n),
    "parentheses": lambda n: net("conv 1x1 " + "(" * n + "1" + ")" * n),
    "many deep nests": _many(lambda i: "{ " * 30 + "relu" + " }" * 30),
    "missing files": lambda n: "".join(f'use "no{i}.arch"\n' for i in range(n)) + net("relu"),
    "one missing file": lambda n: 'use "no.arch"\n' * n + net("relu"),
    "files outside": lambda n: "".join(f'use "../../no{i}.arch"\n' for i in range(n)) + net("relu"),
    # What cannot be read
    "statements that cannot be read": _many(lambda i: "conv 3x3 3x"),
    "statements that cannot be read in a line": _wide(lambda n: "conv ) ; " * n),
    "closers that close nothing": _many(lambda i: "}"),
    "openers": lambda n: net(*["concat ("] * n),
    "open braces": lambda n: "".join(f"net n{i} {{ input 3; concat {{\n" for i in range(n)),
    "characters that mean nothing": lambda n: net("$" * n),
    "characters in lines": _many(lambda i: "$"),
    "strings": _many(lambda i: '"a"'),
    "names at the top": lambda n: "relu\n" * n,
    "names in a line at the top": lambda n: "relu " * n + "\n",
    "arrows": lambda n: net("-> " * n),
    "arrows in lines": _many(lambda i: "->"),
    "commas": lambda n: net("conv " + "," * n),
    "line ends before an arrow": lambda n: net("relu" + "\n" * n + "-> relu"),
    "line ends before nothing": lambda n: net("relu (" + "\n" * n + "relu"),
    "statements side by side": _wide(lambda n: "{ relu } " * n + "relu"),
    "elses": _many(lambda i: "else { relu }"),
    "nets without a name": lambda n: "net { }\n" * n,
    "brackets that do not pair": _many(lambda i: "conv (3x3]"),
    "quotes": lambda n: net('"' * n),
    "digits and letters": _many(lambda i: f"conv {i}abc"),
}
"""A text of each kind, by a number that it grows with."""

MULTIPLIED = ("copies of a long choice", "copies of a long argument", "copies in copies of nothing")
"""Those whose copies multiply with what is copied, as nodes may, up to the limit on steps."""


def checked(path: Path) -> tuple[Diagnostic, ...]:
    """Check a file as the command does, and write out what it shows."""
    spec = read_spec(str(path), Request((str(path),), None, {}, 1_000_000))
    render_text(spec.diagnostics[:100])
    for found in spec.diagnostics[:100]:
        render_json(found)
    return spec.diagnostics


def calls(action: Callable[[], object]) -> int:
    """Return how many functions an action calls, Python's own among them."""
    count = 0

    def see(frame: object, event: str, what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count
