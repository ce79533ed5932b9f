"""HAProxy, and nginx where it has its stream module, in front of the demo with the PROXY protocol."""

import glob
import http.client
import json
import unittest

from demo_server import DemoServer, find
from proxies_test import Proxy

HAPROXY = """
global
  nbthread 1
defaults
  mode {mode}
  timeout connect 20s
  timeout client 20s
  timeout server 20s
frontend front
  bind 127.0.0.1:{{port}}
  default_backend demo
backend demo
  server demo 127.0.0.1:{{demo}} {options}
"""
NGINX = """
load_module {module};
daemon off;
pid {{folder}}/nginx.pid;
error_log stderr crit;
{{user}}
events {{{{ worker_connections 256; }}}}
stream {{{{
  server {{{{
    listen 127.0.0.1:{{port}};
    proxy_pass 127.0.0.1:{{demo}};
    proxy_protocol on;
  }}}}
}}}}
"""


class ProxyProtocolTest(unittest.TestCase):
    def start(self, program, config, arguments, proxies="127.0.0.0/8"):
        if find(program) is None:
            self.skipTest(f"{program} is not installed")
        self.demo = DemoServer("--proxies=" + proxies)
        self.addCleanup(self.demo.end)
        proxy = Proxy(program, config, arguments, self.demo)
        self.addCleanup(proxy.end)
        return proxy

    def haproxy(self, options, mode="tcp", **others):
        return self.start("haproxy", HAPROXY.format(mode=mode, options=options), ["-db", "-f"], **others)

    def ask(self, proxy):
        """(the client's own address, the one that the demo saw)."""
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=20)
        self.addCleanup(connection.close)
        connection.request("GET", "/")
        own = "%s:%d" % connection.sock.getsockname()
        return own, json.loads(connection.getresponse().read())["client"]

    def expect_clients_known(self, proxy):
        for _ in range(3):
            own, seen = self.ask(proxy)
            self.assertEqual(own, seen)
        self.assertEqual(self.demo.counted("requests"), 3)
        # The proxy is asked once, unsuccessfully or not, whether it listens.
        self.assertGreaterEqual(self.demo.counted("proxy_headers"), 3)
        self.assertFalse(self.demo.stats().get("proxy_errors"))

    def test_haproxy_version_1(self):
        self.expect_clients_known(self.haproxy("send-proxy"))

    def test_haproxy_version_2(self):
        self.expect_clients_known(self.haproxy("send-proxy-v2"))

    def test_haproxy_version_2_with_a_checksum_and_tlvs(self):
        self.expect_clients_known(self.haproxy("send-proxy-v2 proxy-v2-options crc32c,unique-id"))

    def test_haproxy_as_an_http_proxy(self):
        self.expect_clients_known(self.haproxy("send-proxy-v2", mode="http\n  http-reuse never"))

    def test_haproxy_health_checks(self):
        """LOCAL: its checks are no clients."""
        proxy = self.haproxy("send-proxy-v2 check check-send-proxy inter 50ms",
                             mode="http\n  http-reuse never\n  option httpchk GET /health")
        while self.demo.counted("requests") < 3:
            pass
        own, seen = self.ask(proxy)
        self.assertEqual(own, seen)
        self.assertFalse(self.demo.stats().get("proxy_errors"))

    def test_nginx(self):
        modules = glob.glob("/usr/lib/nginx/modules/ngx_stream_module.so")
        if not modules:
            self.skipTest("nginx has no stream module here")
        self.expect_clients_known(
            self.start("nginx", NGINX.format(module=modules[0]), ["-e", "stderr", "-c"]))

    def test_a_proxy_that_does_not_send_it_is_refused(self):
        proxy = self.haproxy("")
        with self.assertRaises((ConnectionError, http.client.BadStatusLine)):
            self.ask(proxy)
        self.assertEqual(int(self.demo.stats()["proxy_errors"]["signature"]), 1)
        self.assertEqual(self.demo.counted("requests"), 0)

    def test_a_proxy_that_is_not_named_is_refused(self):
        proxy = self.haproxy("send-proxy", proxies="192.0.2.0/24")
        with self.assertRaises((ConnectionError, http.client.BadStatusLine)):
            self.ask(proxy)
        self.assertGreaterEqual(int(self.demo.stats()["connections_refused"]["proxy_untrusted"]), 1)
        self.assertEqual(self.demo.counted("requests"), 0)


if __name__ == "__main__":
    unittest.main(argv=["proxy_protocol_test"])
