"""./dev bench server: Weir beside a bare epoll loop and other servers. README.md has the method."""

import argparse
import json
import os
import platform
import sys
import time

import measure
import report
import servers
import workloads
from processes import raise_descriptor_limit


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench server", description=__doc__)
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--workloads", default=",".join(workloads.NAMES),
                        help="of: " + ", ".join(workloads.NAMES))
    parser.add_argument("--servers", default=",".join(servers.NAMES),
                        help="of: " + ", ".join(servers.NAMES))
    parser.add_argument("--rounds", type=int, default=6, help="slices of Weir and the bare loop")
    parser.add_argument("--peer-rounds", type=int, default=2, help="slices of the others")
    parser.add_argument("--rate", type=int, default=20000, help="requests/s of the latency workload")
    parser.add_argument("--server-cpu", type=int, help="default: the first that is allowed")
    parser.add_argument("--load-cpu", type=int, help="default: the second")
    parser.add_argument("--quick", action="store_true", help="2 rounds, 1 of the peers")
    parser.add_argument("--json", action="store_true", help="one JSON object, no table")
    return parser.parse_args()


def chosen(text, names, what):
    wanted = text.split(",")
    for name in wanted:
        if name not in names:
            sys.exit(f"bench: no {what} {name!r}: {', '.join(names)}")
    return [name for name in names if name in wanted]


def choose_cpus(options):
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        sys.exit("bench: needs two CPUs: one for the server, one for the load")
    server = allowed[0] if options.server_cpu is None else options.server_cpu
    load = allowed[1] if options.load_cpu is None else options.load_cpu
    return {server}, {load}


def main():
    options = arguments()
    names = chosen(options.servers, servers.NAMES, "server")
    wanted = chosen(options.workloads, workloads.NAMES, "workload")
    if options.quick:
        options.rounds, options.peer_rounds = 2, 1
    rounds = options.rounds, options.peer_rounds
    server_cpus, load_cpus = choose_cpus(options)
    idle = min(workloads.MAX_IDLE, raise_descriptor_limit() - 500)
    starter = servers.Starter(options.programs, server_cpus)
    begin = time.monotonic()
    results = {}
    with measure.working_folder() as folder:
        load = measure.Load(folder, options.programs, load_cpus)
        runs = {workload.name: lambda w=workload: measure.run_workload(w, names, *rounds, starter, load)
                for workload in workloads.WORKLOADS}
        runs[workloads.IDLE.name] = lambda: measure.run_idle(
            workloads.IDLE, names, options.rounds, idle, starter, load)
        runs[workloads.LATENCY.name] = lambda: measure.run_latency(
            workloads.LATENCY, names, min(options.rounds, 3), options.rate, starter, load)
        for name in wanted:
            results[name] = runs[name]()
            if not options.json:
                report.print_workload(name, results[name])
    met = report.targets(results)
    if options.json:
        machine = {"kernel": platform.release(), "cpus": os.cpu_count(), "idle_connections": idle}
        print(json.dumps({"machine": machine, "workloads": results, "targets": met}, indent=1))
    else:
        report.print_targets(met)
        print(f"\n{time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
