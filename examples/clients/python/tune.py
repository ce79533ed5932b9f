#!/usr/bin/python3
"""Sets one limit of a running server, then follows its accept queues.

  tune.py TARGET NAME VALUE [SAMPLES]

README.md beside this folder says how to make the modules of the service from its .proto file.
"""

import sys

import grpc
from google.protobuf.duration_pb2 import Duration
from weir.admin.v1 import admin_pb2, admin_pb2_grpc


def set_limit(stub, name, value):
    """For ten minutes; what the limit was before then comes back by itself."""
    request = admin_pb2.UpdateLimitsRequest(ttl=Duration(seconds=600), reason="tune.py")
    setattr(request.limits, name, value)
    request.update_mask.paths.append(name)
    state = stub.UpdateLimits(request, timeout=5)
    print(f"{name}: requested {getattr(state.requested, name)}, "
          f"effective {getattr(state.effective, name)}, version {state.version}, "
          f"applied by all: {'yes' if state.applied_by_all else 'no'}")
    for warning in state.warnings:
        print("warning:", warning)


def follow(stub, samples):
    request = admin_pb2.WatchStatsRequest(interval=Duration(nanos=100_000_000))
    stream = stub.WatchStats(request)
    for stats in stream:
        for reactor in stats.reactors:
            queue = reactor.accept_queue
            print(f"{stats.sequence} reactor {reactor.reactor}: queue {queue.depth} of "
                  f"{queue.backlog_effective}, {reactor.requests} requests", flush=True)
        samples -= 1
        if samples == 0:
            stream.cancel()
            return


def main():
    target, name, value = sys.argv[1:4]
    samples = int(sys.argv[4]) if len(sys.argv) > 4 else 10
    # A proxy that the environment names is not meant for the servers of this host.
    with grpc.insecure_channel(target, [("grpc.enable_http_proxy", 0)]) as channel:
        stub = admin_pb2_grpc.AdminStub(channel)
        try:
            set_limit(stub, name, int(value))
            follow(stub, samples)
        except grpc.RpcError as error:
            sys.exit(f"{error.code().name}: {error.details()}")


if __name__ == "__main__":
    main()
