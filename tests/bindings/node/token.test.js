'use strict';

// Tokens, answers, errors, logs and the library's whereabouts, without a network.
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { inspect } = require('node:util');
const { pgiam, ROOT, PACKAGE, HOST, KEYS, LIBRARY, setUp, contextOf, errorOf, run } = require('./helpers.js');

const WHERE = { host: HOST, user: 'app' };
const endpointOf = (token) => token.split('&X-Amz')[0];

test('a token is for the host, port and user', async (t) => {
  setUp(t, KEYS);
  const token = await contextOf(t).token({ host: HOST, port: 5433, user: "o'brien & söhne" });
  assert.equal(endpointOf(token), `${HOST}:5433/?Action=connect&DBUser=o%27brien%20%26%20s%C3%B6hne`);
});

test('a connection string says the same, and members win over it', async (t) => {
  setUp(t, KEYS);
  const context = contextOf(t);
  for (const conninfo of [`host=${HOST} user=app port=5433`, `postgresql://app@${HOST}:5433/shop`]) {
    for (const token of [await context.token(conninfo), await context.token({ conninfo }), await context.token({ connectionString: conninfo })]) {
      assert.equal(endpointOf(token), `${HOST}:5433/?Action=connect&DBUser=app`);
    }
    assert.equal(endpointOf(await context.token(conninfo, { user: 'ann', port: '6000' })), `${HOST}:6000/?Action=connect&DBUser=ann`);
  }
});

test('require and import give the same', async (t) => {
  setUp(t, KEYS);
  const imported = await import(path.join(PACKAGE, 'index.mjs'));
  assert.equal(imported.token, pgiam.token);
  assert.equal(imported.default.PgiamError, imported.PgiamError);
  assert.deepEqual(Object.keys(imported).filter((name) => name !== 'default').sort(), Object.keys(pgiam).sort());
  assert.ok((await imported.token(WHERE)).startsWith(HOST));
});

test('an answer tells what is known', async (t) => {
  setUp(t, KEYS);
  const context = contextOf(t);
  const before = Date.now();
  const answer = await context.answer(WHERE);
  assert.deepEqual([answer.host, answer.port, answer.region, answer.provider], [HOST, 5432, 'eu-west-1', 'aws.environment']);
  assert.ok(answer.expiresAt - before > 14 * 60e3 && answer.expiresAt - before <= 16 * 60e3);
  assert.deepEqual({ password: answer.params.password, ...answer.params }, { password: answer.token, sslmode: 'require' });
  assert.deepEqual(answer.warnings, []);
  assert.ok((await context.answer(WHERE)).fromCache);
});

test('no form of an answer shows its token', async (t) => {
  setUp(t, KEYS);
  const answer = await contextOf(t).answer(WHERE);
  const forms = [inspect(answer), inspect([answer]), inspect(answer, { showHidden: true, getters: false }), inspect(answer.params), `${answer}`,
    JSON.stringify(answer), JSON.stringify(answer.params), inspect({ ...answer }), inspect(structuredClone({ ...answer.params }))];
  for (const form of forms) assert.ok(!form.includes('X-Amz') && !form.includes('Signature'), form);
  assert.equal(JSON.parse(JSON.stringify(answer)).host, HOST);
});

// ---- Errors ----

test('an error tells what was tried and what to do', async (t) => {
  setUp(t);
  const error = await errorOf(contextOf(t).token(WHERE));
  assert.ok(error instanceof pgiam.PgiamError && error instanceof Error);
  assert.equal(error.status, 'NO_CREDENTIALS');
  assert.ok(error.hint && !error.retryable);
  assert.ok(error.causes.some((cause) => cause.provider === 'aws.environment' && cause instanceof pgiam.PgiamError));
  assert.match(String(error), /AWS_ACCESS_KEY_ID/);
});

test('an error crosses threads and processes as JSON', async (t) => {
  setUp(t);
  const error = await errorOf(contextOf(t).token({ ...WHERE, profile: 'nope' }));
  assert.deepEqual(error.commands, ['aws configure --profile nope']);
  const again = pgiam.PgiamError.from(JSON.parse(JSON.stringify(error)));
  assert.deepEqual(again.toJSON(), error.toJSON());
});

test('a host that is not ours is not applicable', async (t) => {
  setUp(t, KEYS);
  assert.equal((await errorOf(contextOf(t).token({ host: 'localhost', user: 'app' }))).status, 'NOT_APPLICABLE');
});

test('errors name options as the caller wrote them', async (t) => {
  setUp(t, KEYS);
  const context = contextOf(t);
  const unknown = await errorOf(context.token({ ...WHERE, roleArm: 'x' }));
  assert.equal(unknown.status, 'UNSUPPORTED');
  assert.match(`${unknown.message} ${unknown.hint}`, /roleArm.*roleArn/);
  const malformed = await errorOf(context.token({ ...WHERE, timeoutMs: 'soon' }));
  assert.match(malformed.message, /timeoutMs/);
  assert.ok(!/timeout_ms/.test(`${malformed} ${malformed.stack}`));
  assert.throws(() => new pgiam.Context({ roleArm: 'x' }), /roleArm/);
});

test('a port that is none is refused, and not made another', async (t) => {
  setUp(t, KEYS);
  const context = contextOf(t);
  for (const port of [1.5, true, '1.5', -1, 65536, 70000n, [5433], 'x']) {
    const error = await errorOf(context.token({ ...WHERE, port }));
    assert.equal(error.status, 'INVALID_ARGUMENT');
    assert.match(error.message, /^port is .*, not a number up to 65535$/);
  }
  for (const port of [5433, '5433', 5433n]) assert.ok((await context.token({ ...WHERE, port })).startsWith(`${HOST}:5433/`));
});

test('text with a NUL is refused', async (t) => {
  setUp(t, KEYS);
  const context = contextOf(t);
  for (const given of [{ user: 'app\0x' }, { host: `${HOST}\0.evil` }, { profile: 'dev\0' }, { conninfo: `host=${HOST} user=app\0x` }, { database: '\0' }]) {
    const error = await errorOf(context.token({ ...WHERE, ...given }));
    assert.deepEqual([error.status, error.code], ['INVALID_ARGUMENT', 'nul_in_text']);
  }
});

test('text that UTF-8 cannot hold, ports that are none, and values that are no text are refused', async (t) => {
  setUp(t, KEYS);
  const context = contextOf(t);
  for (const given of [{ user: '\udcff' }, { port: 70000 }, { port: 'x' }, { port: -1 }, { port: 1.5 }]) {
    assert.equal((await errorOf(context.token({ ...WHERE, ...given }))).status, 'INVALID_ARGUMENT');
  }
  assert.match((await errorOf(context.token({ ...WHERE, profile: ['dev'] }))).message, /profile/);
  for (const given of [undefined, null, 5]) assert.ok((await errorOf(context.token(given))) instanceof TypeError);
});

test('long texts are whole', async (t) => {
  setUp(t, KEYS);
  const user = 'ä'.repeat(3000);
  assert.ok((await contextOf(t).token({ ...WHERE, user })).includes('%C3%A4'.repeat(3000)));
});

// ---- TLS ----

/** As pgiam ca install leaves it. */
function installBundle(home, scope = '*') {
  const file = path.join(home, '.local/share/pgiam/rds-ca.pem');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const text = `# root 9c8f 2021-05-21 2061-05-21 ${scope} A root\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`;
  fs.writeFileSync(file, text);
  return text;
}

test('who says nothing of TLS is given a server that is verified once a bundle is installed', (t) => {
  const home = setUp(t);
  const where = { ...WHERE, port: 5432 };
  assert.deepEqual(pgiam.ssl({ ...where, context: contextOf(t) }), { rejectUnauthorized: false });
  const ca = installBundle(home);
  assert.deepEqual(pgiam.ssl({ ...where, context: contextOf(t) }), { ca });
  assert.deepEqual(pgiam.ssl({ ...where, tls: 'require', context: contextOf(t) }), { rejectUnauthorized: false });
  const tunnel = pgiam.ssl({ ...where, host: 'localhost', signingHost: HOST, context: contextOf(t) });
  assert.deepEqual([tunnel.ca, tunnel.checkServerIdentity()], [ca, undefined]); // its name is another
  installBundle(home, 'us-east-1');
  assert.deepEqual(pgiam.ssl({ ...where, context: contextOf(t) }), { rejectUnauthorized: false });
});

test('a server that is to be verified and has no bundle is verified by whom Node trusts', (t) => {
  setUp(t);
  assert.deepEqual(pgiam.ssl({ ...WHERE, tls: 'verify-full', context: contextOf(t) }), { ca: undefined });
});

test('what is not ours, or takes the risk, is the driver\'s; what cannot be is said', (t) => {
  setUp(t);
  const context = contextOf(t);
  assert.equal(pgiam.ssl({ host: 'localhost', user: 'app', context }), undefined);
  assert.equal(pgiam.ssl({ ...WHERE, tls: 'off', context }), undefined);
  assert.throws(() => pgiam.ssl({ ...WHERE, sslrootcert: '/nowhere.pem', context }), { status: 'BAD_CONFIG', code: 'ca_file' });
  process.env.PGIAM_DISABLE = '1';
  assert.equal(pgiam.ssl(WHERE), undefined);
});

test('a connection that forgoes TLS gets no token', async (t) => {
  setUp(t, KEYS);
  for (const given of [{ sslmode: 'disable' }, { ssl: false }]) {
    assert.equal((await errorOf(contextOf(t).token({ ...WHERE, ...given }))).status, 'INSECURE');
  }
});

test('a closed context says so and may be closed again', async (t) => {
  setUp(t, KEYS);
  const context = new pgiam.Context();
  context.close();
  context.close();
  assert.equal((await errorOf(context.token(WHERE))).status, 'INVALID_STATE');
});

// ---- Credentials of the program's own ----

const OWN = { accessKeyId: 'ASIAOWN', secretAccessKey: 'secret of ASIAOWN', sessionToken: 'session token', expiration: new Date(Date.now() + 3600e3) };

test("a program's own credentials sign", async (t) => {
  setUp(t);
  const context = contextOf(t);
  for (const credentials of [async () => OWN, () => OWN, OWN, async () => ({ ...OWN, expiration: OWN.expiration.toISOString() })]) {
    const token = await context.token({ ...WHERE, credentials });
    assert.match(token, /Credential=ASIAOWN%2F.*X-Amz-Security-Token=session%20token/);
  }
});

test("a program's own credentials are asked for once and kept apart", async (t) => {
  setUp(t);
  const context = contextOf(t);
  let asked = 0;
  const one = async () => (++asked, OWN);
  const other = async () => ({ ...OWN, accessKeyId: 'ASIAOTHER' });
  for (let i = 0; i < 3; ++i) assert.match(await context.token({ ...WHERE, user: `user${i}`, credentials: one }), /ASIAOWN/);
  assert.match(await context.token({ ...WHERE, credentials: other }), /ASIAOTHER/);
  assert.equal(asked, 1);
});

test("what a program's function throws is the cause, and what it gives is not shown", async (t) => {
  setUp(t);
  const context = contextOf(t);
  const thrown = new Error('the vault is closed');
  const error = await errorOf(context.token({ ...WHERE, credentials: async () => { throw thrown; } }));
  assert.deepEqual([error.status, error.cause], ['NO_CREDENTIALS', thrown]);
  assert.match(error.message, /the vault is closed/);
  for (const given of [{ accessKeyId: 'AKIA', secretAccessKey: 'the secret word\0' }, { accessKeyId: 'AKIA', secret: 'the secret word' }, 'the secret word']) {
    const refused = await errorOf(context.token({ ...WHERE, credentials: async () => given }));
    assert.ok(!inspect(refused, { depth: 9, showHidden: true }).includes('the secret word'));
  }
  assert.ok((await errorOf(context.token({ ...WHERE, credentials: 'AKIA' }))) instanceof TypeError);
});

// ---- Logs ----

test('a warning is the process\'s, once, and in each answer', (t) => {
  setUp(t, KEYS);
  const done = run(`(async () => {
    for (let i = 0; i < 3; ++i) console.log((await pgiam.answer({host: '${HOST}', user: 'app', region: 'us-east-2'})).warnings.length);
  })()`);
  assert.equal(done.stdout, '1\n1\n1\n');
  assert.equal(done.stderr.match(/PgiamWarning: .*us-east-2/g).length, 1);
});

test('a logger of the program\'s own is told all, without secrets', async (t) => {
  setUp(t, KEYS);
  const entries = [];
  const warned = { ...WHERE, region: 'us-east-2' };
  const token = await contextOf(t, { logger: (entry) => entries.push(entry), log: 'debug' }).token(warned);
  assert.ok(entries.length > 0 && entries.every((entry) => entry.level && entry.component && entry.message));
  const said = JSON.stringify(entries);
  assert.ok(!said.includes(token) && !said.includes(KEYS.AWS_SECRET_ACCESS_KEY));
  const lines = [];
  const take = (line) => lines.push(line);
  await contextOf(t, { logger: { error: take, warn: take, info: take, debug: take } }).token(warned);
  assert.ok(lines.length > 0 && lines.every((line) => /us-east-2/.test(line)), String(lines));
  assert.throws(() => new pgiam.Context({ logger: 'loud' }), TypeError);
});

// ---- The library ----

const ASK = "try { console.log(pgiam.libraryVersion()); } catch (error) { console.log(error.code, '|', error.message, '|', error.hint); }";

test('a library that is named and missing is told', (t) => {
  const nowhere = path.join(setUp(t), 'nowhere.so');
  assert.match(run(ASK, { PGIAM_LIBRARY: nowhere }).stdout, /^no_library \|.*nowhere\.so \(PGIAM_LIBRARY\).*install pgiam/);
});

test('the library beside the addon is found, and all places are told where there is none', (t) => {
  const home = setUp(t);
  const addon = path.join(home, 'pgiam.node');
  fs.copyFileSync(process.env.PGIAM_NODE_ADDON, addon);
  const none = path.join(home, 'none');  // at what is no library the loader ends its search, before an installed one
  fs.mkdirSync(none);
  fs.writeFileSync(path.join(none, 'libpgiam.so.1'), '');
  const missing = run(ASK, { PGIAM_LIBRARY: '', PGIAM_NODE_ADDON: addon, LD_LIBRARY_PATH: none }).stdout;
  assert.match(missing, new RegExp(`no_library .*${home}/libpgiam.so.1: .*the system's linker`));
  fs.copyFileSync(LIBRARY, path.join(home, 'libpgiam.so.1'));
  assert.equal(run(ASK, { PGIAM_LIBRARY: '', PGIAM_NODE_ADDON: addon }).stdout.trim(), pgiam.libraryVersion());
});

test('a library of another ABI is refused by name', (t) => {
  const home = setUp(t);
  for (const [version, takes, word] of [[0x10001, 1, 'older'], [0x20000, 2, 'newer']]) {
    const source = path.join(home, 'other.c');
    const library = path.join(home, `libother${takes}.so`);
    fs.writeFileSync(source, `unsigned pgiam_abi_version(void) { return ${version}u; }
      void *pgiam_get_api(unsigned major) { static int table[2]; return major == ${takes} ? table : 0; }`);
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, source]);
    const said = run(ASK, { PGIAM_LIBRARY: library }).stdout;
    assert.ok(said.startsWith('library_version |') && said.includes(library) && said.includes(word), said);
  }
});

test('a missing addon is told', (t) => {
  const home = setUp(t);
  fs.cpSync(path.join(PACKAGE, 'lib'), path.join(home, 'lib'), { recursive: true });
  fs.copyFileSync(path.join(PACKAGE, 'package.json'), path.join(home, 'package.json'));
  const done = run(ASK.replaceAll('pgiam.', `require('${home}/lib/index.js').`), { PGIAM_NODE_ADDON: '' });
  assert.match(done.stdout, /^no_addon \|.*build\/Release\/pgiam\.node.*in the package @pgiam\/linux-/);
});

test('package, library and project have one version', () => {
  const project = /project\(pgiam VERSION ([\d.]+)/.exec(fs.readFileSync(path.join(ROOT, 'CMakeLists.txt'), 'utf8'))[1];
  assert.equal(require(path.join(PACKAGE, 'package.json')).version, project);
  assert.equal(pgiam.libraryVersion(), project);
});
