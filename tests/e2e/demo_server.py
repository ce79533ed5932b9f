"""The demo for a test with real clients: what it counted is asked by weirctl."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

PROGRAMS = {os.path.basename(path): path for path in sys.argv[1:]}


def find(program):
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")


def run(*command, **options):
    """(exit status, output) of a program, with a bound on its time."""
    done = subprocess.run([find(command[0]), *command[1:]], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False, **options)
    return done.returncode, done.stdout.decode(errors="replace")


class DemoServer:
    """Runs until end(), on a port that the kernel chose."""

    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.admin = f"unix:{self.folder}/admin.sock"
        self.socket = f"{self.folder}/http.sock"
        self.process = subprocess.Popen(
            [PROGRAMS["demo"], "--address=127.0.0.1:0,unix:" + self.socket,
             "--admin=" + self.admin, "--reactors=1",
             *options],
            stdout=subprocess.PIPE, text=True)
        introduction = ""
        while "Ctrl-C" not in introduction:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(f"demo ended: {introduction}")
            introduction += line
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)", introduction).group(1))
        self.url = f"http://127.0.0.1:{self.port}"

    def stats(self):
        """The counters of its reactor."""
        text = subprocess.run([PROGRAMS["weirctl"], "--target=" + self.admin, "--json", "stats"],
                              stdout=subprocess.PIPE, check=True, timeout=20).stdout
        return json.loads(text)["reactors"][0]

    def counted(self, name):
        return int(self.stats()[name])

    def send(self, data):
        """All that one connection answers to these bytes, after which the client ends."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)
        shutil.rmtree(self.folder)
