#!/usr/bin/env python3
"""Prints "N passed, N failed, N skipped" of Bazel's build event files; fails unless all passed.

Usage: count_tests.py PASSED_STEPS FAILED_STEPS EVENTS.json...

A GoogleTest counts by its cases, any other test as one, and each step of the script as one.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


def outcomes(event_file):
    """The last (status, path of test.xml) of each test in an event file."""
    results = {}
    with open(event_file) as lines:
        for line in lines:
            event = json.loads(line)
            if "testResult" not in event:
                continue
            xml = [o["uri"] for o in event["testResult"].get("testActionOutput", []) if o["name"] == "test.xml"]
            key = json.dumps(event["id"]["testResult"], sort_keys=True)
            results[key] = (event["testResult"].get("status"), urllib.parse.urlparse(xml[0]).path if xml else None)
    return results.values()


def count_cases(status, path):
    """(passed, failed, skipped) of one test."""
    cases = []
    if path:
        try:
            cases = list(ElementTree.parse(path).iter("testcase"))
        except (ElementTree.ParseError, OSError):
            cases = []
    skipped = sum(c.get("result") == "skipped" or c.find("skipped") is not None for c in cases)
    failed = sum(c.find("failure") is not None or c.find("error") is not None for c in cases)
    if status != "PASSED":
        failed = max(failed, 1)
    for case in cases:
        if case.get("result") == "skipped" or case.find("skipped") is not None:
            print(f"skipped: {case.get('classname')}.{case.get('name')}")
    return max(len(cases) - failed - skipped, 1 if status == "PASSED" and not cases else 0), failed, skipped


def main():
    passed, failed, skipped = int(sys.argv[1]), int(sys.argv[2]), 0
    tests = 0
    for event_file in sys.argv[3:]:
        for status, path in outcomes(event_file):
            counts = count_cases(status, path)
            tests += 1
            passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
    if tests == 0:
        print("no test was run")
        failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
