'use strict';

// The corpus through the package for Node; see corpus/README.md.
const readline = require('node:readline');
const pgiam = require('../../bindings/node');
const { Attempt } = require('../../bindings/node/lib/attempt.js');
const { parseConninfo, camel } = require('../../bindings/node/lib/request.js');

/** What the program of a case does when it is asked for its credentials, or a person for a word. */
function asked(given) {
  let tell;
  const event = new Promise((resolve) => (tell = resolve));
  const answer = async () => {
    tell();
    if ('never' in given) await new Promise(() => {});
    if ('declines' in given) throw new pgiam.PgiamError(given.status, given.declines);
    return given.values || {};
  };
  return { event, answer };
}

const spelled = (options = {}) => Object.fromEntries(Object.entries(options).map(([key, value]) => [camel(key), value]));

async function run(given) {
  const { credentials, keywords, options, can_apply: canApply, ...request } = given.request;
  if (given.call === 'conninfo') return { keywords: parseConninfo(request.conninfo) };
  const person = given.person && asked(given.person);
  const prompt = person && (async () => (await person.answer()).answer);
  const context = new pgiam.Context({ ...spelled(given.context), ...(prompt && { prompt }), logger: () => {} });
  try {
    const source = credentials && asked(credentials);
    const told = { keywords, options: spelled(options), canApply, credentials: source?.answer };
    if ('warm' in given) await follow(context, told, [{}]);
    if (given.call === 'attempt') return await follow(context, told, given.outcomes);
    const stop = new AbortController();
    if ('cancel' in given) source.event.then(() => stop.abort());
    const answer = await context.answer({ ...spelled(keywords), ...told.options, ...request, canApply, credentials: source?.answer, signal: stop.signal });
    return { answer: described(answer) };
  } finally {
    context.close();
  }
}

function described(answer) {
  const { host, port, region, provider, target, rule } = answer;
  return { host, port, region, provider, target, rule, token: answer.token, params: { ...answer.params, password: answer.token },
    expires_at_ms: answer.expiresAt ? Number(answer.expiresAt) : 0, warnings: answer.warnings };
}

/** An attempt as connect() makes it, with the case's outcomes in the place of a driver. */
async function follow(context, told, outcomes) {
  const connects = [];
  let attempt;
  try {
    attempt = new Attempt(context, told);
    for (;;) {
      const step = await attempt.next();
      if (step.kind === 'done') return { done: true, connects };
      connects.push(step.params);
      if (connects.length > outcomes.length) return { done: false, connects };
      const outcome = outcomes[connects.length - 1];
      attempt.report('message' in outcome ? Object.assign(new Error(outcome.message), { code: outcome.sqlstate }) : undefined);
    }
  } catch (error) {
    if (!(error instanceof pgiam.PgiamError)) throw error;
    return { error, connects };
  } finally {
    attempt?.free();
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let result;
    try {
      result = await run(JSON.parse(line));
    } catch (error) {
      if (!(error instanceof pgiam.PgiamError)) throw error;
      result = { error };
    }
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  process.exit(); // what a case never answers is not waited for
})();
