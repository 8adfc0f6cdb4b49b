'use strict';

// What a caller says, in the addon's form.
const { inspect } = require('node:util');
const { native } = require('./native.js');
const { PgiamError, fromNative } = require('./errors.js');

// libpq's keywords that the library reads, in our spelling; sslrootcert is one of its options, too.
const KEYWORDS = {
  hostaddr: 'hostaddr', database: 'dbname', dbname: 'dbname', password: 'password', passfile: 'passfile', sslmode: 'sslmode',
  gssencmode: 'gssencmode', channelBinding: 'channel_binding', requireAuth: 'require_auth',
};
const OWN = ['conninfo', 'connectionString', 'host', 'port', 'user', 'ssl', 'credentials', 'credentialsIdentity', 'signal', 'context', 'canApply'];

const snake = (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (key) => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

let known = null;
/** The library's options: {roleArn: "role_arn"}. */
function optionKeys() {
  if (!known) known = new Map(native().optionKeys().map((key) => [camel(key), key]));
  return known;
}

/** The text that C is given. One with a NUL would be another's: a token for app\0x is one for app. */
function text(name, value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof URL && value.protocol === 'file:') return text(name, require('node:url').fileURLToPath(value));
  if (typeof value !== 'string') throw new TypeError(`${name} is text, a number or a boolean, not ${kindOf(value)}`);
  if (value.includes('\0')) throw new PgiamError('INVALID_ARGUMENT', `${name} has a NUL in it`, { code: 'nul_in_text' });
  if (/\p{Surrogate}/u.test(value)) {
    throw new PgiamError('INVALID_ARGUMENT', `${name} is not text that UTF-8 can hold`, { code: 'not_utf8' });
  }
  return value;
}

function kindOf(value) {
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function port(value) {
  if (value === undefined || value === null || value === '') return undefined;
  const isOne = ['number', 'bigint'].includes(typeof value) || (typeof value === 'string' && /^\s*\d+\s*$/.test(value));
  const number = isOne ? Number(value) : NaN;  // which makes 1 of true, and 5 of [5]
  if (!Number.isInteger(number) || number < 0 || number > 65535) {
    throw new PgiamError('INVALID_ARGUMENT', `port is ${inspect(value)}, not a number up to 65535`);
  }
  return number;
}

/** [key, value, …] of what is given. */
function pairs(values, nameOf = (key) => key) {
  const found = [];
  for (const [key, value] of Object.entries(values)) {
    const given = text(key, value);
    if (given !== undefined) found.push(text('a key', nameOf(key)), given);
  }
  return found;
}

/** Options in the library's spelling. One that it does not know goes on as it is written, for the library to name. */
function optionPairs(options) {
  const keys = optionKeys();
  return pairs(options, (key) => keys.get(key) || key);
}

/** libpq's words for what node-postgres is told of TLS. */
function sslmodeOf(ssl) {
  if (ssl === undefined || ssl === null) return undefined;
  if (ssl === false || ssl === 'false' || ssl === 'disable') return 'disable';
  if (['allow', 'prefer', 'require', 'verify-ca', 'verify-full'].includes(ssl)) return ssl;
  if (ssl === 'no-verify' || (typeof ssl === 'object' && ssl.rejectUnauthorized === false)) return 'require';
  return typeof ssl === 'object' && ssl.checkServerIdentity ? 'verify-ca' : 'verify-full';
}

function parseConninfo(conninfo) {
  const parsed = call(() => native().parseConninfo(text('conninfo', conninfo)));
  const found = {};
  for (let i = 0; i < parsed.length; i += 2) found[parsed[i]] = parsed[i + 1];
  return found;
}

/** Runs a call of the addon's; what it throws becomes an error of ours. */
function call(work, spelled) {
  try {
    return work();
  } catch (thrown) {
    const error = fromNative(thrown);
    throw spelled ? asWritten(error, spelled) : error;
  }
}

/** The places of src/request.cc's Field. */
function fields({ host, user, port: number, options, keywords, canApply, supplier, identity }) {
  return [host, user, undefined, undefined, undefined, number, undefined, options, keywords, canApply, supplier, identity];
}

/** The request of a token: {fields, options} of what a caller gave. */
function tokenRequest(given) {
  const keywords = {};
  const options = {};
  const conninfo = given.conninfo ?? given.connectionString;
  if (conninfo !== undefined && conninfo !== null) Object.assign(keywords, parseConninfo(conninfo));
  const mode = sslmodeOf(given.ssl);
  if (mode) keywords.sslmode = mode;
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || OWN.includes(key)) continue;
    if (Object.hasOwn(KEYWORDS, key)) keywords[KEYWORDS[key]] = value;
    else options[key] = value;
  }
  return {
    options,
    fields: fields({
      host: text('host', given.host), user: text('user', given.user), port: port(given.port), options: optionPairs(options),
      keywords: pairs(keywords), canApply: text('canApply', given.canApply),
    }),
  };
}

/** The request of an attempt: libpq's keywords as they are, and options. */
function attemptRequest(keywords, options, canApply) {
  return fields({ keywords: pairs(keywords), options: optionPairs(options), canApply: text('canApply', canApply) });
}

// ---- Errors name options as the caller wrote them ----

function asWritten(error, options) {
  if (!(error instanceof PgiamError)) return error;
  const names = Object.keys(options).filter((key) => snake(key) !== key).map(snake);
  const isUnknown = error.status === 'UNSUPPORTED' && /option/.test(error.message);
  const wanted = new Set(isUnknown ? [...names, ...optionKeys().values()] : names);
  if (wanted.size === 0) return error;
  const spelled = (words) => words.replace(/(?<![\w/])[a-z]+(?:_[a-z]+)+(?!\w|\s*=\s*[^"\s])/g, (word) => (wanted.has(word) ? camel(word) : word));
  const hint = spelled(error.hint);
  const changed = { message: spelled(error.message), hint, explanation: spelled(error.explanation) };
  if (changed.message !== error.message) error.stack = error.stack.replace(error.message, () => changed.message);
  return Object.assign(error, changed);
}

module.exports = { tokenRequest, attemptRequest, optionKeys, optionPairs, parseConninfo, sslmodeOf, text, pairs, call, asWritten, snake, camel };
