"""A JupyterLab of its own: its kernel, its settings and its notebooks lie in one folder."""

import contextlib
import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

# What JupyterLab asks or tells when it is opened first would lie over the notebook; cells out of sight stay on the
# page.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/themes": {"theme": "JupyterLab Light"},
}


def write_settings(folder):
    for name, values in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / (name + ".jupyterlab-settings")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def environment(folder):
    """Where nothing of the user's own Jupyter is in reach."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept, "HOME": str(folder), "LANG": "C.UTF-8", "JUPYTER_PATH": str(folder / "share" / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces")}


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def serving(folder, program, patience):
    """Gives the address of a notebook by its path, while the server runs on the notebooks of `folder/work`."""
    own = environment(folder)
    write_settings(folder)
    subprocess.run([program, "kernel", "install", "--prefix", folder], env=own, check=True, capture_output=True)
    port, token = free_port(), secrets.token_hex(16)
    with open(folder / "server.log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
             f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder / 'work'}"],
            env=own, cwd=folder / "work", stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, patience)
            # A workspace for each notebook, so that none has the tabs of another.
            yield lambda path: (
                f"http://127.0.0.1:{port}/lab/workspaces/{pathlib.PurePath(path).stem}/tree/{path}?token={token}")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=patience)


def wait_for(address, server, patience):
    limit = time.monotonic() + patience
    while server.poll() is None and time.monotonic() < limit:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            with urllib.request.urlopen(address, timeout=5):
                return
        time.sleep(0.2)
    raise SystemExit("JupyterLab did not start: see server.log in its folder")
