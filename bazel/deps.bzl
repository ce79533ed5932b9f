"""Everything that weir's BUILD files name from outside: `weir_deps()` is all a WORKSPACE calls.

Each repository is declared only if the workspace has not declared that name before, so to
build on real sources declare them first (all of grpc, protobuf and absl, or none of them).
"""

load("//bazel:pkg_config.bzl", "pkg_config_repository")

_ABSL = {
    # upstream's package: its targets, named as in pkg-config without "absl_" ...
    "absl/algorithm": ["algorithm", "container:algorithm_container"],
    "absl/base": ["base", "config", "core_headers", "log_severity"],
    "absl/cleanup": ["cleanup"],
    "absl/container": ["btree", "fixed_array", "flat_hash_map", "flat_hash_set", "inlined_vector", "node_hash_map", "node_hash_set"],
    "absl/debugging": ["failure_signal_handler", "leak_check", "stacktrace", "symbolize"],
    "absl/flags": ["config:flags_config", "flag:flags", "marshalling:flags_marshalling", "parse:flags_parse", "reflection:flags_reflection", "usage:flags_usage"],
    "absl/functional": ["any_invocable", "bind_front", "function_ref"],
    "absl/hash": ["hash"],
    "absl/memory": ["memory"],
    "absl/meta": ["type_traits"],
    "absl/numeric": ["bits", "int128"],
    "absl/random": ["bit_gen_ref:random_bit_gen_ref", "distributions:random_distributions", "random:random_random", "seed_sequences:random_seed_sequences"],
    "absl/status": ["status", "statusor"],
    "absl/strings": ["cord", "str_format", "strings"],
    "absl/synchronization": ["synchronization"],
    "absl/time": ["civil_time", "time"],
    "absl/types": ["any", "optional", "span", "variant"],
    "absl/utility": ["utility"],
}

def _absl_targets():
    targets = {}
    for package, names in _ABSL.items():
        for name in names:
            # ... or upstream's name:pkg-config's.
            upstream, _, module = name.partition(":")
            targets["%s:%s" % (package, upstream)] = ["absl_" + (module or upstream)]
    return targets

def _maybe(rule, name, **kwargs):
    if not native.existing_rule(name):
        rule(name = name, **kwargs)

def system_libraries():
    """The C++ libraries, from Debian's packages."""
    _maybe(
        pkg_config_repository,
        name = "com_google_absl",
        apt = "libabsl-dev",
        deps = {"absl/synchronization:synchronization": [":tsan"]},
        files = {
            Label("//bazel/system:absl_synchronization.BUILD"): "absl/synchronization/BUILD.bazel",
            Label("//bazel/system:absl_tsan.cc"): "absl/synchronization/absl_tsan.cc",
        },
        targets = _absl_targets(),
    )
    _maybe(
        pkg_config_repository,
        name = "com_google_protobuf",
        apt = "libprotobuf-dev protobuf-compiler",
        files = {
            Label("//bazel/system:cc_proto_library.bzl"): "bazel/cc_proto_library.bzl",
            Label("//bazel/system:native_proto_info.bzl"): "bazel/native_proto_info.bzl",
            Label("//bazel/system:proto_info.bzl"): "bazel/common/proto_info.bzl",
            Label("//bazel/system:proto_library.bzl"): "bazel/proto_library.bzl",
            Label("//bazel/system:protobuf.BUILD"): "BUILD.bazel",
        },
        links = dict({
            "google/protobuf/%s.proto" % name: "/usr/include/google/protobuf/%s.proto" % name
            for name in ["any", "api", "descriptor", "duration", "empty", "field_mask", "source_context", "struct", "timestamp", "type", "wrappers"]
        }, protoc = "/usr/bin/protoc"),
        targets = {
            ":protobuf": ["protobuf"],
            ":protobuf_lite": ["protobuf-lite"],
        },
    )
    _maybe(
        pkg_config_repository,
        name = "com_github_grpc_grpc",
        apt = "libgrpc++-dev protobuf-compiler-grpc",
        deps = {
            ":grpc++": [
                "@com_google_absl//absl/synchronization",
                "@com_google_protobuf//:protobuf",
            ],
            ":grpc++_reflection": [":grpc++"],
            ":grpcpp_channelz": [":grpc++"],
        },
        files = {
            Label("//bazel/system:cc_grpc_library.bzl"): "bazel/cc_grpc_library.bzl",
            Label("//bazel/system:grpc_compiler.BUILD"): "src/compiler/BUILD.bazel",
        },
        linkopts = {
            ":grpc++_reflection": ["-lgrpc++_reflection"],
            ":grpcpp_channelz": ["-lgrpcpp_channelz"],
        },
        links = {"src/compiler/grpc_cpp_plugin": "/usr/bin/grpc_cpp_plugin"},
        targets = {
            ":gpr": ["gpr"],
            ":grpc": ["grpc"],
            ":grpc++": ["grpc++"],
            ":grpc++_reflection": [],
            ":grpcpp_channelz": [],
        },
    )
    _maybe(
        pkg_config_repository,
        name = "com_google_googletest",
        apt = "libgtest-dev libgmock-dev",
        # Upstream's gtest has gmock in it.
        targets = {
            ":gtest": ["gmock"],
            ":gtest_main": ["gmock_main"],
        },
    )
    _maybe(
        pkg_config_repository,
        name = "com_github_google_benchmark",
        apt = "libbenchmark-dev",
        deps = {":benchmark_main": [":benchmark"]},
        linkopts = {":benchmark_main": ["-lbenchmark_main"]},
        targets = {
            ":benchmark": ["benchmark"],
            ":benchmark_main": [],
        },
    )

def peer_libraries():
    """Parsers that tests and benchmarks compare with."""
    _maybe(
        pkg_config_repository,
        name = "http_parser",
        apt = "libhttp-parser-dev",
        linkopts = {":http_parser": ["-lhttp_parser"]},
        targets = {":http_parser": []},
    )

def weir_deps():
    """Declares all repositories, for a WORKSPACE."""
    _maybe(
        pkg_config_repository,
        name = "rules_cc",
        apt = "bazel-bootstrap",
        files = {
            Label("//bazel/system:rules_cc_common.bzl"): "cc/common/cc_common.bzl",
            Label("//bazel/system:rules_cc_defs.bzl"): "cc/defs.bzl",
            Label("//bazel/system:rules_cc_info.bzl"): "cc/common/cc_info.bzl",
            Label("//bazel/system:rules_cc_native.bzl"): "cc/native.bzl",
        },
    )

    _maybe(
        pkg_config_repository,
        name = "rules_shell",
        apt = "bazel-bootstrap",
        files = {Label("//bazel/system:sh_test.bzl"): "shell/sh_test.bzl"},
    )

    # Bazel's own BUILD files load or alias these, also where no Java and no coverage is wanted.
    _maybe(
        pkg_config_repository,
        name = "rules_java",
        apt = "bazel-bootstrap",
        files = {Label("//bazel/system:rules_java_defs.bzl"): "java/defs.bzl"},
    )
    _maybe(
        pkg_config_repository,
        name = "remote_coverage_tools",
        apt = "bazel-bootstrap",
        files = {Label("//bazel/system:coverage.BUILD"): "BUILD.bazel"},
    )
    system_libraries()
    peer_libraries()
