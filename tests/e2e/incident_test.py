"""The replayed incident: what the kernel did to both bursts, and that Weir told of it."""

import json
import os
import subprocess
import sys
import unittest

SCRIPT, SERVER, WEIRCTL = sys.argv[1:4]
CLIENTS = 400
RAISED = 1024


def somaxconn():
    with open("/proc/sys/net/core/somaxconn", encoding="ascii") as file:
        return int(file.read())


class IncidentTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if somaxconn() < CLIENTS:
            raise unittest.SkipTest(f"net.core.somaxconn = {somaxconn()}: no room for {CLIENTS}")
        done = subprocess.run(
            [sys.executable, SCRIPT, "--server=" + os.path.abspath(SERVER),
             "--weirctl=" + os.path.abspath(WEIRCTL), f"--clients={CLIENTS}", f"--raised={RAISED}",
             "--json"], stdout=subprocess.PIPE, check=True, timeout=100)
        cls.result = json.loads(done.stdout)

    def test_the_kernel_holds_one_more_than_the_backlog_and_refuses_the_rest(self):
        first = self.result["first"]
        self.assertEqual(first["clients"]["connected_at_once"], 129)
        self.assertEqual(first["weir"]["queue"]["depth"], 129)
        self.assertEqual(first["weir"]["queue"]["backlog_effective"], 128)
        self.assertGreaterEqual(first["weir"]["discards"], CLIENTS - 129)

    def test_those_in_the_queue_are_answered_in_the_end(self):
        self.assertGreaterEqual(self.result["first"]["clients"]["answered"], 129)

    def test_the_log_is_not_empty(self):
        log = "\n".join(self.result["first"]["weir"]["log"])
        for event in ("queue_over_half", "overflow_began", "reactor_stalled"):
            self.assertIn(event, log)

    def test_the_doctor_finds_it_while_it_happens_and_afterwards(self):
        doctor = self.result["first"]["weir"]["doctor"]
        self.assertIn("[queue_full]", doctor)
        self.assertIn("weirctl limits set listen_backlog=", doctor)
        self.assertIn("[queue_overflowed]", self.result["second"]["weir"]["doctor"])

    def test_a_backlog_raised_during_the_stall_lets_those_in_that_try_again(self):
        self.assertEqual(self.result["first"]["weir"]["connected_while_blocked"], CLIENTS)
        self.assertEqual(self.result["first"]["clients"]["answered"], CLIENTS)
        self.assertIn("listen_backlog", self.result["first"]["weir"]["mended"])

    def test_with_a_longer_queue_nobody_is_refused(self):
        second = self.result["second"]
        self.assertEqual(second["clients"]["connected_at_once"], CLIENTS)
        self.assertEqual(second["clients"]["answered"], CLIENTS)
        self.assertEqual(second["weir"]["queue"]["depth"], CLIENTS)
        self.assertEqual(second["weir"]["queue"]["backlog_effective"], min(RAISED, somaxconn()))
        self.assertEqual(second["weir"]["discards"], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
