'use strict';

// What the tests in JavaScript share: the package from its source, keys, and a source of credentials that waits.
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../../..');
const PACKAGE = path.join(ROOT, 'bindings/node');
const HOST = 'orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secretOfAKIDEXAMPLE' };
const LIBRARY = process.env.PGIAM_TEST_LIBRARY;

Object.assign(process.env, {
  PGIAM_LIBRARY: LIBRARY, PGIAM_NODE_ADDON: process.env.PGIAM_TEST_NODE_ADDON, AWS_EC2_METADATA_DISABLED: 'true',
  PGIAM_TIMEOUT_MS: '300000', // of a machine that is slow
});
const pgiam = require(PACKAGE);

/** A home of its own, and no keys but what a test gives; both are undone when the test ends. */
function setUp(t, variables = {}) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'pgiam-node-'));
  const before = { ...process.env };
  Object.assign(process.env, { HOME: home, ...variables });
  t.after(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    fs.rmSync(home, { recursive: true });
  });
  return home;
}

function contextOf(t, options = {}) {
  const context = new pgiam.Context({ cache: 'memory', ...options });
  t.after(() => context.close());
  return context;
}

/** A credential_process that tells when it runs and answers when the gate opens. */
class SlowProgram {
  constructor(home) {
    this.runsFile = path.join(home, 'runs');
    this.gate = path.join(home, 'gate');
    const program = `${path.join(ROOT, 'tests/bindings/slow_program')} ${home}`;
    fs.writeFileSync(this.runsFile, '');
    fs.mkdirSync(path.join(home, '.aws'));
    const names = ['default', ...Array.from({ length: 100 }, (_, i) => `profile slow${i}`)];
    // Each profile has its own program, as far as the library can tell.
    fs.writeFileSync(path.join(home, '.aws/config'),
      names.map((name, i) => `[${name}]\ncredential_process = ${program} ${i}\nregion = eu-west-1\n`).join('\n'));
  }

  runs() {
    return fs.readFileSync(this.runsFile, 'utf8').split('\n').length - 1;
  }

  open() {
    fs.writeFileSync(this.gate, '');
  }
}

async function until(condition, seconds = 120) {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The error that a promise ends with. */
const errorOf = (promise) => promise.then(() => { throw new Error('it was not refused'); }, (error) => error);

/** A program of its own, with the package as `pgiam`. */
const program = (text) => ['-e', `const pgiam = require(${JSON.stringify(PACKAGE)});\n${text}`];
const run = (text, variables = {}) => spawnSync(process.execPath, program(text), { env: { ...process.env, ...variables }, encoding: 'utf8', timeout: 300000 });
const start = (text, variables = {}) => spawn(process.execPath, program(text), { env: { ...process.env, ...variables }, stdio: ['pipe', 'pipe', 'inherit'] });

const descriptors = () => fs.readdirSync('/proc/self/fd').length;
const threads = () => fs.readdirSync('/proc/self/task').length;

module.exports = { pgiam, ROOT, PACKAGE, HOST, KEYS, LIBRARY, setUp, contextOf, SlowProgram, until, errorOf, run, start, descriptors, threads };
