"""Runs each example as a user would: starts it, asks it by HTTP, ends it by SIGTERM."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

# What Node.js has instead of an answer: the status and what comes back through the socket.
NODE_CLIENT = """
const http = require('http');
const [host, port] = process.argv.slice(1);
const ask = (options, event) => new Promise((resolve, reject) => {
  const request = http.request({host, port, agent: false, ...options});
  request.on(event, (answer, socket) => {
    if (answer.statusCode >= 400) return (socket.destroy(), resolve(`${answer.statusCode}`));
    socket.write('ahoy');
    socket.once('data', (data) => (socket.destroy(), resolve(`${answer.statusCode} ${data}`)));
  });
  request.on('error', reject);
  request.end();
});
(async () => console.log([
  await ask({headers: {Connection: 'Upgrade', Upgrade: 'echo'}}, 'upgrade'),
  await ask({method: 'CONNECT', path: 'echo:7'}, 'connect'),
  await ask({method: 'CONNECT', path: 'far.example:443'}, 'connect'),
].join(', ')))();
"""

PROGRAMS = {os.path.basename(path): path for path in sys.argv[1:]}


class Example:
    """A running program that prints "http://ADDRESS" once it serves."""

    def __init__(self, name, *arguments):
        self.process = subprocess.Popen(
            [PROGRAMS[name], *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.introduction = ""
        while not re.search(r"http://([\d.]+:\d+)", self.introduction):
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(f"{name} ended: {self.introduction}")
            self.introduction += line
        self.address = re.search(r"http://([\d.]+:\d+)", self.introduction).group(1)

    def ask(self, target, **arguments):
        connection = http.client.HTTPConnection(self.address, timeout=20)
        connection.request(arguments.pop("method", "GET"), target, **arguments)
        answer = connection.getresponse()
        result = answer.status, answer.read().decode()
        connection.close()
        return result

    def catches_sigterm(self):
        """By the mask of caught signals (proc(5)): a program serves a moment before it waits."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            caught = int(re.search(r"SigCgt:\s*(\w+)", status.read()).group(1), 16)
        return caught >> (signal.SIGTERM - 1) & 1

    def end(self):
        """(exit status, what it printed since it began to serve)"""
        while self.process.poll() is None and not self.catches_sigterm():
            os.sched_yield()
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=20)
        return self.process.returncode, rest


class ExamplesTest(unittest.TestCase):
    def test_listeners(self):
        with tempfile.TemporaryDirectory(dir="/tmp") as directory:
            path = f"{directory}/http.sock"
            example = Example("listeners", "127.0.0.1:0", path, "127.0.0.1:0")
            while "health on" not in example.introduction:
                example.introduction += example.process.stdout.readline()
            self.assertRegex(example.ask("/")[1], r"^127\.0\.0\.1:\d+\n$")
            with socket.socket(socket.AF_UNIX) as balancer:
                balancer.settimeout(20)
                balancer.connect(path)
                balancer.sendall(b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n"
                                 b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                answer = b"".join(iter(lambda: balancer.recv(65536), b""))
            self.assertTrue(answer.endswith(b"\r\n\r\n192.0.2.1:4711\n"), answer)
            health = re.search(r"health on http://([\d.]+:\d+)", example.introduction).group(1)
            connection = http.client.HTTPConnection(health, timeout=20)
            connection.request("GET", "/")
            self.assertEqual(connection.getresponse().status, 200)
            connection.close()
            self.assertEqual(example.end()[0], 0)
            self.assertFalse(os.path.exists(path))

    def test_demo(self):
        with tempfile.TemporaryDirectory(dir="/tmp") as directory:
            admin = f"unix:{directory}/admin.sock"
            demo = Example("demo", "--address=127.0.0.1:0", f"--admin={admin}", "--reactors=2")
            # The introduction ends with how to end.
            while "Ctrl-C" not in demo.introduction:
                demo.introduction += demo.process.stdout.readline()
            self.assertIn("2 reactors", demo.introduction)
            self.assertEqual(len(re.findall(r"^  \S+", demo.introduction, re.M)), 3)

            status, text = demo.ask("/a?b", body=b"12345", method="POST")
            self.assertEqual(status, 200)
            answer = json.loads(text)
            self.assertEqual(answer["method"], "POST")
            self.assertEqual(answer["target"], "/a?b")
            self.assertEqual(answer["version"], "HTTP/1.1")
            self.assertEqual(answer["body_bytes"], 5)
            self.assertGreaterEqual(answer["fields"], 2)
            self.assertEqual(json.loads(demo.ask('/"\\')[1])["target"], '/"\\')

            cookie = {"Cookie": "c" * 5000}
            self.assertEqual(demo.ask("/", headers=cookie)[0], 200)
            subprocess.run([PROGRAMS["weirctl"], "--target=" + admin, "limits", "set", "max_head_bytes=4096"],
                           check=True, stdout=subprocess.DEVNULL)
            self.assertEqual(demo.ask("/", headers=cookie)[0], 431)

            returncode, rest = demo.end()
            self.assertEqual(returncode, 0)
            self.assertIn("Drained:", rest)
            self.assertEqual(os.listdir(directory), [])

    def test_deferred(self):
        example = Example("deferred", "127.0.0.1:0")
        self.assertEqual(example.ask("/later"), (200, "/later from another thread\n"))
        self.assertEqual(example.end()[0], 0)

    def test_upload(self):
        example = Example("upload", "127.0.0.1:0")
        content = b"ab" * 1500000  # more than max_body_bytes
        expected = (200, f"{len(content)} bytes, sum {sum(content)}\n")
        self.assertEqual(example.ask("/", method="POST", body=content), expected)
        pieces = iter([b"a", b"bc"])
        self.assertEqual(example.ask("/", method="POST", body=pieces, encode_chunked=True,
                                     headers={"Transfer-Encoding": "chunked"}),
                         (200, "3 bytes, sum 294\n"))
        self.assertEqual(example.ask("/")[0], 405)
        self.assertEqual(example.end()[0], 0)

    def test_events(self):
        example = Example("events", "127.0.0.1:0")
        connections = [http.client.HTTPConnection(example.address, timeout=20) for _ in range(2)]
        for connection in connections:
            connection.request("GET", "/")
            answer = connection.getresponse()
            self.assertEqual(answer.getheader("Content-Type"), "text/event-stream")
            ticks = [re.fullmatch(rb"data: tick (\d+)\n", answer.readline()) for _ in range(4)][::2]
            self.assertEqual(int(ticks[0][1]) + 1, int(ticks[1][1]))
            connection.close()
        self.assertEqual(example.end()[0], 0)

    def test_handlers(self):
        example = Example("handlers", "127.0.0.1:0")
        self.assertEqual(example.ask("/half/14"), (200, "7\n"))
        self.assertEqual(example.ask("/half/seven")[0], 500)
        self.assertEqual(len(example.ask("/page")[1]), 100019)
        self.assertEqual(example.ask("/echo", method="POST", body=b"abc"), (200, "abc"))
        numbers = "".join(f"{number}\n" for number in range(1, 1000001))
        self.assertEqual(example.ask("/numbers"), (200, numbers))
        self.assertEqual(example.ask("/")[0], 404)
        self.assertEqual(example.end()[0], 0)

    def test_static_file(self):
        example = Example("static_file", __file__, "127.0.0.1:0")
        with open(__file__, encoding="utf-8") as file:
            self.assertEqual(example.ask("/"), (200, file.read()))
        self.assertEqual(example.ask("/", method="HEAD"), (200, ""))
        self.assertRegex(example.ask("/sent")[1], r"reactor \d+: \d\n")
        self.assertEqual(example.end()[0], 0)

    def test_upgrade(self):
        example = Example("upgrade", "127.0.0.1:0")
        host, port = example.address.split(":")
        self.assertEqual(example.ask("/")[0], 400)
        with socket.create_connection((host, int(port)), timeout=20) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n"
                           b"Connection: upgrade\r\nUpgrade: echo\r\n\r\nGET / HTTP/1.1\r\n")
            client.shutdown(socket.SHUT_WR)
            received = client.makefile("rb").read().decode()
            self.assertRegex(received, r"(?s)^HTTP/1.1 400 .*HTTP/1.1 101 .*\r\n\r\nGET / HTTP/1.1\r\n$")
        tunnel = http.client.HTTPConnection(example.address, timeout=20)
        tunnel.set_tunnel("echo", 7)
        tunnel.connect()
        tunnel.sock.sendall(b"x" * 100000)
        self.assertEqual(tunnel.sock.makefile("rb").read(100000), b"x" * 100000)
        self.assertEqual(self.ask_node(host, port), "101 ahoy, 200 ahoy, 403\n")
        self.assertEqual(example.end()[0], 0)  # with a tunnel open
        self.assertEqual(tunnel.sock.recv(1), b"")
        tunnel.close()

    def ask_node(self, host, port):
        node = shutil.which("node")
        if node is None:
            self.skipTest("node is not installed")
        ran = subprocess.run([node, "-e", NODE_CLIENT, host, port], stdout=subprocess.PIPE, check=True,
                             text=True, timeout=60)
        return ran.stdout

    def test_grpc_service(self):
        example = Example("grpc_service", "127.0.0.1:0")
        target = re.search(r"gRPC on (\S+)", example.introduction).group(1)
        self.assertEqual(example.ask("/x"), (200, "/x"))
        stats = subprocess.run([PROGRAMS["weirctl"], "--target=" + target, "--json", "stats"],
                               check=True, stdout=subprocess.PIPE)
        self.assertEqual(sum(int(r["requests"]) for r in json.loads(stats.stdout)["reactors"]), 1)
        self.assertEqual(example.end()[0], 0)

    def test_demo_says_why_it_does_not_start(self):
        first = Example("deferred", "127.0.0.1:0")
        second = subprocess.run([PROGRAMS["demo"], "--address=" + first.address, "--admin=unix:/nowhere/x"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(second.returncode, 1)
        self.assertIn("ALREADY_EXISTS", second.stdout)
        first.end()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
