"""Opens connections, has one request answered on each, and holds them until standard input ends.

Arguments: PORT CONNECTIONS. Prints "idle" once all are open.
"""

import resource
import socket
import sys

from processes import read_answer
from workloads import get


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port), 20)
        connection.sendall(get())
        status, answer = read_answer(connection)
        if status != 200:
            raise SystemExit(f"connection {len(connections)}: {answer[:200]}")
        connections.append(connection)
    print("idle", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
