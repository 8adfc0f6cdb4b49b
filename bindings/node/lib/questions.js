'use strict';

// What the library asks a program: its own credentials, and what only a person knows. It asks on this thread, inside a call of
// ours, and is answered when the program's promise is.
const { native } = require('./native.js');
const { PgiamError, wordsOf } = require('./errors.js');
const { pairs } = require('./request.js');

/** Who answers, by the number that the library was given. */
const answerers = new Map();
let last = 0;

function register(answer, status) {
  answerers.set(++last, { answer, status });
  return last;
}

/** The addon's call; lets no exception through. */
function asked(number, prompt, question) {
  const { answer, status } = answerers.get(number) || {};
  const { constants } = native();
  if (!answer || !prompt.kind) {
    if (question) native().questionDecline(question, constants.E_UNSUPPORTED, undefined);
    return;
  }
  (async () => pairs(await answer(prompt)))().then(
    (values) => question && native().questionAnswer(question, values),
    (failure) => question && native().questionDecline(question, statusOf(failure, constants, status), wordsOf(failure).replaceAll('\0', ' ')),
  );
}

/** A PgiamError says by itself what the call that asked fails with. */
function statusOf(failure, constants, otherwise) {
  return (failure instanceof PgiamError && constants[`E_${failure.status}`]) || constants[otherwise];
}

// ---- Credentials of the program's own ----

let sources = 0;
const identities = new WeakMap();

/** A name for whoever a source's credentials belong to: one for each source, never used again for another. */
function identityOf(source) {
  if (!identities.has(source)) identities.set(source, `node:${++sources}:${process.pid}`);
  return identities.get(source);
}

const NAMES = {
  access_key_id: ['accessKeyId', 'AccessKeyId', 'access_key_id'],
  secret_access_key: ['secretAccessKey', 'SecretAccessKey', 'secret_access_key'],
  session_token: ['sessionToken', 'SessionToken', 'session_token'],
  expires_at: ['expiration', 'Expiration', 'expires_at', 'expiresAt'],
  account_id: ['accountId', 'AccountId', 'account_id'],
};

async function obtain(source) {
  const given = typeof source === 'function' ? await source() : await source;
  if (given === undefined || given === null) throw new PgiamError('NO_CREDENTIALS', "the program's function gave no credentials");
  if (typeof given !== 'object') throw new TypeError('credentials are {accessKeyId, secretAccessKey, sessionToken, expiration}');
  const values = {};
  for (const [name, keys] of Object.entries(NAMES)) {
    const key = keys.find((one) => given[one] !== undefined && given[one] !== null);
    if (key) values[name] = name === 'expires_at' ? plainTime(given[key]) : given[key];
  }
  return values;
}

function plainTime(when) {
  const date = typeof when === 'number' ? new Date(when > 1e11 ? when : when * 1000) : when;
  return date instanceof Date ? date.toISOString().replace(/\.\d+Z$/, 'Z') : date;
}

/** Answers the questions of one request, until `end`. source: an AWS SDK v3 provider, or credentials themselves. */
class Supplier {
  constructor(source, identity) {
    if (typeof source !== 'function' && (typeof source !== 'object' || source === null)) {
      throw new TypeError('credentials are a function, as the providers of AWS SDK v3, or an object with accessKeyId and secretAccessKey');
    }
    this.identity = identity || identityOf(source);
    this.failure = undefined;
    this.number = register(async () => {
      try {
        return await obtain(source);
      } catch (failure) {
        this.failure = failure;
        throw failure;
      }
    }, 'E_NO_CREDENTIALS');
  }

  /** Sets it in the fields of a request. */
  join(fields) {
    fields[10] = this.number;
    fields[11] = this.identity;
  }

  end() {
    answerers.delete(this.number);
  }

  /** What the program's own function threw comes along. */
  explain(error) {
    if (this.failure !== undefined && error instanceof PgiamError && error.cause === undefined) {
      Object.defineProperty(error, 'cause', { value: this.failure, configurable: true, writable: true });
    }
    return error;
  }
}

// ---- A person ----

/** The program's function is told what to show, and answers with a code; undefined is "shown", false "declined". */
function personAsker(prompt) {
  return async (shown) => {
    const said = await prompt({ ...shown, expiresInMs: shown.expiresInMs || undefined });
    if (said === false) throw new PgiamError('LOGIN_DECLINED', `the question was declined: ${shown.title}`);
    return said === undefined || said === null || said === true ? {} : { answer: said };
  };
}

module.exports = { asked, answerers, register, Supplier, personAsker };
