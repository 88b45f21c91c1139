"""What a program consists of besides installed packages."""

from __future__ import annotations

import hashlib
import os
import site
import sys
import sysconfig


def own_files() -> dict[str, str]:
    """Returns a digest of the source of each module that has been imported and is not installed: those
    that people edit between two runs. assay keeps the digests in its journal."""
    installed = tuple(os.path.realpath(folder) + os.sep for folder in _installed() if folder)
    files: dict[str, str] = {}
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if not isinstance(path, str):
            continue
        path = os.path.realpath(path)
        if path.startswith(installed):
            continue
        try:
            with open(path, "rb") as file:
                files[path] = "sha256 " + hashlib.sha256(file.read()).hexdigest()
        except OSError:
            pass  # out of an archive, say
    return files


def _installed() -> list[str]:
    paths = sysconfig.get_paths()
    folders = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return [*folders, *getattr(site, "getsitepackages", list)(), getattr(site, "getusersitepackages", str)()]
