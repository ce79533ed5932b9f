#!/usr/bin/env python3
"""Prints "N passed, N failed, N skipped" of Bazel's build event files; fails unless all passed.

Usage: count_tests.py PASSED_STEPS FAILED_STEPS EVENTS.json...

A GoogleTest counts by its cases, any other test as one, and each step of the script as one. What was
skipped is named. Root skips nothing of NEVER_SKIPPED_AS_ROOT: there a skipped case has failed.
"""

import collections
import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

# Whose cases skip for want of a privilege only.
NEVER_SKIPPED_AS_ROOT = ("//tests/kernel:", "//reactor/kernel:inet_diag_kernel_test",
                         "//reactor/listen:reuseport_group_test")

Outcome = collections.namedtuple("Outcome", "label status xml")
Counts = collections.namedtuple("Counts", "passed failed skipped")


def outcomes(event_file):
    """The last Outcome of each test in an event file; `xml` is the path of test.xml, or None."""
    results = {}
    with open(event_file) as lines:
        for line in lines:
            event = json.loads(line)
            if "testResult" not in event:
                continue
            result, test = event["testResult"], event["id"]["testResult"]
            xml = [o["uri"] for o in result.get("testActionOutput", []) if o["name"] == "test.xml"]
            results[json.dumps(test, sort_keys=True)] = Outcome(
                test["label"], result.get("status"), urllib.parse.urlparse(xml[0]).path if xml else None)
    return results.values()


def is_skipped(case):
    return case.get("result") == "skipped" or case.find("skipped") is not None


def skipped_by_unittest(root):
    """How many cases a Python test skipped: Bazel's XML has one case for all of it, and its log."""
    logs = " ".join(log.text or "" for log in root.iter("system-out"))
    return sum(int(count) for count in re.findall(r"^OK \(skipped=(\d+)", logs, re.MULTILINE))


def count(outcome, is_root):
    """The Counts of one test, after printing what was skipped."""
    try:
        root = ElementTree.parse(outcome.xml or "").getroot()
    except (ElementTree.ParseError, OSError) as error:
        print(f"no result: {outcome.label}: {error}")
        return Counts(0, 1, 0)
    cases = list(root.iter("testcase"))
    skipped = [f"{case.get('classname')}.{case.get('name')}" for case in cases if is_skipped(case)]
    by_unittest = skipped_by_unittest(root)
    failed = sum(c.find("failure") is not None or c.find("error") is not None for c in cases)
    if outcome.status != "PASSED":
        failed = max(failed, 1)
    passed = max(len(cases) - failed - len(skipped), 0)
    for name in skipped + [f"{by_unittest} cases"] * (by_unittest > 0):
        print(f"skipped: {outcome.label}: {name}")
    if is_root and outcome.label.startswith(NEVER_SKIPPED_AS_ROOT) and skipped:
        print(f"{outcome.label}: root skips nothing of it")
        return Counts(passed, failed + len(skipped), 0)
    return Counts(passed, failed, len(skipped) + by_unittest)


def main():
    total = Counts(int(sys.argv[1]), int(sys.argv[2]), 0)
    results = [outcome for event_file in sys.argv[3:] for outcome in outcomes(event_file)]
    for outcome in results:
        total = Counts(*map(sum, zip(total, count(outcome, os.geteuid() == 0))))
    if not results:
        print("no test was run")
        total = total._replace(failed=total.failed + 1)
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
