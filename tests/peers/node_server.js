// Node's HTTP server over a file of connections, for node_test.cc.
//
//   node node_server.js CONNECTIONS RESULTS
//
// CONNECTIONS: for each, the number of its bytes (32 bits, little-endian), then the bytes. RESULTS has
// lines; what came from a connection is in hexadecimal:
//
//   connection
//   request METHOD TARGET MINOR_VERSION KEEP_ALIVE
//   field NAME VALUE      of the request before
//   body N BYTES          a piece of the content of the connection's Nth request, from 0
//   end N                 that request is whole
//   refused CODE          nothing more is read
'use strict';

const fs = require('fs');
const http = require('http');
const {Duplex} = require('stream');

const hex = (text) => Buffer.from(text, 'latin1').toString('hex') || '-';

// A connection whose bytes are all there, and which keeps what is written.
class Connection extends Duplex {
  constructor(bytes) {
    super();
    this.bytes = bytes;
    this.written = '';
  }
  _read() {
    if (this.bytes.length > 0) this.push(this.bytes);
    this.bytes = Buffer.alloc(0);
    this.push(null);
  }
  _write(chunk, encoding, done) {
    this.written += chunk.toString('latin1');
    done();
  }
}

const lines = [];
let requests = [];  // of the present connection

// Gives the request's number.
function record(request, keepAlive) {
  const method = hex(request.method || '');  // Node 18 names no method of RTSP, nor PRI
  const start = `${method} ${hex(request.url)} ${request.httpVersionMinor}`;
  lines.push(`request ${start} ${keepAlive ? 1 : 0}`);
  const raw = request.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) lines.push(`field ${hex(raw[i])} ${hex(raw[i + 1])}`);
  request.on('error', () => {});
  return requests.push(request) - 1;
}

// Answers at once, so that the next request of the connection is not held back.
function serve(request, response) {
  const number = record(request, response.shouldKeepAlive);
  request.on('data', (data) => lines.push(`body ${number} ${data.toString('hex')}`));
  request.on('end', () => response.end());
}

function start() {
  const server = http.createServer();
  server.maxHeadersCount = 0;  // without a bound: Node would drop what is over it
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.on('request', serve);
  server.on('checkContinue', serve);
  server.on('checkExpectation', serve);
  server.on('connect', (request, connection) => {
    record(request, true);
    connection.destroy();
  });
  server.on('clientError', (error, connection) => {
    lines.push(`refused ${error.code}`);
    setImmediate(() => connection.destroy());  // what was read before still arrives
  });
  return server;
}

function run(server, bytes) {
  return new Promise((resolve) => {
    const connection = new Connection(bytes);
    connection.on('error', () => {});
    connection.on('close', () => {
      requests.forEach((request, number) => {
        if (request.complete) lines.push(`end ${number}`);
      });
      if (/^HTTP\/1\.1 400 /m.test(connection.written)) lines.push('refused BY_SERVER');
      resolve();
    });
    requests = [];
    lines.push('connection');
    server.emit('connection', connection);
  });
}

async function main(connections, results) {
  const input = fs.readFileSync(connections);
  const server = start();
  for (let at = 0; at < input.length;) {
    const size = input.readUInt32LE(at);
    await run(server, input.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  fs.writeFileSync(results, lines.join('\n') + '\n');
}

main(process.argv[2], process.argv[3]).then(() => process.exit(0));
