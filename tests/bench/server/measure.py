"""Slices of load on servers by turns, and the medians of what they cost."""

import collections
import json
import os
import re
import statistics
import subprocess
import tempfile

from processes import Program, ask, pinned
from servers import OWN

Slice = collections.namedtuple("Slice", "cpu_us requests_per_s")
REFERENCE = "bare"


class Load:
    """Runs the clients on their CPU."""

    def __init__(self, folder, programs, cpus):
        self.folder = folder
        self.programs = programs
        self.cpus = cpus
        self.lua = os.path.join(os.path.dirname(os.path.abspath(__file__)), "raw_requests.lua")

    def file(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def _run(self, command):
        done = subprocess.run(command, preexec_fn=pinned(self.cpus), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stdout}")
        return done.stdout

    def _wrk(self, port, workload, threads, seconds):
        request = self.file("request", workload.request)
        return ["wrk", f"-t{threads}", f"-c{workload.connections}", f"-d{seconds}s", "-s", self.lua,
                f"http://127.0.0.1:{port}", "--", request, str(workload.pipelined)]

    def wrk(self, port, workload, threads=1):
        """(answers, seconds) of a second of load."""
        output = self._run(self._wrk(port, workload, threads, 1))
        if "Non-2xx" in output or re.search(r"Socket errors:.*(connect|read|write) [1-9]", output):
            raise RuntimeError(f"wrk: {output}")
        answers, seconds, unit = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m),", output).groups()
        return int(answers), float(seconds) * {"ms": 1e-3, "s": 1, "m": 60}[unit]

    def endless(self, port, workload, at_most_s):
        """A wrk that runs until it is ended, or for that long."""
        return Program(self._wrk(port, workload, 1, at_most_s), self.cpus)

    def h2load(self, port, workload, threads=1):
        """The same by h2load, which writes the request itself."""
        output = self._run(["h2load", "--h1", f"--threads={threads}",
                            f"--clients={workload.connections}", "--duration=1",
                            f"--max-concurrent-streams={workload.pipelined}",
                            f"http://127.0.0.1:{port}/"])
        good, *bad = re.search(r"(\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output).groups()
        if set(bad) != {"0"} or not re.search(r" 0 failed, 0 errored, 0 timeout", output):
            raise RuntimeError(f"h2load: {output}")
        return int(good), 1.0

    def run(self, port, workload):
        return {"wrk": self.wrk, "h2load": self.h2load}[workload.client](port, workload)

    def latency(self, port, workload, answer_bytes, rate):
        request = self.file("request", workload.request)
        return json.loads(self._run(
            [self.programs + "/latency_client", f"--port={port}", "--request=" + request,
             f"--answer_bytes={answer_bytes}", f"--connections={workload.connections}",
             f"--rate={rate}", "--seconds=1"]))


def idle_clients(port, count, cpus):
    """A process that holds `count` connections; RuntimeError when they can't be opened."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "idle_clients.py")
    clients = Program(["python3", script, str(port), str(count)], cpus, stdin=subprocess.PIPE)
    if clients.process.stdout.readline() != "idle\n":
        clients.end()
        raise RuntimeError(f"{count} idle connections could not be opened")
    return clients


def start_servers(names, workload, starter, load):
    """({name: server}, {name: why it is not measured}); the bare loops get Weir's own answer."""
    servers, skipped = {}, {}
    weir = starter.weir()
    _, answer = ask(weir.port, workload.request)
    answer_file = load.file("answer", answer)
    for name in names:
        try:
            if name == "weir":
                server = weir
            else:
                server = (starter.bare(name, answer_file, workload) if name in OWN
                          else starter.peer(name))
            status, _ = ask(server.port, workload.request)
            if status == 200:
                servers[name] = server
                continue
            server.end()
            skipped[name] = f"answers {status}" if status else "gives no answer"
        except (OSError, RuntimeError) as error:
            skipped[name] = str(error)
    return servers, skipped


def take_slice(server, workload, load):
    before = server.cpu_ns()
    answers, seconds = load.run(server.port, workload)
    return Slice((server.cpu_ns() - before) / 1e3 / answers, answers / seconds)


def take_turns(servers, rounds, peer_rounds, measure):
    """{name: {round: measure(server)}}. Each round begins with another server; peers sit out some."""
    results = {name: {} for name in servers}
    for number in range(rounds):
        turn = [name for name in servers if name in ("weir", REFERENCE) or number < peer_rounds]
        turn = turn[number % 2:] + turn[:number % 2]
        for name in turn:
            results[name][number] = measure(servers[name])
    return results


def quartiles(values):
    values = sorted(values)
    if len(values) == 1:
        return values[0], values[0]
    cuts = statistics.quantiles(values, n=4, method="inclusive")
    return cuts[0], cuts[2]


def ratios(results, name, reference, of=lambda result: result.cpu_us):
    """Of the rounds that both ran in: each slice is compared with one of the same moment."""
    return [of(results[name][number]) / of(results[reference][number])
            for number in results[name] if number in results[reference]]


def summary(results, reference=REFERENCE):
    """{name: medians and ratio to the reference} of Slices."""
    table = {}
    for name, slices in results.items():
        row = {"slices": len(slices),
               "cpu_us_per_request": statistics.median(s.cpu_us for s in slices.values()),
               "requests_per_s": statistics.median(s.requests_per_s for s in slices.values())}
        paired = ratios(results, name, reference) if reference in results else []
        if paired:
            row["cpu_ratio"] = statistics.median(paired)
            row["cpu_ratio_quartiles"] = quartiles(paired)
        table[name] = row
    return table


def run_workload(workload, names, rounds, peer_rounds, starter, load):
    servers, skipped = start_servers(names, workload, starter, load)
    try:
        results = take_turns(servers, rounds, peer_rounds, lambda s: take_slice(s, workload, load))
    finally:
        for server in servers.values():
            server.end()
    return {"title": workload.title, "servers": summary(results), "skipped": skipped}


def take_latencies(server, workload, load, answer_bytes, rate):
    waited_ns = server.waited_ns()
    result = load.latency(server.port, workload, answer_bytes, rate)
    result["server_waited_ms"] = (server.waited_ns() - waited_ns) / 1e6
    return result


def run_latency(workload, names, rounds, rate, starter, load):
    servers, skipped = start_servers(names, workload, starter, load)
    sizes = {server: len(ask(server.port, workload.request)[1]) for server in servers.values()}
    try:
        results = take_turns(servers, rounds, rounds, lambda s: take_latencies(
            s, workload, load, sizes[s], rate))
    finally:
        for server in servers.values():
            server.end()
    table = {name: {key: statistics.median(result[key] for result in rows.values())
                    for key in next(iter(rows.values())) if key != "requests"}
             for name, rows in results.items()}
    return {"title": f"{workload.title}, {rate} requests/s", "servers": table, "skipped": skipped}


def idle_bytes(server, count, workload, load):
    """User bytes for each of `count` idle connections; they are left open with the clients given."""
    load.wrk(server.port, workload)
    before = server.anonymous_bytes()
    clients = idle_clients(server.port, count, load.cpus)
    return (server.anonymous_bytes() - before) / count, clients


def run_idle(workload, names, rounds, count, starter, load):
    """The memory of idle connections, and what requests cost Weir beside them."""
    limits = ("max_connections=20000", "idle_timeout_ms=3600000")
    table, skipped = {}, {}
    for name in [n for n in names if n not in OWN]:
        try:
            server = starter.peer(name)
            try:
                table[name] = {}
                table[name]["bytes_per_idle"], clients = idle_bytes(server, count, workload, load)
                clients.end()
            finally:
                server.end()
        except RuntimeError as error:
            skipped[name] = str(error)
    alone, crowded = starter.weir(limits), starter.weir(limits)
    clients = None
    try:
        memory, clients = idle_bytes(crowded, count, workload, load)
        results = take_turns({"weir": alone, "weir, idle beside": crowded}, rounds, rounds,
                             lambda s: take_slice(s, workload, load))
    finally:
        for program in filter(None, (alone, crowded, clients)):
            program.end()
    table.update(summary(results, "weir"))
    table["weir, idle beside"]["bytes_per_idle"] = memory
    return {"title": f"{workload.title}: {count}", "idle_connections": count, "servers": table,
            "skipped": skipped}


def working_folder():
    return tempfile.TemporaryDirectory(prefix="weir-bench-")
