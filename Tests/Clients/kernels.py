"""Kernels of qatlab as Jupyter's own client starts them, and what cells give there."""

import contextlib
import hashlib
import hmac
import json
import os
import queue
import subprocess
import time

from jupyter_client.manager import KernelManager

from conftest import PROGRAM

# Nothing is measured: so long a kernel on a busy machine may take.
PATIENCE = 120


def install(folder):
    """Makes the kernel known in a folder of its own; gives the environment in which Jupyter finds it there."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    environment = {
        **kept, "HOME": str(folder), "LANG": "C.UTF-8", "JUPYTER_PATH": str(folder / "share" / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "JUPYTER_CONFIG_DIR": str(folder / "config")}
    subprocess.run([PROGRAM, "kernel", "install", "--prefix", str(folder)], env=environment, check=True,
                   capture_output=True)
    return environment


def manager(folder, **settings):
    """A manager of kernels that finds the one installed in the folder, and no other."""
    km = KernelManager(kernel_name="qatlab", **settings)
    km.kernel_spec_manager.kernel_dirs = [str(folder / "share" / "jupyter" / "kernels")]
    return km


@contextlib.contextmanager
def running(folder, cwd=None, env=(), **settings):
    """A kernel that is ready, with its manager."""
    environment = install(folder)
    km = manager(folder, **settings)
    km.start_kernel(cwd=str(cwd or folder), env={**environment, **dict(env)})
    client = Client(km)
    try:
        yield client
    finally:
        client.close()


class Client:
    """A client whose calls give the reply and the outputs of a cell in their order."""

    def __init__(self, km):
        self.km = km
        self.kc = km.blocking_client()
        self.kc.start_channels()
        self.kc.wait_for_ready(timeout=PATIENCE)

    def close(self):
        self.kc.stop_channels()
        if self.km.has_kernel:
            self.km.shutdown_kernel(now=True)

    def iopub(self):
        return self.kc.get_iopub_msg(timeout=PATIENCE)

    def until_idle(self, request):
        """Messages about a request, from its busy to its idle."""
        messages = []
        while True:
            message = self.iopub()
            if message["parent_header"].get("msg_id") != request:
                continue
            messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return messages

    def reply(self, request, channel="shell"):
        """The answer to a request; others before it are left out."""
        get = self.kc.get_shell_msg if channel == "shell" else self.kc.get_control_msg
        while True:
            message = get(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == request:
                return message

    def start(self, code, **options):
        return self.kc.execute(code, **options)

    def run(self, code, **options):
        """The reply's content, and the messages between busy and idle."""
        request = self.start(code, **options)
        messages = self.until_idle(request)
        return self.reply(request)["content"], messages[1:-1]

    def outputs(self, code):
        """What a cell that works puts out, in the form of nbformat."""
        reply, messages = self.run(code)
        assert reply["status"] == "ok", reply
        return [m for m in messages if m["msg_type"] != "execute_input"]

    def text(self, code):
        """All plain text that a cell puts out."""
        return "\n".join(
            m["content"].get("text") or m["content"].get("data", {}).get("text/plain", "")
            for m in self.outputs(code))

    def ask(self, kind, channel="shell", **content):
        """The content of the reply to a request of any kind."""
        message = self.kc.session.msg(kind + "_request", content)
        (self.kc.shell_channel if channel == "shell" else self.kc.control_channel).send(message)
        reply = self.reply(message["header"]["msg_id"], channel)
        assert reply["msg_type"] == kind + "_reply"
        return reply["content"]

    def wait_for(self, kind):
        """The next message of a kind on iopub."""
        while True:
            message = self.iopub()
            if message["msg_type"] == kind:
                return message

    def drain(self):
        with contextlib.suppress(queue.Empty):
            while True:
                self.kc.get_iopub_msg(timeout=0.2)


def signed(key, header, content, parent=b"{}", metadata=b"{}"):
    """The frames of a message behind its routing."""
    parts = [json.dumps(header).encode(), parent, metadata, json.dumps(content).encode()]
    code = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        code.update(part)
    return [b"<IDS|MSG>", code.hexdigest().encode(), *parts]


def ends(process_id, patience=PATIENCE):
    """Whether a process ends."""
    limit = time.monotonic() + patience
    while time.monotonic() < limit:
        try:
            with open(f"/proc/{process_id}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False
