#!/usr/bin/env node
// What the package for Node adds to a token that is at hand: node_bench.js LIBRARY ADDON [CALLS]. In µs of the processor's time, the
// best of five rounds: a call that is awaited, and one of a hundred at once.
'use strict';

const path = require('node:path');

Object.assign(process.env, {
  PGIAM_LIBRARY: path.resolve(process.argv[2]), PGIAM_NODE_ADDON: path.resolve(process.argv[3]),
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret',
});
const pgiam = require('../../bindings/node');

const CALLS = Number(process.argv[4] || 20000);
const WHERE = { host: 'orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com', user: 'app' };

async function once(call) {
  const before = process.cpuUsage();
  await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

async function cost(call) {
  let best = Infinity;
  for (let round = 0; round < 5; ++round) best = Math.min(best, await once(call));
  return best;
}

async function oneByOne(ask) {
  for (let i = 0; i < CALLS; ++i) await ask();
}

async function atOnce(ask) {
  for (let i = 0; i < CALLS; i += 100) await Promise.all(Array.from({ length: 100 }, ask));
}

async function main() {
  const context = new pgiam.Context({ reuseSeconds: 900 });
  for (const [name, ask] of [['token', () => context.token(WHERE)], ['answer', () => context.answer(WHERE)]]) {
    await ask();
    const [each, among] = [await cost(() => oneByOne(ask)), await cost(() => atOnce(ask))];
    console.log(`${name.padEnd(8)} ${each.toFixed(2)} µs one by one, ${among.toFixed(2)} µs a hundred at once`);
  }
  // A source that is asked each time: what the hop to a thread of the library's and back costs.
  const own = async () => ({ accessKeyId: 'AKIAOWN', secretAccessKey: 'secret' });
  let count = 0;
  const hop = () => context.token({ ...WHERE, credentials: own, credentialsIdentity: `bench${++count}` });
  const calls = Math.min(CALLS, 1000);
  const took = await once(async () => { for (let i = 0; i < calls; ++i) await hop(); });
  console.log(`hop      ${((took * CALLS) / calls).toFixed(2)} µs a token of credentials that a function gives, one by one`);
  context.close();
}

main();
