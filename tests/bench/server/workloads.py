"""What the clients do. A request is the same bytes for every server."""

import collections

Workload = collections.namedtuple(
    "Workload", "name title request connections pipelined closes has_body client",
    defaults=(64, 1, False, False, "wrk"))

MAX_IDLE = 19000
FIELDS = ("Host: bench.example\r\n"
          "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20130501 Firefox/30.0\r\n"
          "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n")


def get(fields=""):
    return ("GET / HTTP/1.1\r\n" + FIELDS + fields + "\r\n").encode()


def post(size):
    head = "POST / HTTP/1.1\r\n" + FIELDS + f"Content-Length: {size}\r\n\r\n"
    return head.encode() + b"x" * size


def post_chunked(size, chunk):
    head = "POST / HTTP/1.1\r\n" + FIELDS + "Transfer-Encoding: chunked\r\n\r\n"
    data = b"".join(b"%x\r\n%s\r\n" % (len(part), part)
                    for part in (b"x" * min(chunk, size - begin) for begin in range(0, size, chunk)))
    return head.encode() + data + b"0\r\n\r\n"


# A browser splits nothing: two cookies of 6,000 bytes stay under every server's limit of a line.
COOKIES = "".join(f"Cookie: {name}={'c' * 5985}\r\n" for name in "ab")

WORKLOADS = [
    Workload("keep-alive", "64 keep-alive connections", get()),
    Workload("pipelined-64", "16 requests pipelined on 64 connections", get(), 64, 16),
    Workload("pipelined-256", "16 requests pipelined on 256 connections", get(), 256, 16),
    Workload("close", "one connection for each request, 64 at once", get("Connection: close\r\n"),
             closes=True),
    Workload("h2load", "64 keep-alive connections of h2load", get(), client="h2load"),
    Workload("h2load-pipelined", "16 requests pipelined on 64 connections of h2load", get(), 64, 16,
             client="h2load"),
    Workload("large-head", "heads of 12 KB, 64 connections", get(COOKIES)),
    Workload("post-1k", "POST of 1 KB, 64 connections", post(1024), has_body=True),
    Workload("post-1k-chunked", "POST of 1 KB in chunks of 256 bytes, 64 connections",
             post_chunked(1024, 256), has_body=True),
    Workload("post-1m", "POST of 1 MB, 16 connections", post(1000000), 16, has_body=True),
    Workload("post-1m-chunked", "POST of 1 MB in chunks of 16 KB, 16 connections",
             post_chunked(1000000, 16384), 16, has_body=True),
]
IDLE = Workload("idle", "64 keep-alive connections, with others idle beside", get())
LATENCY = Workload("latency", "time to the answer at a fixed rate, 64 connections", get())
NAMES = [workload.name for workload in WORKLOADS] + [IDLE.name, LATENCY.name]
