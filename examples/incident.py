"""./dev demo --incident: how a full accept queue refuses clients, and how that is seen and mended.

A burst of clients connects while the only handler blocks. With a backlog of 128 most are refused by
the kernel, which tells neither them nor the service. The backlog is raised while the handler still
blocks: those that try again get in. Then the same burst comes again. OPERATIONS.md ("An incident,
replayed") explains the output.
"""

import argparse
import json
import re
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time

REQUEST = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
BLOCKING_REQUEST = b"GET /report HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
PATIENCE_S = 12
TELL_S = 10  # within it the server has to have told what it saw


def arguments():
    parser = argparse.ArgumentParser(prog="./dev demo --incident", description=__doc__)
    parser.add_argument("--server", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--weirctl", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--clients", type=int, default=400, help="that connect at once")
    parser.add_argument("--raised", type=int, default=1024, help="the backlog of the second burst")
    parser.add_argument("--json", action="store_true", help="one JSON object, no story")
    return parser.parse_args()


class Client:
    """One connection, from connect() to the end of its answer."""

    def __init__(self, port):
        self.began = time.monotonic()
        self.connected_s = self.answered_s = None
        self.answer = b""
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(("127.0.0.1", port))

    def on_event(self):
        """True once it has ended. A refused or broken connection ends without an answer."""
        if self.connected_s is None:
            if self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0:
                return True
            self.connected_s = time.monotonic() - self.began
            self.socket.send(REQUEST)
            return False
        try:
            part = self.socket.recv(4096)
        except OSError:
            return True
        self.answer += part
        if part:
            return False
        if self.answer.startswith(b"HTTP/1.1 200 "):
            self.answered_s = time.monotonic() - self.began
        return True


class Burst:
    """Clients that all connect at the same moment."""

    def __init__(self, port, count):
        self.selector = selectors.DefaultSelector()
        self.clients = [Client(port) for _ in range(count)]
        for client in self.clients:
            self.selector.register(client.socket, selectors.EVENT_WRITE, client)

    def serve(self, seconds):
        """Lets them go on until all have ended, or for so long."""
        end = time.monotonic() + seconds
        while self.selector.get_map() and time.monotonic() < end:
            for key, _ in self.selector.select(max(0, end - time.monotonic())):
                if key.data.on_event():
                    self.selector.unregister(key.fileobj)
                    key.fileobj.close()
                elif key.data.connected_s is not None:
                    self.selector.modify(key.fileobj, selectors.EVENT_READ, key.data)

    def connected(self):
        return sum(client.connected_s is not None for client in self.clients)

    def close(self):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()

    def seen(self, at_once):
        """What the clients saw."""
        answered = [client for client in self.clients if client.answered_s is not None]
        times = sorted(client.connected_s for client in answered)
        return {"clients": len(self.clients), "connected_at_once": at_once,
                "answered": len(answered), "answered_after_a_retry": len(answered) - at_once,
                "never_answered": len(self.clients) - len(answered),
                "slowest_connect_ms": round(times[-1] * 1e3) if times else None}


class Server:
    """The server of the incident, and weirctl to look at it."""

    def __init__(self, options):
        self.weirctl_program = options.weirctl
        self.folder = tempfile.mkdtemp(prefix="weir-incident-", dir="/tmp")
        self.admin = f"unix:{self.folder}/admin.sock"
        self.log_file = f"{self.folder}/log"
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen([options.server, "--admin=" + self.admin],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if not found:
            self.end()
            sys.exit("incident: the server did not start")
        self.port = int(found.group(1))

    def weirctl(self, *arguments):
        done = subprocess.run([self.weirctl_program, "--target=" + self.admin, *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20,
                              check=False)
        return done.stdout

    def messages(self, *arguments):
        return [json.loads(line) for line in self.weirctl("--json", *arguments).splitlines()]

    def queue(self):
        return self.messages("stats")[0]["reactors"][0]["accept_queue"]

    def log(self):
        with open(self.log_file, encoding="utf-8") as log:
            return log.read().splitlines()

    def wait_for_log(self, words):
        """Until the log has each, or for TELL_S: the log then shows what is missing."""
        end = time.monotonic() + TELL_S
        while time.monotonic() < end and not all(word in "\n".join(self.log()) for word in words):
            time.sleep(0.05)

    def block(self):
        """Sends the request whose handler blocks. Returns its connection once it does."""
        connection = socket.create_connection(("127.0.0.1", self.port), 5)
        connection.sendall(BLOCKING_REQUEST)
        self.process.stdout.readline()
        return connection

    def unblock(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()
        shutil.rmtree(self.folder)


def settle(server, burst, discards):
    """Until the kernel has either queued each client or dropped its first SYN."""
    end = time.monotonic() + TELL_S
    while time.monotonic() < end:
        burst.serve(0.05)
        queue = server.queue()
        if queue["depth"] + int(queue["discards"]) - discards >= len(burst.clients):
            return


def serve_until_all_are_connected(burst):
    end = time.monotonic() + PATIENCE_S
    while burst.connected() < len(burst.clients) and time.monotonic() < end:
        burst.serve(0.05)


def replay(server, clients, awaited, mend=None):
    """One burst while the handler blocks: what clients saw, and what Weir shows meanwhile. `mend` is
    called while it still blocks; clients that were refused then have the time to try again."""
    logged = len(server.log())
    before = int(server.queue()["discards"])
    with server.block():
        burst = Burst(server.port, clients)
        try:
            settle(server, burst, before)
            at_once = burst.connected()
            server.wait_for_log(awaited)
            shown = {"queue": server.queue(), "doctor": server.weirctl("doctor", "server"),
                     "log": server.log()[logged:]}
            if mend:
                shown["mended"] = mend()
                serve_until_all_are_connected(burst)
                shown["connected_while_blocked"] = burst.connected()
            server.unblock()
            burst.serve(PATIENCE_S)
        finally:
            burst.close()
    shown["discards"] = int(server.queue()["discards"]) - before
    return {"clients": burst.seen(at_once), "weir": shown}


def tell(title, result):
    """Both sides of a burst."""
    print(f"\n== {title}")
    seen, shown = result["clients"], result["weir"]
    print(f"clients: {seen['clients']} connect at once; {seen['connected_at_once']} are connected and "
          f"wait for an answer, {seen['clients'] - seen['connected_at_once']} are not and are not told "
          f"why.\n"
          f"  In the end {seen['answered_after_a_retry']} were answered after the kernel's retry of a "
          f"second or more, {seen['never_answered']} never;\n"
          f"  the slowest connect took {seen['slowest_connect_ms']} ms.")
    queue = shown["queue"]
    print(f"weirctl stats, meanwhile: {queue['depth']} waiting, backlog {queue['backlog_effective']}; "
          f"{shown['discards']} packets discarded until the end")
    print("the service's log:")
    for line in shown["log"] or ["(nothing)"]:
        print(f"  {line}")
    print("weirctl doctor server:")
    for line in shown["doctor"].splitlines():
        print(f"  {line}")


def main():
    options = arguments()
    server = Server(options)
    try:
        first = replay(server, options.clients,
                       ["queue_over_half", "overflow_began", "reactor_stalled"],
                       lambda: server.weirctl("limits", "set", f"listen_backlog={options.raised}",
                                              "--reason=clients were refused"))
        second = replay(server, options.clients, [])
    finally:
        server.end()
    if options.json:
        print(json.dumps({"first": first, "second": second}))
        return
    tell("a backlog of 128, and a handler that blocks", first)
    print(f"\n== weirctl limits set listen_backlog={options.raised}, while the handler still blocks\n"
          f"{first['weir']['mended']}\nwhen clients had tried again "
          f"{first['weir']['connected_while_blocked']} were connected")
    tell("the same burst, with the backlog raised", second)


if __name__ == "__main__":
    main()
