"""The rules of CONTRIBUTING.md that a program can check. Each yields (line, what is wrong)."""

import re

MAX_COLUMNS = 100
MAX_FUNCTION_LINES = 70


def is_test(path):
    return bool(re.search(r"_test\.(cc|py)$", path)) or path.startswith("tests/")


def max_lines(path):
    if is_test(path):
        return 600
    return 250 if path.endswith(".h") else 400


def file_length(path, lines):
    if len(lines) > max_lines(path):
        yield len(lines), f"{len(lines)} lines, at most {max_lines(path)}"


def columns(path, lines):
    for number, line in enumerate(lines, 1):
        if "\t" in line:
            yield number, "a tab"
        if len(line) > MAX_COLUMNS:
            yield number, f"{len(line)} columns, at most {MAX_COLUMNS}"
        if line != line.rstrip():
            yield number, "white space at the end"


def without_literals(line):
    """The line with strings, characters and comments blanked."""
    line = re.sub(r'R"\(.*?\)"', '""', line)
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    line = re.sub(r"(?<![0-9a-fA-F])'(\\.|[^'\\])+'", "' '", line)
    return line.split("//")[0]


def function_length(path, lines):
    """A block that begins at a line ending in "{" after ")" and ends at a brace of its indentation."""
    del path
    start, indent = None, 0
    for number, line in enumerate(lines, 1):
        code = without_literals(line).rstrip()
        opens = re.match(r"^(\s*)\S.*\)( const| noexcept| override| final|\s*->.*)*\s*\{$", code)
        if start is None and opens and not re.match(r"^\s*(if|for|while|switch|else|do|namespace|\})", code):
            start, indent = number, len(opens.group(1))
        elif start is not None and code.startswith(" " * indent + "}") and (len(code) == indent + 1 or code[indent + 1] in ";),"):
            if number - start + 1 > MAX_FUNCTION_LINES:
                yield start, f"a function of {number - start + 1} lines, at most {MAX_FUNCTION_LINES}"
            start = None


def guard(path, lines):
    if not path.endswith(".h"):
        return
    name = "WEIR_" + re.sub(r"[^A-Z0-9]", "_", path.upper()) + "_"
    text = "\n".join(lines)
    if f"#ifndef {name}\n#define {name}\n" not in text or not text.rstrip().endswith(f"#endif  // {name}"):
        yield 1, f"the include guard is not {name}"


def includes(path, lines):
    if path.startswith("tests/downstream/") or path.startswith("examples/"):
        return
    for number, line in enumerate(lines, 1):
        found = re.match(r'#include "([^"]+)"', line)
        if found and not re.match(r"(weir|absl|tests)/", found.group(1)):
            yield number, f'"{found.group(1)}" is not spelled "weir/<package>/<file>"'


BANNED_IN_LIBRARIES = {
    r"\bassert\(": "assert",
    r"\babort\(": "abort",
    r"\b(printf|puts|putchar)\(": "standard output",
    r"\bstd::cout\b": "standard output",
    r"\bthrow\b(?! std::bad_alloc\(\))": "an exception other than std::bad_alloc",
}
BANNED_IN_TESTS = {r"\b(u|nano)?sleep\(|\bsleep_(for|until)\(": "a sleep"}


def banned(path, lines):
    library = re.match(r"(parser|reactor|control)/", path) and not path.startswith("control/weirctl/")
    if is_test(path):
        rules = BANNED_IN_TESTS
    elif library and "/testing/" not in path:
        rules = BANNED_IN_LIBRARIES
    else:
        return
    for number, line in enumerate(lines, 1):
        code = without_literals(line)
        for pattern, name in rules.items():
            if re.search(pattern, code):
                yield number, f"{name} is not used here"


CPP_RULES = [file_length, columns, function_length, guard, includes, banned]


def check_cpp(path, text):
    """All violations in one C++ file, as "path:line: what"."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return [f"{path}:{line}: {what}" for rule in CPP_RULES for line, what in rule(path, lines)]


def check_readme(text, read):
    """Code blocks behind "<!-- file: PATH -->" must be that file."""
    problems = []
    blocks = re.findall(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", text, re.S)
    for path, code in blocks:
        if read(path) != code:
            problems.append(f"README.md: the block for {path} differs from the file")
    if not blocks:
        problems.append("README.md: shows no example file")
    return problems


def check_guide(path, text, read):
    """Each C++ block must stand behind "<!-- from: PATH -->", and in that file line by line."""
    def lines(code):
        return "\n" + "".join(line.strip() + "\n" for line in code.split("\n") if line.strip())

    problems = []
    blocks = re.findall(r"(?:<!-- from: (\S+) -->\n)?```cpp\n(.*?)```", text, re.S)
    for source, code in blocks:
        if not source or lines(code) not in lines(read(source)):
            first = code.strip().split("\n", maxsplit=1)[0]
            problems.append(f"{path}: the block \"{first}\" is not in {source or 'any named file'}")
    if not blocks:
        problems.append(f"{path}: shows no code")
    return problems


def check_versions(sources):
    """Every place that names the version must name the same; what is unreleased has none yet."""
    patterns = {
        "MODULE.bazel": r'name = "weir",\s*version = "([^"]+)"',
        "BUILD.bazel": r'version = "([^"]+)"',
        "reactor/version.h": r'kVersion\[\] = "([^"]+)"',
        "CHANGELOG.md": r"\n## (\d\S*)",
    }
    found = {path: re.search(pattern, sources[path]) for path, pattern in patterns.items()}
    versions = {path: match.group(1) if match else "none" for path, match in found.items()}
    return [] if len(set(versions.values())) == 1 else [f"versions differ: {versions}"]
