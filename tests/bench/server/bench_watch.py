"""./dev bench watch: what it costs to look at the queues 100 times a second. README.md has the method."""

import argparse
import collections
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
SLICE_S = 0.1
WARM_UP_S = 1
LEAST_ANSWERS = 100  # of a slice

# As measure.Slice, with the watcher's share of the CPU time and how often it ran.
Slice = collections.namedtuple("Slice", measure.Slice._fields + ("watcher_share", "looks_per_s"))


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench watch", description=__doc__)
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=800, help="slices of a tenth of a second of each")
    parser.add_argument("--server-cpu", type=int, help="default: the first that is allowed")
    parser.add_argument("--load-cpu", type=int, help="default: the second")
    parser.add_argument("--json", action="store_true", help="one JSON object, no table")
    return parser.parse_args()


def taken(server):
    """What grows while a slice lasts: the CPU time of all threads, the watcher's and how often it ran."""
    return server.cpu_ns(), server.thread_cpu_ns(WATCHER), server.thread_runs(WATCHER), time.monotonic()


def take_slice(server, limits):
    """A Slice under the load that there is."""
    answers, before = server.set(limits), taken(server)
    time.sleep(SLICE_S)
    answers, after = server.answers() - answers, taken(server)
    if answers < LEAST_ANSWERS:
        raise RuntimeError(f"{answers} answers in {SLICE_S} s: the load has ended")
    cpu, watcher, looks, seconds = (it - was for it, was in zip(after, before))
    return Slice(cpu / 1e3 / answers, answers / seconds, watcher / cpu, looks / seconds)


def run_pair(name, beside, rounds, starter, load):
    """The two rows of a server whose limits take turns."""
    server = starter.live_weir(LOOKS[name][0])
    wrk = load.endless(server.port, workloads.WORKLOADS[0], int(rounds * SLICE_S * 4) + 60)
    try:
        time.sleep(WARM_UP_S)
        turns = measure.take_turns({it: it for it in (beside, name)}, rounds, rounds,
                                   lambda it: take_slice(server, LOOKS[it][1]))
    finally:
        wrk.end()
        server.end()
    rows = measure.summary(turns, beside)
    for it, slices in turns.items():
        rows[it]["watcher_share"] = statistics.median(one.watcher_share for one in slices.values())
        rows[it]["looks_per_s"] = statistics.mean(one.looks_per_s for one in slices.values())
    return rows


def run(options):
    server_cpus, load_cpus = choose_cpus(options)
    starter = servers.Starter(options.programs, server_cpus)
    table = {}
    with measure.working_folder() as folder:
        load = measure.Load(folder, options.programs, load_cpus)
        for name, beside in BESIDE.items():
            table.update(run_pair(name, beside, options.rounds, starter, load))
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
