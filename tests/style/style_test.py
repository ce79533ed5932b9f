"""Holds the tree to tests/style/rules.py, after showing that each rule finds its violation."""

import os
import subprocess
import sys
import unittest

import rules

ROOT = os.path.dirname(os.path.realpath(sys.argv[1]))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as source:
        return source.read()


def tracked(*endings):
    """Files of the checkout with one of the endings: by git, else (in an export) by walking."""
    listing = subprocess.run(["git", "-C", ROOT, "ls-files"], stdout=subprocess.PIPE, text=True)
    names = listing.stdout.split("\n")
    if listing.returncode != 0:
        names = [os.path.relpath(os.path.join(folder, name), ROOT)
                 for folder, _, files in os.walk(ROOT) for name in files if "/bazel-" not in folder]
    return [n for n in names if n.endswith(endings) and os.path.isfile(os.path.join(ROOT, n))]


class RulesTest(unittest.TestCase):
    """Each rule against a planted violation, and against what it must let pass."""

    def problems(self, path, text):
        return [p.split(": ", 1)[1] for p in rules.check_cpp(path, text)]

    def header(self, body, path="reactor/x.h"):
        name = "WEIR_" + path.upper().replace("/", "_").replace(".", "_") + "_"
        return f"#ifndef {name}\n#define {name}\n{body}\n#endif  // {name}\n"

    def test_length(self):
        self.assertIn("401 lines, at most 400", self.problems("reactor/x.cc", "\n" * 401))
        self.assertEqual(self.problems("reactor/x.cc", "\n" * 400), [])
        self.assertEqual(self.problems("reactor/x_test.cc", "\n" * 600), [])
        self.assertTrue(self.problems("reactor/x.h", self.header("\n" * 260)))

    def test_columns(self):
        self.assertIn("101 columns, at most 100", self.problems("a.cc", "/" * 101))
        self.assertIn("a tab", self.problems("a.cc", "\tx"))
        self.assertIn("white space at the end", self.problems("a.cc", "x "))

    def test_functions(self):
        long = "int F(int a) {\n" + "  a++;\n" * 70 + "}\n"
        self.assertTrue(any("a function of 72 lines" in p for p in self.problems("a.cc", long)))
        member = "class A {\n  int F(int a) const {\n" + "    a++;\n" * 70 + "  }\n};\n"
        self.assertTrue(any("a function of" in p for p in self.problems("a.cc", member)))
        self.assertEqual(self.problems("a.cc", "int F(int a) {\n" + "  a++;\n" * 68 + "}\n"), [])

    def test_guard(self):
        self.assertEqual(self.problems("reactor/x.h", self.header("int x;")), [])
        self.assertTrue(self.problems("reactor/y.h", self.header("int x;")))
        self.assertTrue(self.problems("reactor/x.h", "#pragma once\n"))

    def test_includes(self):
        self.assertTrue(self.problems("reactor/x.cc", '#include "reactor/x.h"\n'))
        self.assertEqual(self.problems("reactor/x.cc", '#include "weir/reactor/x.h"\n'), [])

    def test_banned(self):
        for code in ["assert(x);", "std::abort();", "printf(x);", "std::cout << x;", "throw 1;"]:
            self.assertTrue(self.problems("parser/x.cc", code), code)
            self.assertEqual(self.problems("parser/x.cc", "// " + code), [])
        self.assertEqual(self.problems("reactor/x.cc", "throw std::bad_alloc();"), [])
        self.assertEqual(self.problems("reactor/x.cc", "static_assert(x);"), [])
        for code in ["sleep(1);", "usleep(1);", "std::this_thread::sleep_for(x);"]:
            self.assertTrue(self.problems("reactor/x_test.cc", code), code)

    def test_readme_and_versions(self):
        text = "<!-- file: a.cc -->\n```cpp\nint a;\n```\n"
        self.assertEqual(rules.check_readme(text, lambda path: "int a;\n"), [])
        self.assertTrue(rules.check_readme(text, lambda path: "int b;\n"))
        self.assertTrue(rules.check_readme("nothing", lambda path: ""))
        guide = "<!-- from: a.cc -->\n```cpp\n  int a;\n  int b;\n```"
        self.assertEqual(rules.check_guide("x", guide, lambda path: "{\n    int a;\n\n    int b;\n}"), [])
        self.assertTrue(rules.check_guide("x", guide, lambda path: "int a;\nint c;\nint b;\n"))
        self.assertTrue(rules.check_guide("x", "```cpp\nint a;\n```", lambda path: "int a;\n"))
        self.assertTrue(rules.check_guide("x", "nothing", lambda path: ""))
        sources = {"MODULE.bazel": 'name = "weir",\n version = "1.0"', "BUILD.bazel": 'version = "1.0"',
                   "reactor/version.h": 'kVersion[] = "1.0"', "CHANGELOG.md": "\n## 1.0"}
        self.assertEqual(rules.check_versions(sources), [])
        self.assertTrue(rules.check_versions({**sources, "BUILD.bazel": 'version = "2.0"'}))
        changes = "\n## Unreleased\n\nMore.\n\n## "
        self.assertEqual(rules.check_versions({**sources, "CHANGELOG.md": changes + "1.0"}), [])
        self.assertTrue(rules.check_versions({**sources, "CHANGELOG.md": changes + "0.9"}))


class TreeTest(unittest.TestCase):
    def test_cpp(self):
        files = tracked(".cc", ".h", ".inc")
        self.assertGreater(len(files), 50)
        problems = [p for path in files for p in rules.check_cpp(path, read(path))]
        self.assertEqual(problems, [], "\n" + "\n".join(problems))

    def test_readme(self):
        self.assertEqual(rules.check_readme(read("README.md"), read), [])

    def test_guides(self):
        for path in ["examples/HANDLERS.md"]:
            self.assertEqual(rules.check_guide(path, read(path), read), [])

    def test_versions(self):
        paths = ["MODULE.bazel", "BUILD.bazel", "reactor/version.h", "CHANGELOG.md"]
        self.assertEqual(rules.check_versions({path: read(path) for path in paths}), [])

    def test_architecture_is_short(self):
        self.assertLessEqual(len(read("ARCHITECTURE.md").splitlines()), 200)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
