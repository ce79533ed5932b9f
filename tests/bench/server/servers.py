"""How each server of the benchmark is started: all with one thread, and the same small answer."""

import os
import shutil
import subprocess
import tempfile

from processes import Program, free_port, wait_until_listening

TEXT = "Hello, World!\n"

NGINX = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 19900; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 600;
  large_client_header_buffers 4 16k;
  client_max_body_size 2m;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ default_type text/plain; return 200 "Hello, World!\\n"; }}
  }}
}}
"""

H2O = """
num-threads: 1
max-connections: 19900
{user}
listen:
  host: 127.0.0.1
  port: {port}
http1-request-timeout: 600
hosts:
  default:
    paths:
      /:
        file.dir: {folder}/www
"""

HAPROXY = """
global
  nbthread 1
  maxconn 9900
  tune.bufsize 32768
defaults
  mode http
  timeout client 600s
  timeout http-request 600s
frontend bench
  bind 127.0.0.1:{port} backlog 4096
  http-request return status 200 content-type text/plain string "Hello, World!\\n"
"""

LIGHTTPD = """
server.document-root = "{folder}/www"
server.bind = "127.0.0.1"
server.port = {port}
server.listen-backlog = 4096
server.max-connections = 19900
server.max-fds = 20000
server.max-keep-alive-requests = 1000000000
server.max-keep-alive-idle = 600
server.max-request-field-size = 16384
index-file.names = ( "index.txt" )
mimetype.assign = ( ".txt" => "text/plain" )
"""

# name: (program, its configuration, command line)
PEERS = {
    "nginx": ("nginx", NGINX, ["-e", "stderr", "-p", "{folder}", "-c", "{config}"]),
    "h2o": ("h2o", H2O, ["-c", "{config}"]),
    "haproxy": ("haproxy", HAPROXY, ["-db", "-f", "{config}"]),
    "lighttpd": ("lighttpd", LIGHTTPD, ["-D", "-f", "{config}"]),
}
OWN = ["weir", "bare", "bare-level"]
NAMES = OWN + list(PEERS)
ROOT_USER = {"nginx": "user root;", "h2o": "user: root"}


def find_program(name):
    """Debian has servers in /usr/sbin, which is not on every user's PATH."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


class Server(Program):
    """A server that listens on self.port."""

    def __init__(self, name, command, cpus, port=None, folder=None, **options):
        super().__init__(command, cpus, stderr=None if port is None else subprocess.DEVNULL, **options)
        self.name = name
        self.folder = folder
        self.port = port or self.first_port()
        if port is not None:
            wait_until_listening(self, port)

    def end(self):
        super().end()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


class LiveWeir(Server):
    """A Weir whose limits change while it serves."""

    def __init__(self, command, cpus):
        super().__init__("weir", command + ["--limits_from_input"], cpus, stdin=subprocess.PIPE)

    def set(self, limits):
        """How many requests were answered until then."""
        self.process.stdin.write(",".join(limits) + "\n")
        self.process.stdin.flush()
        answers = self.process.stdout.readline()
        if not answers:
            raise RuntimeError(f"{limits} can't be set")
        return int(answers)

    def answers(self):
        """The same until now."""
        return self.set(())


class Starter:
    """Starts servers on the server's CPUs; `programs` is where the benchmark's own were built."""

    def __init__(self, programs, cpus):
        self.programs = programs
        self.cpus = cpus

    def weir(self, limits=(), reactors=1):
        command = [self.programs + "/weir_server", f"--reactors={reactors}"]
        return Server("weir", command + ([f"--limits={','.join(limits)}"] if limits else []), self.cpus)

    def live_weir(self, reactors):
        return LiveWeir([self.programs + "/weir_server", f"--reactors={reactors}"], self.cpus)

    def bare(self, name, answer_file, workload):
        command = [self.programs + "/bare_loop", "--answer=" + answer_file]
        command += ["--level_triggered"] if name == "bare-level" else []
        command += ["--close"] if workload.closes else []
        command += [f"--request_bytes={len(workload.request)}"] if workload.has_body else []
        return Server(name, command, self.cpus)

    def peer(self, name):
        program, config, arguments = PEERS[name]
        path = find_program(program)
        if path is None:
            raise RuntimeError(f"{program} is not installed")
        folder = tempfile.mkdtemp(prefix="weir-bench-")
        os.mkdir(folder + "/www")
        with open(folder + "/www/index.txt", "w", encoding="ascii") as index:
            index.write(TEXT)
        port = free_port()
        user = ROOT_USER.get(name, "") if os.getuid() == 0 else ""
        names = {"folder": folder, "config": folder + "/config", "port": port, "user": user}
        with open(names["config"], "w", encoding="ascii") as file:
            file.write(config.format(**names))
        command = [path] + [argument.format(**names) for argument in arguments]
        return Server(name, command, self.cpus, port, folder)
