"""The example clients tune a limit of the demo and follow a stream; weirctl tells what came of it."""

import json
import os
import subprocess
import sys
import unittest

from demo_server import PROGRAMS, DemoServer

COMMANDS = {
    "python": ["/usr/bin/python3", "examples/clients/python/tune.py"],
    "node": ["node", os.environ["NODE_FOLDER"] + "/tune.mjs", os.path.abspath("proto")],
}


class ClientsTest(unittest.TestCase):
    def setUp(self):
        self.demo = DemoServer()
        self.addCleanup(self.demo.end)

    def tune(self, language, *arguments):
        return subprocess.run(
            COMMANDS[language] + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, timeout=60, check=False)

    def limit(self, name):
        text = subprocess.run(
            [PROGRAMS["weirctl"], "--target=" + self.demo.admin, "--json", "limits", "get", name],
            stdout=subprocess.PIPE, check=True, timeout=20).stdout
        state = json.loads(text)
        layers = {layer["layer"]: layer for layer in state["layers"]}
        return state["requested"][name], layers["LIMIT_LAYER_OPERATOR"]["expires_in"]

    def test_tunes_a_limit_and_follows_the_stream(self):
        for language in COMMANDS:
            with self.subTest(language):
                value = {"python": "20000", "node": "30000"}[language]
                done = self.tune(language, self.demo.admin, "max_head_bytes", value, "3")
                self.assertEqual(done.returncode, 0, done.stderr)
                lines = done.stdout.splitlines()
                self.assertRegex(
                    lines[0], rf"^max_head_bytes: requested {value}, effective {value}, "
                    r"version \d+, applied by all: yes$")
                samples = [line for line in lines if "reactor 0: queue 0 of " in line]
                self.assertEqual(len(samples), 3, done.stdout)
                requested, expires = self.limit("max_head_bytes")
                self.assertEqual(requested, value)
                self.assertIn("max_head_bytes", expires)

    def test_says_what_is_refused(self):
        for language in COMMANDS:
            with self.subTest(language):
                done = self.tune(language, self.demo.admin, "max_head_bytes", "1")
                self.assertEqual(done.returncode, 1)
                self.assertIn("INVALID_ARGUMENT: max_head_bytes = 1 is out of range", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
