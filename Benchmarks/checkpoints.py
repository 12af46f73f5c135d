"""Measures what the checkpoint at the end of each epoch costs: ResNet-18 with and without, in turn, on a session on disk.

The cost is what an epoch takes longer, in milliseconds, with the standard error of the pairs; as a share it is that of an
epoch of 60,000 images, as Fashion-MNIST has, in which it is paid once.
"""

import argparse
import csv
import io
import math
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def seconds(program, session, images, epochs, pace):
    """Of one run, as the session has it."""
    cells = f"data shapes limit {images} test 100 size 28\nset checkpoint {pace}\nt = train resnet18 epochs {epochs}"
    subprocess.run([program, "--session", session, "-c", cells], check=True, capture_output=True)
    listed = subprocess.run(
        [program, "--session", session, "-c", "runs as csv"], check=True, capture_output=True, text=True).stdout
    rows = list(csv.DictReader(io.StringIO(listed)))
    return float(next(value for key, value in rows[-1].items() if key.startswith("duration")))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qatlab", default=str(ROOT / ".build" / "release" / "qatlab"))
    parser.add_argument("--images", type=int, default=2560)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=4)
    arguments = parser.parse_args()
    costs, epochs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for pair in range(arguments.pairs):
            both = {}
            for pace in ("off", "5 min") if pair % 2 else ("5 min", "off"):
                both[pace] = seconds(
                    arguments.qatlab, f"{folder}/session", arguments.images, arguments.epochs, pace) / arguments.epochs
            costs.append(1000 * (both["5 min"] - both["off"]))
            epochs.append(both["off"])
            print(f"pair {pair + 1}: an epoch {both['off']:.2f} s without, {both['5 min']:.2f} s with", flush=True)
    cost = statistics.mean(costs)
    error = statistics.stdev(costs) / math.sqrt(len(costs)) if len(costs) > 1 else math.nan
    whole = 1000 * statistics.median(epochs) * 60_000 / arguments.images
    print(
        f"a checkpoint: {cost:.0f} ± {error:.0f} ms, {100 * cost / whole:.2f} ± {100 * error / whole:.2f} % of an epoch of "
        f"60,000 images, {whole / 1000:.0f} s")


if __name__ == "__main__":
    main()
