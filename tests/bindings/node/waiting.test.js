'use strict';

// The event loop, Workers, processes and ends: nobody else waits for a token that is slow to come.
const assert = require('node:assert/strict');
const { once } = require('node:events');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const dns = require('node:dns/promises');
const test = require('node:test');
const { Worker } = require('node:worker_threads');
const { pgiam, PACKAGE, HOST, KEYS, setUp, contextOf, SlowProgram, until, errorOf, run, start, descriptors, threads } = require('./helpers.js');

const WHERE = { host: HOST, user: 'app' };

test('a thousand callers of one source share one fetch, and the loop goes on', async (t) => {
  const slow = new SlowProgram(setUp(t));
  const context = contextOf(t);
  const before = [threads(), descriptors()];
  const all = Array.from({ length: 1000 }, (_, i) => context.token({ ...WHERE, user: `user${i}` }));
  await until(() => slow.runs() === 1);
  // The library's own threads are 64 at most, for all the callers that there may be.
  assert.ok(threads() - before[0] <= 64 && descriptors() - before[1] <= 300);
  const began = Date.now();
  for (let i = 0; i < 50; ++i) await new Promise((go) => setImmediate(go));
  assert.ok(Date.now() - began < 10000); // it was half a second a turn, where each of them was looked at by the clock
  slow.open();
  const tokens = await Promise.all(all);
  assert.ok(tokens.every((token, i) => token.includes(`DBUser=user${i}&`)));
  assert.equal(slow.runs(), 1);
  assert.ok(descriptors() - before[1] <= 40); // of the library's own threads, for a while
});

test('slow profiles starve neither other tokens nor the pool of libuv', async (t) => {
  const slow = new SlowProgram(setUp(t));
  const context = contextOf(t);
  const all = Array.from({ length: 24 }, (_, i) => context.token({ ...WHERE, profile: `slow${i}` }));
  await until(() => slow.runs() === 24);
  await dns.lookup('127.0.0.1');
  await fs.promises.readFile(__filename);
  const credentials = async () => ({ accessKeyId: 'AKIAQUICK', secretAccessKey: 's' });
  assert.match(await context.token({ ...WHERE, credentials }), /AKIAQUICK/);
  slow.open();
  assert.equal((await Promise.all(all)).length, 24);
});

test('a signal cancels the fetch, but for those who wait for it still', async (t) => {
  const slow = new SlowProgram(setUp(t));
  const context = contextOf(t);
  const stop = new AbortController();
  const [gone, stays] = [context.token({ ...WHERE, signal: stop.signal }), context.token(WHERE)];
  await until(() => slow.runs() === 1);
  stop.abort(new Error('the user left'));
  const error = await errorOf(gone);
  assert.deepEqual([error.name, error.status, error.code, error.cause.message], ['AbortError', 'CANCELLED', 'ABORT_ERR', 'the user left']);
  assert.ok(error instanceof pgiam.PgiamError);
  const alone = new AbortController();
  const other = context.token({ ...WHERE, profile: 'slow1', signal: alone.signal });
  await until(() => slow.runs() === 2);
  alone.abort();
  assert.equal((await errorOf(other)).name, 'AbortError');
  assert.equal(context._flights.size, 1);
  slow.open();
  assert.ok((await stays).startsWith(HOST));
  assert.equal((await errorOf(context.token({ ...WHERE, signal: AbortSignal.abort() }))).name, 'AbortError');
});

test('a time limit of its own is told as one', async (t) => {
  new SlowProgram(setUp(t));
  assert.equal((await errorOf(contextOf(t).token({ ...WHERE, timeoutMs: 700 }))).status, 'TIMEOUT');
});

test('closing a context cancels those who wait', async (t) => {
  const slow = new SlowProgram(setUp(t));
  const context = new pgiam.Context({ cache: 'memory' });
  const all = Array.from({ length: 4 }, () => errorOf(context.token(WHERE)));
  await until(() => slow.runs() === 1);
  context.close();
  assert.deepEqual((await Promise.all(all)).map((error) => error.status), Array(4).fill('CANCELLED'));
});

test('a source that is awaited does not hold the loop, and one that never answers ends with the time', async (t) => {
  setUp(t);
  const context = contextOf(t);
  let open;
  const gate = new Promise((go) => (open = go));
  const token = context.token({ ...WHERE, credentials: () => gate });
  await new Promise((go) => setTimeout(go, 20));
  open({ accessKeyId: 'AKIA', secretAccessKey: 's' });
  assert.ok((await token).startsWith(HOST));
  assert.equal((await errorOf(context.token({ ...WHERE, credentials: () => new Promise(() => {}), timeoutMs: 500 }))).status, 'TIMEOUT');
});

test('each Worker has its own context, and may be ended at any time', async (t) => {
  const slow = new SlowProgram(setUp(t, KEYS));
  const text = `const { parentPort, workerData } = require('node:worker_threads');
    const pgiam = require(${JSON.stringify(PACKAGE)});
    pgiam.token(workerData.ready).then((token) => parentPort.postMessage(token));
    if (workerData.slow) pgiam.token(workerData.slow);`;
  const started = async (data) => {
    const worker = new Worker(text, { eval: true, workerData: data, env: { ...process.env } });
    assert.ok((await once(worker, 'message'))[0].startsWith(HOST));
    return worker;
  };
  for (const worker of await Promise.all(Array.from({ length: 4 }, () => started({ ready: WHERE })))) await worker.terminate();
  const waits = await started({ ready: WHERE, slow: { ...WHERE, profile: 'slow1' } });
  await until(() => slow.runs() === 1);
  await waits.terminate();
  assert.ok((await pgiam.token(WHERE)).startsWith(HOST));
});

test('child processes and clusters make their own', (t) => {
  const file = path.join(setUp(t, KEYS), 'cluster.js');
  fs.writeFileSync(file, `
    const pgiam = require(${JSON.stringify(PACKAGE)});
    const cluster = require('node:cluster');
    if (cluster.isPrimary) {
      pgiam.token(${JSON.stringify(WHERE)}).then(() => { for (let i = 0; i < 2; ++i) cluster.fork(); });
      cluster.on('message', (worker, token) => console.log(token.slice(0, 6)));
    } else pgiam.token(${JSON.stringify(WHERE)}).then((token) => process.send(token, () => process.exit()));`);
  const done = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  assert.equal(done.stdout, 'orders\norders\n', done.stderr);
});

test('process.exit waits for nothing', async (t) => {
  const slow = new SlowProgram(setUp(t));
  const child = start(`for (let i = 0; i < 24; ++i) pgiam.token({ ...${JSON.stringify(WHERE)}, profile: 'slow' + i }).catch(() => {});
    process.stdin.once('data', () => process.exit(7));`);
  await until(() => slow.runs() === 24);
  const began = Date.now();
  child.stdin.write('\n');
  const [code] = await once(child, 'exit');
  assert.equal(code, 7);
  assert.ok(Date.now() - began < 30000); // each of these sources would take for ever
});

test('a program ends by itself where nothing is under way', (t) => {
  setUp(t, KEYS);
  const done = run(`(async () => { console.log((await pgiam.token({ ...${JSON.stringify(WHERE)}, credentials: async () =>
    ({ accessKeyId: 'A', secretAccessKey: 's', expiration: new Date(Date.now() + 3600e3) }) })).length > 100); })()`);
  assert.deepEqual([done.stdout, done.status], ['true\n', 0]);
});

test('a context may be closed while a driver connects, and amid the calls of others', (t) => {
  setUp(t, KEYS);
  const done = run(`(async () => {
    const { connect } = require(${JSON.stringify(path.join(PACKAGE, 'lib/attempt.js'))});
    const said = new Set();
    for (let i = 0; i < 20; ++i) {
      const context = new pgiam.Context({ cache: 'memory' });
      const credentials = async () => ({ accessKeyId: 'A', secretAccessKey: 's' });
      const others = Array.from({ length: 20 }, (_, k) => context.token({ host: '${HOST}', user: 'user' + k, credentials, credentialsIdentity: 'i' + k }));
      const dial = async () => { context.close(); throw Object.assign(new Error('no'), { code: '28P01' }); };
      said.add(await connect(context, { keywords: { host: '${HOST}', user: 'app' }, canApply: '*' }, dial).catch((error) => error.status + ' ' + error.cause.message));
      await Promise.all(others.map((other) => other.catch((error) => said.add(error.status))));
    }
    console.log(JSON.stringify([...said].sort()));
  })();`, { MALLOC_PERTURB_: '165' }); // shows who looks at what was freed
  assert.equal(done.stdout, '["CANCELLED","INVALID_STATE no"]\n', done.stderr);
});

test('nothing is lost over many calls', (t) => {
  setUp(t, KEYS);
  // What V8 and malloc take at first is taken once, and no more comes.
  const calls = process.env.PGIAM_TEST_LONG ? 200000 : 8000;
  const done = run(`
    const fs = require('node:fs');
    const held = () => (global.gc(), [fs.readdirSync('/proc/self/task').length, fs.readdirSync('/proc/self/fd').length, process.memoryUsage().rss]);
    let made = 0;
    const credentials = async () => ({ accessKeyId: 'A' + ++made, secretAccessKey: 's' });
    const many = async (count) => {
      for (let i = 0; i < count; i += 100) {
        await Promise.all(Array.from({ length: 98 }, (_, k) => context.token({ host: '${HOST}', user: 'user' + ((i + k) % 300) })));
        await context.token({ host: '${HOST}', user: 'app', credentials, credentialsIdentity: 'i' + (i % 500) }); // by an operation
        await context.token({ host: 'localhost', user: 'app' }).catch(() => {});
        await new Promise(setImmediate);
      }
      return held();
    };
    const context = new pgiam.Context({ cache: 'memory' });
    (async () => console.log(JSON.stringify([await many(4000), await many(${calls})])))();`.replace(/^/, "require('node:v8').setFlagsFromString('--expose-gc'); global.gc = require('node:vm').runInNewContext('gc');"));
  const [[threads0, descriptors0, memory0], [threads1, descriptors1, memory1]] = JSON.parse(done.stdout || done.stderr);
  assert.ok(threads1 <= threads0 + 64); // the library's, which come and go
  assert.ok(descriptors1 <= descriptors0 + 16, `${descriptors0} ${descriptors1}`);
  assert.ok(memory1 - memory0 < 64 << 20, `${memory0} ${memory1}`);
  console.log(`threads, descriptors, bytes: ${[threads0, descriptors0, memory0]}, then ${[threads1, descriptors1, memory1]}`);
});
