"""./dev bench per-core: what each further reactor adds on this machine. README.md has the method."""

import argparse
import json
import os
import statistics
import sys

import measure
import servers
import workloads
from processes import raise_descriptor_limit


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench per-core", description=__doc__)
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--max-reactors", type=int, help="default: half of the CPUs")
    parser.add_argument("--rounds", type=int, default=3, help="slices of a second of each number")
    parser.add_argument("--json", action="store_true", help="one JSON object, no table")
    return parser.parse_args()


def measure_reactors(reactors, cpus, load_cpus, options):
    """Medians with that many reactors on as many CPUs, and the load on the others."""
    workload = workloads.WORKLOADS[0]._replace(connections=64 * reactors)
    with measure.working_folder() as folder:
        load = measure.Load(folder, options.programs, load_cpus)
        server = servers.Starter(options.programs, cpus[:reactors]).weir(reactors=reactors)
        try:
            slices = []
            for _ in range(options.rounds):
                before = server.cpu_ns()
                answers, seconds = load.wrk(server.port, workload, threads=len(load_cpus))
                slices.append((answers / seconds, (server.cpu_ns() - before) / 1e9 / seconds,
                               (server.cpu_ns() - before) / 1e3 / answers))
        finally:
            server.end()
    rate, cores, cpu_us = (statistics.median(values) for values in zip(*slices))
    return {"reactors": reactors, "requests_per_s": rate, "cores_used": cores,
            "requests_per_s_per_core": 1e6 / cpu_us}


def main():
    options = arguments()
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        sys.exit("bench: needs two CPUs: one for the server, one for the load")
    raise_descriptor_limit()
    most = min(options.max_reactors or len(cpus) // 2, len(cpus) - 1)
    load_cpus = set(cpus[most:])
    rows = [measure_reactors(n, cpus, load_cpus, options) for n in range(1, most + 1)]
    for row in rows:
        row["efficiency"] = row["requests_per_s_per_core"] / rows[0]["requests_per_s_per_core"]
    if options.json:
        print(json.dumps({"load_cpus": len(load_cpus), "reactors": rows}, indent=1))
        return
    print(f"load on {len(load_cpus)} CPUs\n{'reactors':>9}{'requests/s':>12}{'CPUs used':>11}"
          f"{'requests/s/core':>17}{'efficiency':>12}")
    for row in rows:
        print(f"{row['reactors']:>9}{row['requests_per_s']:>12.0f}{row['cores_used']:>11.2f}"
              f"{row['requests_per_s_per_core']:>17.0f}{row['efficiency']:>12.3f}")


if __name__ == "__main__":
    main()
