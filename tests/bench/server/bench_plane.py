"""./dev bench plane: what the control plane costs a reactor under load. README.md has the method."""

import argparse
import json
import os
import statistics
import subprocess

import measure
import workloads
from bench_server import choose_cpus
from processes import Program

REACTOR = "weir-0"
AT_MOST = {"changes": 0.01, "streams": 0.02}
APPLIED_P99_MS = 10
WITHOUT = "without"
ELSEWHERE = ", elsewhere"


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench plane", description=__doc__)
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=20, help="slices of a second of each")
    parser.add_argument("--workload", default="pipelined-64", choices=[
        w.name for w in workloads.WORKLOADS if w.client == "wrk"], help="default: %(default)s")
    parser.add_argument("--changes", type=int, default=1000, help="of a limit in a second")
    parser.add_argument("--streams", type=int, default=50, help="that follow the statistics")
    parser.add_argument("--interval-ms", type=int, default=100, help="of each stream")
    parser.add_argument("--server-cpu", type=int, help="of the reactor; default: the first allowed")
    parser.add_argument("--load-cpu", type=int, help="of all else; default: the second")
    parser.add_argument("--json", action="store_true", help="one JSON object, no table")
    return parser.parse_args()


class PlaneLoad:
    """A plane_load that runs while the context lasts; then `result` has what it tells."""

    def __init__(self, command, cpus):
        self.command = command
        self.cpus = cpus
        self.result = None

    def __enter__(self):
        self.program = Program(self.command, self.cpus, stdin=subprocess.PIPE)
        if self.program.process.stdout.readline() != "running\n":
            self.program.end()
            raise RuntimeError(f"{self.command[0]} did not start")
        return self

    def __exit__(self, *_):
        self.program.process.stdin.close()
        self.result = json.loads(self.program.process.stdout.readline())
        self.program.end()


def start_server(options, admin, reactor_cpus, other_cpus):
    """One whose reactor alone is on its CPU: gRPC's threads come later, and inherit the others."""
    server = Program([options.programs + "/plane_server", "--admin=" + admin], other_cpus)
    server.port = server.first_port()
    os.sched_setaffinity(server.thread(REACTOR), reactor_cpus)
    return server


def take_slice(server, workload, load):
    """As measure.take_slice, with the CPU time of the reactor alone."""
    before = server.thread_cpu_ns(REACTOR)
    answers, seconds = load.run(server.port, workload)
    return measure.Slice((server.thread_cpu_ns(REACTOR) - before) / 1e3 / answers, answers / seconds)


def compare(results, name):
    """A row of the table: what a slice cost beside one whose calls went to the other server."""
    elsewhere = name + ELSEWHERE
    row = measure.summary({k: results[k] for k in (name, elsewhere)}, elsewhere)[name]
    row["requests_ratio"] = statistics.median(measure.ratios(
        results, name, elsewhere, lambda result: result.requests_per_s))
    return row


def run(options):
    """(the table, what plane_load told in each slice)."""
    workload = next(w for w in workloads.WORKLOADS if w.name == options.workload)
    server_cpus, load_cpus = choose_cpus(options)
    told = {name: [] for name in AT_MOST}
    with measure.working_folder() as folder:
        load = measure.Load(folder, options.programs, load_cpus)
        admins = {"": f"unix:{folder}/admin.sock", ELSEWHERE: f"unix:{folder}/elsewhere.sock"}
        server = start_server(options, admins[""], server_cpus, load_cpus)
        other = start_server(options, admins[ELSEWHERE], load_cpus, load_cpus)
        calls = {"changes": [f"--changes_per_second={options.changes}"],
                 "streams": [f"--streams={options.streams}", f"--interval_ms={options.interval_ms}"]}
        commands = {name + where: [options.programs + "/plane_load", "--admin=" + admin] + calls[name]
                    for name in calls for where, admin in admins.items()}

        def take(name):
            if name == WITHOUT:
                return take_slice(server, workload, load)
            with PlaneLoad(commands[name], load_cpus) as plane:
                result = take_slice(server, workload, load)
            if name in told:
                told[name].append(plane.result)
            return result

        try:
            results = measure.take_turns({name: name for name in [WITHOUT, *commands]},
                                         options.rounds, options.rounds, take)
        finally:
            server.end()
            other.end()
    table = measure.summary({WITHOUT: results[WITHOUT]})
    table.update({name: compare(results, name) for name in AT_MOST})
    return table, told


def summary_of(told):
    """The medians of the slices; sums of what was not to be."""
    sums = ("failed", "not_applied", "passed_over")
    return {name: {key: (sum if key in sums else statistics.median)(slice_[key] for slice_ in slices)
                   for key in slices[0]} for name, slices in told.items()}


def targets(table, told):
    rows = [(f"CPU ratio of the reactor, {name}", table[name]["cpu_ratio"], 1 + most)
            for name, most in AT_MOST.items()]
    rows += [("a change to its answer, p99 ms", told["changes"]["p99_ms"], APPLIED_P99_MS),
             ("changes not applied when answered", told["changes"]["not_applied"], 0),
             ("calls and streams that failed", sum(row["failed"] for row in told.values()), 0)]
    return [{"target": text, "value": value, "at_most": most, "met": value <= most}
            for text, value, most in rows]


def print_table(table, told, met):
    print(f"  {'control plane':<16}{'reactor us/request':>20}{'CPU ratio':>12}{'quartiles':>16}"
          f"{'requests/s':>12}{'ratio':>8}")
    for name, row in table.items():
        cpu = quartiles = requests = "-"
        if "cpu_ratio" in row:
            low, high = row["cpu_ratio_quartiles"]
            cpu, quartiles = f"{row['cpu_ratio']:.4f}", f"{low:.4f}-{high:.4f}"
            requests = f"{row['requests_ratio']:.3f}"
        print(f"  {name:<16}{row['cpu_us_per_request']:>20.3f}{cpu:>12}{quartiles:>16}"
              f"{row['requests_per_s']:>12.0f}{requests:>8}")
    for name, row in told.items():
        print(f"  {name}: " + ", ".join(f"{key} {value:.4g}" for key, value in row.items()))
    print("\ntargets; a request that fails ends the run")
    for row in met:
        print(f"  {row['target']:<36}{row['value']:>10.4f}  at most {row['at_most']:<6}"
              f"{'met' if row['met'] else 'MISSED'}")


def main():
    options = arguments()
    table, slices = run(options)
    told = summary_of(slices)
    met = targets(table, told)
    if options.json:
        print(json.dumps({"servers": table, "control_plane": told, "targets": met}, indent=1))
    else:
        print_table(table, told, met)


if __name__ == "__main__":
    main()
