"""Fetch the browser library of the published map from npm and lay it into the package.

``python scripts/vendor.py`` needs npm and the network; the result is committed, so neither users
nor the build need either. Versions stand in ``package.json``, hashes in ``package-lock.json``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE.parent / "src/landrenew/publish/map/page/vendor"
FILES = {
    "leaflet": (
        "LICENSE",
        "dist/leaflet.js",
        "dist/leaflet.css",
        "dist/images/layers.png",
        "dist/images/layers-2x.png",
        "dist/images/marker-icon.png",
    ),
}
"""What is taken from each package; nothing else of it is shipped."""


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


def lay(modules: Path, package: str, files: tuple[str, ...]) -> dict[str, object]:
    """Copy one package's files and describe them for the manifest."""
    about = json.loads((modules / package / "package.json").read_text(encoding="utf-8"))
    sums = {}
    for file in files:
        target = VENDOR / package / file.removeprefix("dist/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(modules / package / file, target)
        sums[target.relative_to(VENDOR).as_posix()] = hashlib.sha256(
            target.read_bytes()
        ).hexdigest()
    return {
        "name": package,
        "version": about["version"],
        "licence": about["license"],
        "sha256": sums,
    }


def main() -> None:
    """Replace the vendored files and their manifest."""
    with tempfile.TemporaryDirectory() as folder:
        modules = fetch(Path(folder))
        shutil.rmtree(VENDOR, ignore_errors=True)
        manifest = [lay(modules, package, files) for package, files in FILES.items()]
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (VENDOR / "manifest.json").write_text(text, encoding="utf-8")
    print(f"{len(manifest)} package(s) laid into {VENDOR}")


if __name__ == "__main__":
    main()
