"""nginx and HAProxy as reverse proxies in front of the demo."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import unittest

from demo_server import DemoServer, find

NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr crit;
{user}
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 8m;
  large_client_header_buffers 4 32k;
  upstream demo {{ server 127.0.0.1:{demo}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://demo;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_request_buffering off;
    }}
  }}
}}
"""
HAPROXY = """
global
  nbthread 1
  tune.bufsize 65536
defaults
  mode http
  http-reuse always
  timeout connect 20s
  timeout client 20s
  timeout server 20s
frontend front
  bind 127.0.0.1:{port}
  default_backend demo
backend demo
  server demo 127.0.0.1:{demo}
"""

# The client ends its connection with /outer: a /inner that is answered, or handled, was smuggled.
HEAD = b"POST /outer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
INNER = b"GET /inner HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED_INNER = b"0\r\n\r\n" + INNER
# Requests in which a proxy and a server could disagree where /inner begins.
SMUGGLING = {
    "both framings": HEAD + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" %
                     len(CHUNKED_INNER) + CHUNKED_INNER,
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(INNER) + INNER,
    "a space before the colon": HEAD + b"Content-Length: %d\r\nTransfer-Encoding : chunked\r\n\r\n" %
                                len(CHUNKED_INNER) + CHUNKED_INNER,
    "an unknown coding": HEAD + b"Content-Length: %d\r\nTransfer-Encoding: xchunked\r\n\r\n" %
                         len(CHUNKED_INNER) + CHUNKED_INNER,
    "a signed length": HEAD + b"Content-Length: +%d\r\n\r\n" % len(INNER) + INNER,
    "a folded coding": HEAD + b"Content-Length: %d\r\nTransfer-Encoding:\r\n chunked\r\n\r\n" %
                       len(CHUNKED_INNER) + CHUNKED_INNER,
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """A proxy program with its configuration; started again when another took its port."""

    def __init__(self, program, config, arguments, demo):
        self.folder = tempfile.mkdtemp(dir="/tmp")
        user = "user root;" if os.getuid() == 0 else ""
        for _ in range(5):
            self.port = free_port()
            path = self.folder + "/config"
            with open(path, "w", encoding="ascii") as file:
                file.write(config.format(folder=self.folder, port=self.port, demo=demo.port,
                                         socket=demo.socket, user=user))
            self.process = subprocess.Popen([find(program), *arguments, path])
            if self.listens():
                return
        raise AssertionError(f"{program} does not start")

    def listens(self):
        """True once it takes connections, False when it has ended instead."""
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 20).close()
                return True
            except ConnectionRefusedError:
                os.sched_yield()
        return False

    def end(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder)


class ProxyCases:
    """What holds behind either proxy."""

    program, config, arguments = "", "", []

    def setUp(self):
        if find(self.program) is None:
            self.skipTest(f"{self.program} is not installed")
        self.demo = DemoServer()
        self.addCleanup(self.demo.end)
        self.proxy = Proxy(self.program, self.config, self.arguments, self.demo)
        self.addCleanup(self.proxy.end)

    def ask(self, connection, *arguments, **options):
        connection.request(*arguments, **options)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.port, timeout=20)
        self.addCleanup(connection.close)
        return connection

    def test_keeps_connections_to_the_demo(self):
        connection = self.connect()
        for number in range(20):
            status, text = self.ask(connection, "GET", f"/{number}")
            self.assertEqual((status, json.loads(text)["target"]), (200, f"/{number}"))
            self.assertEqual(json.loads(text)["version"], "HTTP/1.1")
        self.assertEqual(self.demo.counted("requests"), 20)
        self.assertEqual(self.demo.counted("connections_accepted"), 1)

    def test_bodies(self):
        connection = self.connect()
        for size in (0, 1, 20000, 1000000):
            text = self.ask(connection, "POST", "/", body=b"x" * size)[1]
            self.assertEqual(json.loads(text)["body_bytes"], size)
        text = self.ask(connection, "PUT", "/", body=iter([b"one", b"three"]), encode_chunked=True,
                        headers={"Transfer-Encoding": "chunked"})[1]
        self.assertEqual(json.loads(text)["body_bytes"], 8)

    def test_errors_are_passed_on(self):
        status, text = self.ask(self.connect(), "GET", "/", headers={"X": "x" * 9000})
        self.assertEqual(status, 431)
        self.assertIn("max_field_bytes", text)
        # The demo refuses it by its head; the client has sent no more.
        with socket.create_connection(("127.0.0.1", self.proxy.port), 20) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1100000\r\n\r\n")
            self.assertTrue(connection.makefile("rb").readline().startswith(b"HTTP/1.1 413 "))
        self.assertEqual(self.demo.counted("requests"), 0)

    def test_smuggling(self):
        for name, request in SMUGGLING.items():
            with self.subTest(name):
                before = self.demo.counted("requests")
                with socket.create_connection(("127.0.0.1", self.proxy.port), 20) as connection:
                    connection.sendall(request)
                    answers = b"".join(iter(lambda: connection.recv(65536), b""))
                handled = self.demo.counted("requests") - before
                self.assertLessEqual(handled, 1, answers)
                self.assertEqual(handled, answers.count(b'"target":"/outer"'), answers)
                self.assertNotIn(b"/inner", answers)


class NginxTest(ProxyCases, unittest.TestCase):
    program, config, arguments = "nginx", NGINX, ["-e", "stderr", "-c"]


class HaproxyTest(ProxyCases, unittest.TestCase):
    program, config, arguments = "haproxy", HAPROXY, ["-db", "-f"]


class NginxUnixTest(NginxTest):
    """By the demo's Unix socket."""
    config = NGINX.replace("127.0.0.1:{demo}", "unix:{socket}")


class HaproxyUnixTest(HaproxyTest):
    """By the demo's Unix socket."""
    config = HAPROXY.replace("127.0.0.1:{demo}", "unix@{socket}")


if __name__ == "__main__":
    unittest.main(argv=["proxies_test"])
