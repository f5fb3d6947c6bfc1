"""Bundle the page's viewer, and the preview's editor, from their sources and npm's packages.

    python tools/build_web.py

needs Node and npm; what it writes is committed, so that neither is needed to use or test archdsl.
The first line of each bundle has the hash of all it was made from, which a test compares.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
WEB = ROOT / "tools/web"
RECIPE = (WEB / "package.json", WEB / "package-lock.json")


@dataclass(frozen=True)
class Bundle:
    """One program for the browser: where its sources are, and under what name it is known."""

    folder: Path
    name: str
    known_as: str
    packages: tuple[str, ...]
    """Scopes and packages of npm that are in it; their licences lie beside the bundle."""

    @property
    def sources(self) -> list[Path]:
        return sorted(path for path in (self.folder / "web").rglob("*") if path.is_file())

    @property
    def entries(self) -> list[Path]:
        ends = (".js", ".css")
        return [path for end in ends if (path := self.folder / "web" / (self.name + end)).exists()]

    @property
    def target(self) -> Path:
        return self.folder / "bundle"


BUNDLES = (
    Bundle(ROOT / "archdsl/page", "viewer", "archdslViewer", ("@dagrejs",)),
    Bundle(
        ROOT / "archdsl/preview",
        "preview",
        "archdslPreview",
        ("@codemirror", "@lezer", "@marijn", "crelt", "style-mod", "w3c-keyname"),
    ),
)


def present() -> list[Bundle]:
    return [bundle for bundle in BUNDLES if bundle.entries]


def digest(bundle: Bundle) -> str:
    """Return the hash of everything a bundle is made from."""
    seen = sha256()
    for path in (*bundle.sources, *RECIPE):
        seen.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        seen.update(path.read_bytes() + b"\0")
    return seen.hexdigest()


def build(bundle: Bundle) -> None:
    bundle.target.mkdir(exist_ok=True)
    for entry in bundle.entries:
        command = [
            str(WEB / "node_modules/.bin/esbuild"),
            str(entry),
            "--bundle",
            "--minify",
            "--charset=utf8",
            "--target=es2022",
            "--log-level=warning",
            "--legal-comments=none",
            f"--banner:{entry.suffix[1:]}=/* archdsl {bundle.name}; sources {digest(bundle)} */",
            f"--outfile={bundle.target / entry.name}",
        ]
        if entry.suffix == ".js":
            command += ["--format=iife", f"--global-name={bundle.known_as}"]
        # Sources stand outside of the folder with npm's packages.
        subprocess.run(command, check=True, env={"NODE_PATH": str(WEB / "node_modules")})
    for package in bundle.packages:
        for licence in sorted((WEB / "node_modules" / package).rglob("LICENSE")):
            name = "-".join(licence.parent.relative_to(WEB / "node_modules").parts)
            shutil.copyfile(licence, bundle.target / f"{name.removeprefix('@')}.LICENSE.txt")


def main() -> None:
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not there: it comes with Node, https://nodejs.org")
    subprocess.run([npm, "ci", "--silent", "--ignore-scripts"], cwd=WEB, check=True)
    for bundle in present():
        build(bundle)
        print(f"{bundle.name}: {', '.join(str(path.relative_to(ROOT)) for path in bundle.entries)}")


if __name__ == "__main__":
    main()
