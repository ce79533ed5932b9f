"""./dev bench stall: what a stalled reactor costs its clients. README.md has the method."""

import argparse
import json
import os
import statistics
import subprocess
import sys

from processes import Program

NEVER_MS = 86_400_000
WITHOUT = [f"stall_threshold_ms={NEVER_MS}", f"stall_steer_ms={NEVER_MS}"]
COLUMNS = {  # of stall_client: the heading
    "p50_ms": "p50 ms", "p99_ms": "p99 ms", "max_ms": "max ms", "meanwhile_p50_ms": "meanwhile p50",
    "meanwhile_p99_ms": "meanwhile p99", "of_the_stalled": "connections",
    "by_the_other": "by the other", "lost": "lost"}


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench stall", description=__doc__)
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=5, help="of each; the table has the medians")
    parser.add_argument("--rate", type=int, default=1000, help="connections a second")
    parser.add_argument("--stall-ms", type=int, default=500, help="how long a reactor is held up")
    parser.add_argument("--threshold-ms", type=int, nargs="+", metavar="MS",
                        help="the limits stall_threshold_ms to compare; default: the library's")
    parser.add_argument("--json", action="store_true", help="one JSON object, no table")
    return parser.parse_args()


def run_once(options, limits):
    """What stall_client tells of a server of its own."""
    cpus = os.sched_getaffinity(0)
    flags = [f"--limits={','.join(limits)}"] if limits else []
    server = Program([options.programs + "/stall_server"] + flags, cpus, stderr=subprocess.DEVNULL)
    try:
        client = subprocess.run(
            [options.programs + "/stall_client", f"--port={server.first_port()}",
             f"--rate={options.rate}", f"--stall_ms={options.stall_ms}"],
            stdout=subprocess.PIPE, timeout=60, check=True)
        return json.loads(client.stdout)
    finally:
        server.end()


def servers(options):
    """The limits of each server that is compared, by what it is called."""
    if not options.threshold_ms:
        return {"yes": [], "no": WITHOUT}
    helped = {f"after {ms} ms": [f"stall_threshold_ms={ms}"] for ms in options.threshold_ms}
    return {**helped, "no": WITHOUT}


def targets(medians, lost):
    rows = []
    for name, row in medians.items():
        if name == "no":
            continue
        rows += [(f"p99, peers help: {name}, ms", row["p99_ms"], "at most 1", lambda v: v <= 1),
                 ("  of those due meanwhile, ms", row["meanwhile_p99_ms"], "at most 1",
                  lambda v: v <= 1)]
    rows += [("p99 without, ms", medians["no"]["p99_ms"], "over 400", lambda v: v > 400),
             ("connections lost", lost, "none", lambda v: v == 0)]
    return [{"target": text, "value": value, "wanted": wanted, "met": met(value)}
            for text, value, wanted, met in rows]


def main():
    options = arguments()
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("bench: needs two CPUs, one for each reactor")
    compared = servers(options)
    runs = {name: [] for name in compared}
    for _ in range(options.runs):
        for name, limits in compared.items():
            runs[name].append(run_once(options, limits))
    medians = {name: {key: statistics.median(run[key] for run in rows) for key in COLUMNS}
               for name, rows in runs.items()}
    met = targets(medians, sum(run["lost"] for rows in runs.values() for run in rows))
    if options.json:
        print(json.dumps({"runs": runs, "medians": medians, "targets": met}, indent=1))
        return
    print(f"one of two reactors stalled for {options.stall_ms} ms under {options.rate} connections/s;"
          f" from connect to first byte,\nof those that hash to it; medians of {options.runs} runs")
    print(f"  {'peers help':<12}" + "".join(f"{key:>15}" for key in COLUMNS.values()))
    for name, row in medians.items():
        print(f"  {name:<12}" + "".join(f"{row[key]:>15.4g}" for key in COLUMNS))
    print("\ntargets")
    for row in met:
        print(f"  {row['target']:<32}{row['value']:>10.3f}  {row['wanted']:<12}"
              f"{'met' if row['met'] else 'MISSED'}")


if __name__ == "__main__":
    main()
