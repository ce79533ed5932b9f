// Sets one limit of a running server, then follows its accept queues.
//
//   node tune.mjs PROTO_FOLDER TARGET NAME VALUE [SAMPLES]

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const [folder, target, name, value, samples = '10'] = process.argv.slice(2);

const definition = protoLoader.loadSync('weir/admin/v1/admin.proto', {
  includeDirs: [folder],
  keepCase: true,
  longs: String,  // counters have 64 bits: more than a Number holds exactly
  defaults: true,
});
const {Admin} = grpc.loadPackageDefinition(definition).weir.admin.v1;
const client = new Admin(target, grpc.credentials.createInsecure(), {'grpc.enable_http_proxy': 0});

// For ten minutes; what the limit was before then comes back by itself.
function setLimit() {
  const request = {
    limits: {[name]: value},
    update_mask: {paths: [name]},
    ttl: {seconds: 600},
    reason: 'tune.mjs',
  };
  return new Promise((resolve, reject) => {
    client.UpdateLimits(request, {deadline: Date.now() + 5000}, (error, state) => {
      error ? reject(error) : resolve(state);
    });
  });
}

function follow(left) {
  const stream = client.WatchStats({interval: {nanos: 100_000_000}});
  return new Promise((resolve, reject) => {
    stream.on('data', (stats) => {
      for (const {reactor, accept_queue: queue, requests} of stats.reactors) {
        console.log(`${stats.sequence} reactor ${reactor}: queue ${queue.depth} of ` +
                    `${queue.backlog_effective}, ${requests} requests`);
      }
      if (--left === 0) stream.cancel();
    });
    stream.on('end', resolve);
    stream.on('error', (error) => {
      error.code === grpc.status.CANCELLED ? resolve() : reject(error);
    });
  });
}

try {
  const state = await setLimit();
  console.log(`${name}: requested ${state.requested[name]}, effective ${state.effective[name]}, ` +
              `version ${state.version}, applied by all: ${state.applied_by_all ? 'yes' : 'no'}`);
  for (const warning of state.warnings) console.log(`warning: ${warning}`);
  await follow(Number(samples));
} catch (error) {
  console.error(`${grpc.status[error.code] ?? 'error'}: ${error.details ?? error}`);
  process.exitCode = 1;
} finally {
  client.close();
}
