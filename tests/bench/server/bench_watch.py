"""./dev bench watch: what it costs to look at the queues 100 times a second. README.md has the method."""

import argparse
import json
import statistics
import time

import measure
import servers
import workloads
from bench_server import choose_cpus

NEVER_MS = 86_400_000
OFF = ("watch_interval_ms=10000", f"stall_threshold_ms={NEVER_MS}")
# How many reactors, and the limits. One reactor alone is not looked at for stalls more often than for
# all else.
LOOKS = {
    "off": (1, OFF),
    "100 Hz": (1, ("watch_interval_ms=10", f"stall_threshold_ms={NEVER_MS}")),
    "off, two reactors": (2, OFF),
    "stalls, two reactors": (2, ("watch_interval_ms=10000", "stall_threshold_ms=5")),
}
BESIDE = {"100 Hz": "off", "stalls, two reactors": "off, two reactors"}
AT_MOST = 1.005
WATCHER = "weir-watch"


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench watch", description=__doc__)
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=80, help="slices of a second of each")
    parser.add_argument("--server-cpu", type=int, help="default: the first that is allowed")
    parser.add_argument("--load-cpu", type=int, help="default: the second")
    parser.add_argument("--json", action="store_true", help="one JSON object, no table")
    return parser.parse_args()


def run(options):
    workload = workloads.WORKLOADS[0]
    server_cpus, load_cpus = choose_cpus(options)
    starter = servers.Starter(options.programs, server_cpus)
    started = {count: starter.live_weir(count) for count, _ in LOOKS.values()}
    shares = {name: [] for name in LOOKS}
    rates = {name: [] for name in LOOKS}
    with measure.working_folder() as folder:
        load = measure.Load(folder, options.programs, load_cpus)

        def take(name):
            count, limits = LOOKS[name]
            server = started[count]
            server.set(limits)
            before = server.thread_cpu_ns(WATCHER), server.cpu_ns()
            runs, began = server.thread_runs(WATCHER), time.monotonic()
            result = measure.take_slice(server, workload, load)
            rates[name].append((server.thread_runs(WATCHER) - runs) / (time.monotonic() - began))
            watcher, all_threads = server.thread_cpu_ns(WATCHER) - before[0], server.cpu_ns() - before[1]
            shares[name].append(watcher / all_threads)
            return result

        try:
            results = measure.take_turns({name: name for name in LOOKS}, options.rounds,
                                         options.rounds, take)
        finally:
            for server in started.values():
                server.end()
    table = {}
    for name, beside in BESIDE.items():
        table.update(measure.summary({it: results[it] for it in (beside, name)}, beside))
    for name, row in table.items():
        row["watcher_share"] = statistics.median(shares[name])
        row["looks_per_s"] = statistics.median(rates[name])
    return table


def main():
    options = arguments()
    table = run(options)
    met = table["100 Hz"]["cpu_ratio"] < AT_MOST
    if options.json:
        print(json.dumps({"servers": table, "below": AT_MOST, "met": met}, indent=1))
        return
    print(f"  {'looks':<22}{'CPU us/request':>16}{'CPU ratio':>12}{'quartiles':>16}{'of it watcher':>15}"
          f"{'looks/s':>9}")
    for name, row in table.items():
        low, high = row["cpu_ratio_quartiles"]
        print(f"  {name:<22}{row['cpu_us_per_request']:>16.3f}{row['cpu_ratio']:>12.4f}"
              f"{f'{low:.4f}-{high:.4f}':>16}{row['watcher_share']:>14.3%}"
              f"{row['looks_per_s']:>9.1f}")
    print(f"\ntarget: CPU ratio of 100 Hz below {AT_MOST}: {'met' if met else 'MISSED'}")


if __name__ == "__main__":
    main()
