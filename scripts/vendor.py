"""Fetch the browser library of the published map, and the one that checks it, from npm.

``python scripts/vendor.py`` needs npm and the network; the result is committed, so neither users,
nor the build, nor the tests need either. Versions stand in ``package.json``, hashes in
``package-lock.json``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SHELVES = {
    HERE.parent / "src/landrenew/publish/map/page/vendor": {
        "leaflet": (
            "LICENSE",
            "dist/leaflet.js",
            "dist/leaflet.css",
            "dist/images/layers.png",
            "dist/images/layers-2x.png",
            "dist/images/marker-icon.png",
        ),
    },
    HERE.parent / "tests/vendor": {
        "axe-core": ("LICENSE", "LICENSE-3RD-PARTY.txt", "axe.min.js"),
    },
}
"""What is taken from each package, and where it is laid; nothing else of it is taken."""


def fetch(folder: Path) -> Path:
    """Install the locked packages into a folder, running none of their scripts."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    npm = shutil.which("npm")
    if npm is None:
        message = "npm is not on the PATH; install Node.js first"
        raise SystemExit(message)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603  fixed words, no user input
    return folder / "node_modules"


def lay(modules: Path, shelf: Path, package: str, files: tuple[str, ...]) -> dict[str, object]:
    """Copy one package's files and describe them for the manifest."""
    about = json.loads((modules / package / "package.json").read_text(encoding="utf-8"))
    sums = {}
    for file in files:
        target = shelf / package / file.removeprefix("dist/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(modules / package / file, target)
        sums[target.relative_to(shelf).as_posix()] = hashlib.sha256(target.read_bytes()).hexdigest()
    return {
        "name": package,
        "version": about["version"],
        "licence": about["license"],
        "sha256": sums,
    }


def main() -> None:
    """Replace the vendored files and their manifests."""
    with tempfile.TemporaryDirectory() as folder:
        modules = fetch(Path(folder))
        for shelf, packages in SHELVES.items():
            shutil.rmtree(shelf, ignore_errors=True)
            manifest = [lay(modules, shelf, name, files) for name, files in packages.items()]
            text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
            (shelf / "manifest.json").write_text(text, encoding="utf-8")
            print(f"{', '.join(packages)} laid into {shelf}")


if __name__ == "__main__":
    main()
