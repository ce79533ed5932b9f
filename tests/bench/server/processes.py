"""Programs on a CPU of their own, and what they use: CPU time and memory of whole process trees."""

import os
import re
import resource
import socket
import subprocess
import time

START_SECONDS = 20


def raise_descriptor_limit():
    """Soft to hard, for this process and those that it starts. Returns the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def free_port():
    """A port of 127.0.0.1 that the kernel has just chosen, for a program that must be told one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(cpus):
    return lambda: os.sched_setaffinity(0, cpus)


def _task_schedstat(pid, task, column):
    with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as schedstat:
        return int(schedstat.read().split()[column])


class Program:
    """A child process on given CPUs. Ended by end(), and no other process with it."""

    def __init__(self, command, cpus, **options):
        options.setdefault("stdout", subprocess.PIPE)
        self.process = subprocess.Popen(command, preexec_fn=pinned(cpus), text=True, **options)
        self.command = command

    def first_port(self):
        """The port in the first line of output: "http://ADDRESS:PORT"."""
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+:(\d+)", line)
        if not found:
            raise RuntimeError(f"{self.command[0]} did not start: {line}")
        return int(found.group(1))

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()

    def tree(self):
        """Its pid and those of its descendants."""
        pids = [self.process.pid]
        for pid in pids:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
                    pids += [int(child) for child in children.read().split()]
        return pids

    def _schedstat(self, column):
        return sum(_task_schedstat(pid, task, column)
                   for pid in self.tree() for task in os.listdir(f"/proc/{pid}/task"))

    def cpu_ns(self):
        """Time on a CPU so far, user and system, of all threads (proc(5), schedstat)."""
        return self._schedstat(0)

    def waited_ns(self):
        """Time so far in which a thread could have run, and another program did."""
        return self._schedstat(1)

    def thread(self, name):
        """The id of the thread of that name (proc(5), comm)."""
        folder = f"/proc/{self.process.pid}/task"
        for task in os.listdir(folder):
            with open(f"{folder}/{task}/comm", encoding="ascii") as comm:
                if comm.read().strip() == name:
                    return int(task)
        raise RuntimeError(f"{self.command[0]} has no thread {name}")

    def thread_cpu_ns(self, name):
        """Time on a CPU so far of the thread of that name."""
        return _task_schedstat(self.process.pid, self.thread(name), 0)

    def thread_runs(self, name):
        """How many times so far that thread was given a CPU."""
        return _task_schedstat(self.process.pid, self.thread(name), 2)

    def anonymous_bytes(self):
        """Resident memory that is not of files (proc(5), RssAnon)."""
        total = 0
        for pid in self.tree():
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                total += int(re.search(r"RssAnon:\s+(\d+) kB", status.read()).group(1)) * 1024
        return total

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def read_answer(connection):
    """(status, all bytes) of one answer with a Content-Length, or until the end of the input."""
    answer = b""
    while True:
        head, separator, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
        if separator and length and len(body) >= int(length.group(1)):
            break
        part = connection.recv(65536)
        if not part:
            break
        answer += part
    status = re.match(rb"HTTP/1\.1 (\d+)", answer)
    return (int(status.group(1)) if status else 0), answer


def ask(port, request):
    """Sends bytes to 127.0.0.1 and gives read_answer; OSError when nobody listens."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(request)
        return read_answer(connection)


def wait_until_listening(program, port):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
            return
        except OSError:
            if program.process.poll() is not None or time.monotonic() > deadline:
                program.end()
                raise RuntimeError(f"{program.command[0]} does not listen on {port}") from None
            time.sleep(0.02)
