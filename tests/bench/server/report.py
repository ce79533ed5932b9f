"""The table and the targets of a run."""

TARGETS = [  # workload, server, key, at most, what it is
    ("keep-alive", "weir", "cpu_ratio", 1.03, "CPU per request to the bare loop"),
    ("close", "weir", "cpu_ratio", 1.03, "CPU per request to the bare loop"),
    ("pipelined-64", "weir", "cpu_ratio", 1.15, "CPU per request to the bare loop"),
    ("pipelined-256", "weir", "cpu_ratio", 1.15, "CPU per request to the bare loop"),
    ("idle", "weir, idle beside", "bytes_per_idle", 300, "user bytes per idle connection"),
    ("idle", "weir, idle beside", "cpu_ratio", 1.05, "CPU per request to that without"),
]
COLUMNS = [  # key, heading, format
    ("cpu_us_per_request", "CPU us/request", "{:.3f}"),
    ("requests_per_s", "requests/s", "{:.0f}"),
    ("cpu_ratio", "CPU ratio", "{:.3f}"),
    ("cpu_ratio_quartiles", "quartiles", "{0[0]:.3f}-{0[1]:.3f}"),
    ("bytes_per_idle", "bytes/idle", "{:.0f}"),
    ("p50_us", "p50 us", "{:.1f}"),
    ("p99_us", "p99 us", "{:.1f}"),
    ("p999_us", "p99.9 us", "{:.1f}"),
    ("max_us", "max us", "{:.1f}"),
    ("disturbed", "disturbed", "{:.2%}"),
    ("p99_all_us", "p99 us, all", "{:.1f}"),
    ("server_waited_ms", "waited ms/s", "{:.2f}"),
]


def print_workload(name, result):
    rows = result["servers"]
    columns = [column for column in COLUMNS if any(column[0] in row for row in rows.values())]
    print(f"\n{name}: {result['title']}")
    print(f"  {'server':<18}" + "".join(f"{heading:>16}" for _, heading, _ in columns))
    for server, row in rows.items():
        cells = [form.format(row[key]) if key in row else "-" for key, _, form in columns]
        print(f"  {server:<18}" + "".join(f"{cell:>16}" for cell in cells))
    for server, why in result["skipped"].items():
        print(f"  {server:<18}not measured: {why}")


def targets(workloads):
    """Each target whose workload ran, with what was measured."""
    rows = []
    for workload, server, key, at_most, text in TARGETS:
        value = workloads.get(workload, {}).get("servers", {}).get(server, {}).get(key)
        if value is not None:
            rows.append({"workload": workload, "target": text, "at_most": at_most, "value": value,
                         "met": value <= at_most})
    return rows


def print_targets(rows):
    if rows:
        print("\ntargets")
    for row in rows:
        print(f"  {row['workload']:<16}{row['target']:<36}{row['value']:>9.3f}"
              f"  at most {row['at_most']:<6}{'met' if row['met'] else 'MISSED'}")
