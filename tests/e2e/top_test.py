"""weirctl top under a pseudo-terminal: what it shows, how it ends, and what it leaves behind."""

import fcntl
import http.client
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

import pyte

from demo_server import PROGRAMS, DemoServer

TERM = "screen-256color"  # of those that ncurses-base has, all of its sequences are known to pyte
PATIENCE = 30  # seconds, for what comes at once on a machine that is not overloaded


class Terminal:
    """weirctl in a terminal of its own, and what that shows."""

    def __init__(self, *arguments, rows=24, columns=80, environment=None):
        self.controller, self.end = pty.openpty()
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.written = b""
        self.set_size(rows, columns)
        self.attributes = termios.tcgetattr(self.end)
        self.errors, writer = os.pipe()
        self.process = subprocess.Popen(
            [PROGRAMS["weirctl"], *arguments], stdin=self.end, stdout=self.end, stderr=writer,
            start_new_session=True, env={**os.environ, "TERM": TERM, **(environment or {})},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(writer)
        self.exit = os.pidfd_open(self.process.pid)

    def set_size(self, rows, columns):
        """The kernel sends SIGWINCH to who runs there."""
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        self.screen.reset()
        self.set_size(rows, columns)

    def read(self, seconds):
        """Whether something was there to read, which is on the screen then."""
        ready, _, _ = select.select([self.controller, self.exit], [], [], seconds)
        if self.controller not in ready:
            return False
        data = os.read(self.controller, 65536)
        self.written += data
        self.stream.feed(data)
        return True

    def until(self, condition, what):
        """Reads until the screen is as awaited."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            read = self.read(1)
            over = self.process.poll() is not None and not read and not condition()
            if over or time.monotonic() > deadline:
                raise AssertionError(f"not {what}:\n" + "\n".join(self.screen.display))

    def shows(self, pattern):
        text = "\n".join(line.rstrip() for line in self.screen.display)
        return re.search(pattern, text, re.M)

    def await_text(self, pattern):
        self.until(lambda: self.shows(pattern), f"shown: {pattern}")

    def type(self, keys):
        os.write(self.controller, keys)

    def ended(self):
        """(exit status, standard error, whether the terminal treats keys as before), at its end."""
        self.until(lambda: self.process.poll() is not None, "ended")
        while self.read(0):
            pass
        errors = os.read(self.errors, 65536).decode()
        restored = termios.tcgetattr(self.end) == self.attributes
        for descriptor in (self.controller, self.end, self.errors, self.exit):
            os.close(descriptor)
        return self.process.returncode, errors, restored


class TopTest(unittest.TestCase):
    def setUp(self):
        self.demo = DemoServer()
        self.addCleanup(self.demo.end)

    def top(self, *arguments, **options):
        return Terminal("--target=" + self.demo.admin, "--interval=100ms", *arguments, "top", **options)

    def check_end(self, terminal, status, message=""):
        """It ended so, and the terminal is as it was."""
        code, errors, restored = terminal.ended()
        self.assertEqual(code, status, errors)
        self.assertRegex(errors, message or r"\A\Z")
        self.assertTrue(restored, "the terminal's attributes differ")
        if b"\x1b[?1049h" in terminal.written:
            left = terminal.written.rindex(b"\x1b[?1049l")
            self.assertGreater(left, terminal.written.rindex(b"\x1b[?1049h"), "the screen before")
            self.assertIn(b"\x1b[?25h", terminal.written[left - 40:], "the cursor is hidden")

    def test_fills_the_screen_and_follows_its_size(self):
        terminal = self.top()
        terminal.await_text(rf"^weir 127.0.0.1:{self.demo.port} \+1  version \d\S*  up 00:00:\d\d  limits v1$")
        terminal.await_text(r"^  R +QUEUE   HIGH WAIT P50 WAIT P99  CONNS  REQ/S  ACC/S  ERR/S$")
        terminal.await_text(r"^  0 \[ {9}\] +0/\d+ +\d+ .* 0 +0 +0$")
        terminal.await_text(r"^EVENTS$")
        terminal.await_text(r"^q quit")
        self.assertEqual(terminal.screen.display[23].rstrip(), "q quit   p pause   up/down scroll")

        client = http.client.HTTPConnection("127.0.0.1", self.demo.port, timeout=20)
        client.request("GET", "/")
        client.getresponse().read()
        terminal.await_text(r"requests 1  2xx 1 ")
        terminal.await_text(r"^  0 .* 1 +0 +0 +0$")
        client.close()

        terminal.resize(10, 40)
        terminal.await_text(r"^  R       QUEUE WAIT P99  REQ/S  ERR/S$")
        terminal.until(lambda: terminal.screen.display[9].startswith("q quit"), "ten rows")
        terminal.resize(50, 200)
        terminal.await_text(r"ERR/S REFUSED/S$")
        terminal.until(lambda: terminal.screen.display[49].startswith("q quit"), "fifty rows")
        terminal.type(b"q")
        self.check_end(terminal, 0)

    def test_shows_events_and_errors(self):
        subprocess.run([PROGRAMS["weirctl"], "--target=" + self.demo.admin, "limits", "set",
                        "max_fields=77"], check=True, stdout=subprocess.DEVNULL)
        terminal = self.top()
        terminal.await_text(r"^\d\d:\d\d:\d\d info .*max_fields")
        self.demo.send(b"GET / HTTP/1.1\r\n\r\n")
        terminal.await_text(r"4xx 1 ")
        terminal.await_text(r"limits v2$")
        terminal.type(b"q")
        self.check_end(terminal, 0)

    def test_pauses(self):
        terminal = self.top()
        terminal.await_text(r"requests 0 ")
        terminal.type(b"p")
        terminal.await_text("PAUSED$")
        self.demo.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        subprocess.run([PROGRAMS["weirctl"], "--target=" + self.demo.admin, "--interval=100ms",
                        "--count=5", "watch"], check=True, stdout=subprocess.DEVNULL)
        while terminal.read(0):
            pass
        self.assertTrue(terminal.shows(r"requests 0 "), "it went on")
        terminal.type(b"p")
        terminal.await_text(r"requests 1 ")
        self.assertFalse(terminal.shows("PAUSED"))
        terminal.type(b"q")
        self.check_end(terminal, 0)

    def test_ends_by_signals(self):
        for end in (lambda t: t.type(b"\x03"), lambda t: t.process.send_signal(signal.SIGTERM),
                    lambda t: t.process.send_signal(signal.SIGHUP)):
            terminal = self.top()
            terminal.await_text("^EVENTS")
            end(terminal)
            self.check_end(terminal, 0)

    def test_stops_and_goes_on(self):
        terminal = self.top()
        terminal.await_text("^EVENTS")
        terminal.type(b"\x1a")
        stopped, status = os.waitpid(terminal.process.pid, os.WUNTRACED)
        self.assertEqual(stopped, terminal.process.pid)
        self.assertTrue(os.WIFSTOPPED(status))
        while terminal.read(0):
            pass
        self.assertTrue(termios.tcgetattr(terminal.end)[3] & termios.ICANON, "given back")
        terminal.screen.reset()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.await_text("^EVENTS")
        terminal.type(b"q")
        self.check_end(terminal, 0)

    def test_says_that_the_server_has_gone(self):
        terminal = self.top()
        terminal.await_text("^EVENTS")
        self.demo.process.send_signal(signal.SIGTERM)
        self.check_end(terminal, 3, "the server drains or has ended")

    def test_ends_with_its_terminal(self):
        terminal = self.top()
        terminal.await_text("^EVENTS")
        os.close(terminal.controller)
        os.close(terminal.end)
        self.assertEqual(terminal.process.wait(PATIENCE), 0)
        os.close(terminal.errors)
        os.close(terminal.exit)

    def test_counts_samples(self):
        self.check_end(self.top("--count=2"), 0)

    def test_does_without_colours(self):
        terminal = self.top("--count=1", environment={"NO_COLOR": "1"})
        self.check_end(terminal, 0)
        self.assertNotRegex(terminal.written, rb"\x1b\[3[0-7]m")

    def test_refuses_what_is_no_terminal(self):
        for options in ({"stdout": subprocess.PIPE}, {"stdin": subprocess.DEVNULL}):
            done = subprocess.run([PROGRAMS["weirctl"], "--target=" + self.demo.admin, "top"],
                                  stderr=subprocess.PIPE, check=False, timeout=PATIENCE, **options)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"weirctl watch stats", done.stderr)
        self.check_end(self.top("--json"), 2, "watch stats")
        self.check_end(self.top(environment={"TERM": "nonesuch"}), 2, "TERM=nonesuch is no terminal")

    def test_says_that_nobody_answers(self):
        self.check_end(Terminal("--target=unix:/nowhere/admin.sock", "top"), 3, "/nowhere/admin.sock")


if __name__ == "__main__":
    unittest.main(argv=["top_test"])
