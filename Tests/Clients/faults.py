"""Faults of the disk under a program: the n-th call that fails, and what is left after a power cut."""

import pathlib
import shutil
import subprocess

KINDS = ["write", "sync", "rename", "open", "truncate", "allocate", "make"]


def build(folder):
    """The library that is preloaded; nil where there is no compiler."""
    compiler = next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), None)
    if compiler is None:
        return None
    library = folder / "faults.so"
    source = pathlib.Path(__file__).with_name("faults.c")
    subprocess.run(
        [compiler, "-O1", "-Wall", "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"], check=True)
    return library


class Calls:
    """Which calls fail, and how many there were."""

    def __init__(self, library, folder, counter):
        self.library, self.folder, self.counter = library, folder, counter
        counter.write_bytes(bytes(8))

    def environment(self, kinds, at=0, how="fail", error=28):
        self.counter.write_bytes(bytes(8))
        return {
            "LD_PRELOAD": str(self.library), "QATLAB_FAULT_FOLDER": str(self.folder),
            "QATLAB_FAULT_CALLS": ",".join(kinds), "QATLAB_FAULT_AT": str(at), "QATLAB_FAULT_HOW": how,
            "QATLAB_FAULT_ERROR": str(error), "QATLAB_FAULT_COUNT": str(self.counter)}

    @property
    def count(self):
        return int.from_bytes(self.counter.read_bytes(), "little")


class Disk:
    """What is durable of a folder: what fsync was called for, and nothing else."""

    def __init__(self, library, folder, shadow):
        self.library, self.folder, self.shadow = library, folder, shadow
        shadow.mkdir()

    @property
    def environment(self):
        return {
            "LD_PRELOAD": str(self.library), "QATLAB_FAULT_FOLDER": str(self.folder),
            "QATLAB_FAULT_SHADOW": str(self.shadow)}

    def after_power_cut(self, target):
        """Makes the folder as the disk has it: a name that was not synchronised is not there, and neither are bytes."""
        self._fill(self.folder.stat().st_ino, target)

    def _fill(self, inode, target):
        target.mkdir()
        target.chmod(0o700)
        names = self.shadow / f"dir.{inode}"
        for line in names.read_text().splitlines() if names.exists() else []:
            kind, number, name = line.split(" ", 2)
            if kind == "d":
                self._fill(number, target / name)
                continue
            content = self.shadow / f"data.{number}"
            (target / name).write_bytes(content.read_bytes() if content.exists() else b"")
            (target / name).chmod(0o600)
