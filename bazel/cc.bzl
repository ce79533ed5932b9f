"""cc_library, cc_test and cc_binary as all of Weir's packages use them.

A header is included by one spelling everywhere, inside and from another workspace: "weir/", the
package, the file.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

def weir_cc_library(name, **kwargs):
    """A cc_library whose hdrs are included as "weir/<package>/<file>".

    Args:
      name: the library's name.
      **kwargs: for the cc_library.
    """
    cc_library(
        name = name,
        include_prefix = "weir/" + native.package_name(),
        strip_include_prefix = "/" + native.package_name(),
        linkstatic = True,
        **kwargs
    )

def weir_cc_test(name, deps = [], size = "small", **kwargs):
    """A GoogleTest of the source file with its own name.

    Args:
      name: the test's name.
      deps: what it tests.
      size: see cc_test.
      **kwargs: for the cc_test.
    """
    cc_test(
        name = name,
        srcs = kwargs.pop("srcs", [name + ".cc"]),
        size = size,
        deps = deps + ["@com_google_googletest//:gtest_main"],
        **kwargs
    )

def weir_cc_binary(name, **kwargs):
    """A program.

    Args:
      name: its name.
      **kwargs: for the cc_binary.
    """
    cc_binary(name = name, **kwargs)
