"""The committed bundles are made from the sources beside them, with what licences ask for."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from archdsl.drawing.theme import LIGHT
from archdsl.ops import Role

ROOT = Path(__file__).parents[2]


def program() -> ModuleType:
    path = ROOT / "tools/build_web.py"
    spec = importlib.util.spec_from_file_location("build_web", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_web"] = module  # where dataclasses look their module up
    spec.loader.exec_module(module)
    return module


BUILD = program()
STYLE = (ROOT / "archdsl/page/web/viewer.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("bundle", BUILD.present(), ids=lambda bundle: bundle.name)
def test_a_bundle_is_made_from_its_sources(bundle: object) -> None:
    for entry in bundle.entries:  # type: ignore[attr-defined]
        built = bundle.target / entry.name  # type: ignore[attr-defined]
        first = built.read_text(encoding="utf-8").splitlines()[0]
        assert f"sources {BUILD.digest(bundle)} " in first, "run `python tools/build_web.py`"


def test_a_licence_lies_beside_the_bundle_for_each_package_in_it() -> None:
    names = {path.name for path in (ROOT / "archdsl/page/bundle").glob("*.LICENSE.txt")}
    assert names == {"dagrejs-dagre.LICENSE.txt", "dagrejs-graphlib.LICENSE.txt"}


def test_the_lock_names_no_host() -> None:
    assert "resolved" not in (ROOT / "tools/web/package-lock.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_each_role_has_the_colours_of_the_drawings_and_dark_ones(role: Role) -> None:
    light, dark = re.findall(rf"--{role.value}-fill: (#\w+); --{role.value}-line: (#\w+);", STYLE)
    assert light == (LIGHT.roles[role].fill, LIGHT.roles[role].line)
    assert dark != light
    assert f".role-{role.value} " in STYLE


def test_the_hues_of_blocks_are_those_of_the_drawings() -> None:
    hues = re.findall(r"--hue(\d)-fill: (#\w+); --hue\d-line: (#\w+);", STYLE)[: len(LIGHT.panels)]
    assert hues == [(str(at), one.fill, one.line) for at, one in enumerate(LIGHT.panels)]
