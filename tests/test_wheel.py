"""The built wheel, installed into an empty environment and used from another folder.

Everything the wheel's own metadata asks for is installed, except torch. Torch is left out on
purpose: reading, checking, summing up and drawing a network must work without it, and what does
need it must say so. The installation needs a package index, as any `pip install` does.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
SPEC = "inception_v4.arch"

# One worker runs this file, so that the wheel is built and installed once.
pytestmark = pytest.mark.xdist_group("wheel")

Result = subprocess.CompletedProcess[str]
Archdsl = Callable[..., Result]


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> Result:
    return subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def must_run(*command: str | Path) -> None:
    result = run(*command)
    assert result.returncode == 0, result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the repository with the tools of this environment."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    must_run(*build, "--outdir", folder, ROOT)
    (built,) = folder.glob("archdsl-*.whl")
    return built


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an empty environment that got the wheel, and of its needs all but torch."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment)
    (metadata,) = importlib.metadata.distributions(path=[str(wheel)])
    needs = [
        need
        for need in map(Requirement, metadata.requires or ())
        if need.name != "torch" and (need.marker is None or need.marker.evaluate({"extra": ""}))
    ]
    install = [sys.executable, "-m", "pip", "--python", environment, "install", "--quiet"]
    must_run(*install, *map(str, needs))
    must_run(*install, "--no-deps", wheel)
    return environment / "bin"


@pytest.fixture
def archdsl(scripts: Path, tmp_path: Path) -> Archdsl:
    """Run the installed command by its path, in a folder that holds one spec.

    The environment is not activated and the search path is empty: no Graphviz of the system's
    can help out, and the one installed with archdsl has to be found all the same.
    """
    shutil.copy(ROOT / "specs" / SPEC, tmp_path)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env["PATH"] = ""

    def archdsl(*arguments: str) -> Result:
        return run(scripts / "archdsl", *arguments, cwd=tmp_path, env=env)

    return archdsl


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    package = ROOT / "archdsl"
    source = {
        path.relative_to(ROOT).as_posix()
        for path in package.rglob("*")
        # Of what runs in browsers it has the bundles, and not what they are built from.
        if path.is_file() and path.parent.name not in ("__pycache__", "web")
    }
    assert "archdsl/drawing/fonts/LiberationSans-Regular.ttf" in source
    assert "archdsl/page/bundle/viewer.js" in source
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == source


def test_check_works_without_torch(archdsl: Archdsl) -> None:
    result = archdsl("check", SPEC)
    assert result.returncode == 0, result.stdout


def test_summary_works_without_torch(archdsl: Archdsl) -> None:
    result = archdsl("summary", SPEC)
    assert result.returncode == 0, result.stdout
    assert "35×35×384" in result.stdout


def test_render_works_without_torch_or_graphviz(archdsl: Archdsl, tmp_path: Path) -> None:
    result = archdsl("render", SPEC, "-o", "network.svg")
    assert result.returncode == 0, result.stdout
    assert "</svg>" in (tmp_path / "network.svg").read_text(encoding="utf-8")


def test_compile_without_torch_says_what_is_missing(archdsl: Archdsl) -> None:
    result = archdsl("compile", SPEC)
    assert result.returncode in (1, 2), result.stdout
    assert "torch" in result.stdout
    assert "Usage:" not in result.stdout
    assert "Traceback" not in result.stdout
