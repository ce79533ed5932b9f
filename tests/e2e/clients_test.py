"""Real clients against the demo: their results, and what the server counted."""

import http.client
import json
import re
import unittest

from demo_server import DemoServer, find, run

FETCH = """
const url = process.argv[1];
(async () => {
  const seen = [];
  for (let i = 0; i < 5; i++) seen.push(await (await fetch(url + '/' + i)).json());
  const all = await Promise.all([...Array(20).keys()].map(
      (i) => fetch(url + '/' + i, {method: 'POST', body: 'x'.repeat(i)}).then((a) => a.json())));
  const stream = new ReadableStream({start(c) {
    for (let i = 0; i < 3; i++) c.enqueue(new TextEncoder().encode('four'));
    c.close();
  }});
  const chunked = await (await fetch(url, {method: 'PUT', body: stream, duplex: 'half'})).json();
  console.log(JSON.stringify({seen, all, chunked}));
})();
"""


class ClientsTest(unittest.TestCase):
    def setUp(self):
        self.demo = DemoServer()
        self.addCleanup(self.demo.end)

    def need(self, program):
        if find(program) is None:
            self.skipTest(f"{program} is not installed")

    def curl(self, *arguments, **options):
        self.need("curl")
        return run("curl", "-sS", *arguments, **options)[1]

    def test_curl_keeps_a_connection(self):
        output = self.curl(self.demo.url + "/a", self.demo.url + "/b", self.demo.url + "/c")
        self.assertEqual([json.loads(line)["target"] for line in output.splitlines()],
                         ["/a", "/b", "/c"])
        self.assertEqual(self.demo.counted("connections_accepted"), 1)
        self.assertEqual(self.demo.counted("requests"), 3)

    def test_curl_head_and_http_1_0(self):
        output = self.curl("-I", self.demo.url)
        self.assertTrue(output.startswith("HTTP/1.1 200 OK"))
        self.assertRegex(output, r"(?i)content-length: [1-9]")
        self.assertEqual(json.loads(self.curl("-0", self.demo.url))["version"], "HTTP/1.0")

    def test_curl_uploads(self):
        data = b"x" * 100000
        for fields, interim in (("Expect:", 0), ("Expect: 100-continue", 1),
                                ("Transfer-Encoding: chunked", 0)):
            before = self.demo.counted("responses_1xx")
            output = self.curl("-H", fields, "--expect100-timeout", "50", "--data-binary", "@-",
                               self.demo.url, input=data)
            self.assertEqual(json.loads(output)["body_bytes"], len(data), fields)
            if fields.startswith("Expect"):
                self.assertEqual(self.demo.counted("responses_1xx") - before, interim, fields)

    def test_curl_large_fields(self):
        output = self.curl("-w", "%{http_code}", "-H", "Cookie: " + "c" * 9000, self.demo.url)
        self.assertTrue(output.endswith("431"))
        self.assertEqual(self.demo.stats()["parse_errors"], {"field_too_long": "1"})
        self.assertEqual(self.demo.counted("requests"), 0)

    def test_raw_pipelining(self):
        requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % i for i in range(200))
        answers = self.demo.send(requests)
        self.assertEqual([int(i) for i in re.findall(rb'"target":"/(\d+)"', answers)],
                         list(range(200)))

    def test_wrk(self):
        self.need("wrk")
        status, output = run("wrk", "-t1", "-c8", "-d1s", self.demo.url)
        self.assertEqual(status, 0, output)
        self.assertNotRegex(output, "Non-2xx|Socket errors")
        answers = int(re.search(r"(\d+) requests in", output).group(1))
        self.assertGreater(answers, 0)
        self.assertGreaterEqual(self.demo.counted("responses_2xx"), answers)

    def test_h2load(self):
        self.need("h2load")
        output = run("h2load", "--h1", "-n", "2000", "-c", "10", "-m", "8", self.demo.url)[1]
        self.assertIn("2000 succeeded, 0 failed, 0 errored, 0 timeout", output)
        self.assertIn("status codes: 2000 2xx", output)
        self.assertEqual(self.demo.counted("requests"), 2000)

    def test_ab(self):
        self.need("ab")
        for arguments, connections in (([], 500), (["-k"], 5)):
            before = self.demo.counted("connections_accepted")
            output = run("ab", "-q", "-l", "-n", "500", "-c", "5", *arguments, self.demo.url + "/")[1]
            self.assertRegex(output, r"Complete requests: +500\n")
            self.assertRegex(output, r"Failed requests: +0\n")
            # ab may open one more for each of its clients before it sees that it is done.
            accepted = self.demo.counted("connections_accepted") - before
            self.assertIn(accepted, range(connections, connections + 6))

    def test_node(self):
        self.need("node")
        status, output = run("node", "-e", FETCH, self.demo.url)
        self.assertEqual(status, 0, output)
        result = json.loads(output.splitlines()[-1])
        self.assertEqual([answer["target"] for answer in result["seen"]],
                         [f"/{i}" for i in range(5)])
        self.assertEqual([answer["body_bytes"] for answer in result["all"]], list(range(20)))
        self.assertEqual(result["chunked"]["body_bytes"], 12)
        self.assertEqual(self.demo.counted("requests"), 26)

    def test_http_client(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.demo.port, timeout=20)
        for size in (0, 1, 70000):
            connection.request("POST", "/", body=b"x" * size)
            self.assertEqual(json.loads(connection.getresponse().read())["body_bytes"], size)
        connection.request("PUT", "/", body=iter([b"one", b"three"]), encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})
        self.assertEqual(json.loads(connection.getresponse().read())["body_bytes"], 8)
        connection.close()
        self.assertEqual(self.demo.counted("connections_accepted"), 1)


if __name__ == "__main__":
    unittest.main(argv=["clients_test"])
