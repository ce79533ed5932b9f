"""Holds that bazel/dev/count_tests.py counts each outcome, and fails where a test did."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
GOOGLE_TEST = """<testsuites><testsuite name="A">
<testcase name="Passes" classname="A" result="completed"/>
<testcase name="Skips" classname="A" result="skipped"><skipped message="why"/></testcase>
</testsuite></testsuites>"""
FAILS = '<testsuites><testsuite><testcase name="F" classname="A"><failure/></testcase></testsuite></testsuites>'
UNITTEST = """<testsuites><testsuite name="t"><testcase name="t"/><system-out>
Ran 5 tests in 1.5s

OK (skipped=3)
</system-out></testsuite></testsuites>"""


class CountTestsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.events = os.path.join(self.folder.name, "events.json")

    def add(self, label, xml, status="PASSED"):
        path = os.path.join(self.folder.name, f"{len(os.listdir(self.folder.name))}.xml")
        if xml is not None:
            with open(path, "w") as file:
                file.write(xml)
        event = {"id": {"testResult": {"label": label}},
                 "testResult": {"status": status,
                                "testActionOutput": [{"name": "test.xml", "uri": "file://" + path}]}}
        with open(self.events, "a") as file:
            file.write(json.dumps({"id": {}}) + "\n" + json.dumps(event) + "\n")

    def count(self, passed=0, failed=0):
        """The last line, and whether it ended well."""
        result = subprocess.run([sys.executable, PROGRAM, str(passed), str(failed), self.events],
                                stdout=subprocess.PIPE, text=True, timeout=60)
        self.said = result.stdout
        return result.stdout.splitlines()[-1], result.returncode == 0

    def test_counts_cases_and_steps(self):
        self.add("//a:test", GOOGLE_TEST)
        self.assertEqual(self.count(passed=2), ("3 passed, 0 failed, 1 skipped", True))
        self.assertIn("skipped: //a:test: A.Skips\n", self.said)

    def test_a_failed_case_or_step_fails_the_whole(self):
        self.add("//a:test", GOOGLE_TEST)
        self.assertEqual(self.count(failed=1), ("1 passed, 1 failed, 1 skipped", False))
        self.add("//a:other", FAILS, "FAILED")
        self.assertEqual(self.count(), ("1 passed, 1 failed, 1 skipped", False))

    def test_a_test_that_failed_otherwise_fails_the_whole(self):
        self.add("//a:test", GOOGLE_TEST, "TIMEOUT")
        self.assertEqual(self.count(), ("0 passed, 1 failed, 1 skipped", False))

    def test_a_flaky_test_counts_by_its_last_run(self):
        self.add("//a:test", FAILS, "FAILED")
        self.add("//a:test", GOOGLE_TEST)
        self.assertEqual(self.count(), ("1 passed, 0 failed, 1 skipped", True))

    def test_what_unittest_skips_is_counted(self):
        self.add("//a:test", UNITTEST)
        self.assertEqual(self.count(), ("1 passed, 0 failed, 3 skipped", True))

    def test_a_test_without_a_result_has_failed(self):
        self.add("//a:test", None)
        self.assertEqual(self.count(), ("0 passed, 1 failed, 0 skipped", False))
        self.add("//a:other", "<testsuites>")
        self.assertEqual(self.count(), ("0 passed, 2 failed, 0 skipped", False))

    def test_no_test_at_all_is_a_failure(self):
        open(self.events, "w").close()
        self.assertEqual(self.count(passed=9), ("9 passed, 1 failed, 0 skipped", False))

    def test_root_skips_nothing_of_the_kernel_tests(self):
        self.add("//tests/kernel:queue_test", GOOGLE_TEST)
        wanted = ("1 passed, 1 failed, 0 skipped", False) if os.geteuid() == 0 else (
            "1 passed, 0 failed, 1 skipped", True)
        self.assertEqual(self.count(), wanted)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
