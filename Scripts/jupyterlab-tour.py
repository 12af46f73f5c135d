#!/usr/bin/env python3
"""Drives the quick start in JupyterLab by clicks and keys, in headless Chromium, and keeps screenshots of it.

JupyterLab, selenium and python/qatlab-jupyter go into a Python environment under .build; Chromium and its driver come
from Debian's packages, with apt-get where they are missing. What the tour does and asserts is in jupyterlab/tour.py.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".build" / "jupyterlab"
PACKAGES = ["jupyterlab>=4.2", "selenium>=4.20"]


def install_chromium():
    """Chromium and the program that selenium steers it with."""
    if shutil.which("chromium") and shutil.which("chromedriver"):
        return
    elevated = [] if os.geteuid() == 0 else ["sudo"]
    print("installing chromium and chromium-driver with apt-get", flush=True)
    for command in (["update"], ["install", "--no-install-recommends", "chromium", "chromium-driver"]):
        subprocess.run([*elevated, "apt-get", "-q", "-y", *command], check=True, stdin=subprocess.DEVNULL)


def install_packages():
    """The Python environment, made once; the package of this repository is installed anew each time."""
    python = ENVIRONMENT / "bin" / "python"
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if not python.exists():
        print("making the Python environment of the tour", flush=True)
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([*pip, *PACKAGES], check=True)
    subprocess.run([*pip, "--force-reinstall", "--no-deps", ROOT / "python" / "qatlab-jupyter"], check=True)
    return python


def main():
    install_chromium()
    python = install_packages()
    tour = pathlib.Path(__file__).with_name("jupyterlab") / "tour.py"
    os.execv(python, [str(python), str(tour), *sys.argv[1:]])


if __name__ == "__main__":
    main()
