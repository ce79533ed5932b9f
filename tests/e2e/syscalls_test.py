"""Counts the system calls of a server with strace: what a request and a connection cost."""

import collections
import glob
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

SERVER = sys.argv[1]
REQUEST = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
ANSWER_END = b"Hello, World!\n"
Call = collections.namedtuple("Call", "name first_argument result")


def strace_is_permitted():
    try:
        done = subprocess.run(["strace", "-o", "/dev/null", "true"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def receive_answers(connection, count):
    received = b""
    while received.count(ANSWER_END) < count:
        part = connection.recv(65536)
        if not part:
            raise AssertionError(f"the connection ended after {received}")
        received += part
    return received


def parse(line):
    found = re.match(r"(\w+)\((-?\d+)?.* = (-?\d+)", line)
    return Call(found.group(1), int(found.group(2) or -1), int(found.group(3))) if found else None


def calls_of_reactor(clients):
    """The calls of the thread that accepts, while `clients(port)` runs."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        # -D: the server is this process's child, so it can be told to end.
        server = subprocess.Popen(["strace", "-D", "-ff", "-o", folder + "/calls", SERVER],
                                  stdout=subprocess.PIPE, text=True)
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        try:
            clients(port)
        finally:
            server.send_signal(signal.SIGTERM)
            server.stdout.read()  # ends when strace has ended, too
            server.wait()
            server.stdout.close()
        for path in glob.glob(folder + "/calls.*"):
            with open(path, encoding="utf-8", errors="replace") as file:
                calls = [call for call in map(parse, file) if call]
            if any(call.name == "accept4" for call in calls):
                return calls
    raise AssertionError("no thread called accept4")


def of_connections(calls):
    """For each connection the names of the calls on it, from accept4 to close."""
    connections, open_now = [], {}
    for call in calls:
        if call.name == "accept4":
            open_now[call.result] = ["accept4"]
        elif call.name == "epoll_ctl":
            pass  # its first argument is the epoll instance
        elif call.first_argument in open_now:
            open_now[call.first_argument].append(call.name)
            if call.name == "close":
                connections.append(open_now.pop(call.first_argument))
    return connections


def between_accept_and_close(calls, name):
    names = [call.name for call in calls]
    first = names.index("accept4")
    fd = calls[first].result
    last = next(i for i in range(first, len(calls)) if calls[i].name == "close" and
                calls[i].first_argument == fd)
    return names[first:last].count(name)


@unittest.skipUnless(strace_is_permitted(), "strace is missing, or ptrace(2) is not permitted here")
class SyscallsTest(unittest.TestCase):
    def test_keep_alive_request(self):
        requests = 20

        def clients(port):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                for _ in range(requests):
                    connection.sendall(REQUEST)
                    receive_answers(connection, 1)
                connection.shutdown(socket.SHUT_WR)
                self.assertEqual(connection.recv(1), b"")

        calls = calls_of_reactor(clients)
        # The last recvfrom is told that the client has ended.
        self.assertEqual(of_connections(calls),
                         [["accept4"] + ["recvfrom", "sendto"] * requests + ["recvfrom", "close"]])
        # One client alone: a wait for each request, and one for the end.
        self.assertIn(between_accept_and_close(calls, "epoll_pwait"), range(1, requests + 3))
        self.assertEqual(between_accept_and_close(calls, "epoll_ctl"), 1)

    def test_pipelined_requests(self):
        def clients(port):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(REQUEST * 16)
                receive_answers(connection, 16)
                connection.shutdown(socket.SHUT_WR)
                self.assertEqual(connection.recv(1), b"")

        self.assertEqual(of_connections(calls_of_reactor(clients)),
                         [["accept4", "recvfrom", "sendto", "recvfrom", "close"]])

    def test_connections(self):
        count = 10

        def clients(port):
            for _ in range(count):
                with socket.create_connection(("127.0.0.1", port)) as connection:
                    connection.sendall(REQUEST[:-2] + b"Connection: close\r\n\r\n")
                    receive_answers(connection, 1)
                    self.assertEqual(connection.recv(1), b"")

        calls = calls_of_reactor(clients)
        self.assertEqual(of_connections(calls), [["accept4", "recvfrom", "sendto", "close"]] * count)
        names = [call.name for call in calls]
        first, last = names.index("accept4"), len(names) - names[::-1].index("accept4")
        self.assertEqual(names[first:last].count("accept4"), count)
        # Watched once each; the length of the queue is read once for each wake-up.
        self.assertEqual(names[first:last].count("epoll_ctl"), count - 1)
        self.assertLessEqual(names[first:last].count("getsockopt"), count)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
