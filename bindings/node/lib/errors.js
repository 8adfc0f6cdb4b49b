'use strict';

const { inspect } = require('node:util');

const TEXTS = ['hint', 'code', 'evidence', 'provider', 'remote', 'sqlstate', 'explanation'];
const MEMBERS = ['status', 'message', 'hint', 'code', 'commands', 'causes', 'retryable', 'retryAfterMs', 'evidence', 'provider',
  'remote', 'sqlstate', 'explanation'];

/** Why there is no token, or what a refused connection means; index.d.ts tells each member. None of its texts holds a secret. */
class PgiamError extends Error {
  constructor(status, message, facts = {}) {
    super(message || `the library gave no reason (${status})`, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.status = status;
    for (const name of TEXTS) this[name] = facts[name] || '';
    this.retryable = Boolean(facts.retryable);
    this.retryAfterMs = facts.retryAfterMs || 0;
    this.commands = [...(facts.commands || [])];
    this.causes = (facts.causes || []).map(causeFrom);
  }

  /** Of the facts that toJSON gave, as another thread or process sends them. */
  static from(facts) {
    return new PgiamError(facts.status, facts.message, facts);
  }

  toJSON() {
    return Object.fromEntries(MEMBERS.map((name) => [name, name === 'causes' ? this.causes.map((cause) => cause.toJSON()) : this[name]]));
  }

  toString() {
    if (this.explanation) return `${this.name}: ${this.explanation.trimEnd()}`;
    return `${this.name}: ${this.message}${this.hint ? `\n  hint: ${this.hint}` : ''}`;
  }
}
Object.defineProperty(PgiamError.prototype, 'name', { value: 'PgiamError', writable: true, configurable: true });

/** Causes were thrown nowhere: their stack would be the same again. */
function causeFrom(facts) {
  if (facts instanceof PgiamError) return facts;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return PgiamError.from(facts);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** What the addon threw, as an error; what is none of the library's goes on as it is. */
function fromNative(thrown) {
  return thrown && typeof thrown === 'object' && !(thrown instanceof Error) && thrown.status ? PgiamError.from(thrown) : thrown;
}

/** An error in words: for a message of another. */
function wordsOf(error) {
  if (error instanceof PgiamError) return error.message;
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return typeof error === 'string' ? error : inspect(error, { depth: 0 });
}

module.exports = { PgiamError, fromNative, causeFrom, wordsOf };
