'use strict';

const { native } = require('./native.js');
const { Answer } = require('./answer.js');
const { PgiamError, fromNative } = require('./errors.js');
const log = require('./log.js');
const { answerers, register, Supplier, personAsker } = require('./questions.js');
const { tokenRequest, optionPairs, call, asWritten, text } = require('./request.js');
const { whenReadable } = require('./waiting.js');

const TOKEN = 0; // src/reply.h's Wanted
const ANSWER = 1;
const { version } = require('../package.json');

/** Says why a call was given up: an AbortError, as Node's own are, and a PgiamError. */
function aborted(signal) {
  const error = new PgiamError('CANCELLED', 'cancelled', { code: 'ABORT_ERR', cause: signal.reason });
  Object.defineProperty(error, 'name', { value: 'AbortError', configurable: true, writable: true });
  return error;
}

/** One fetch, and all who wait for it in this thread. */
class Flight {
  constructor(context, key, fields, wanted) {
    this.context = context;
    this.key = key;
    this.waiting = 0;
    this.wanted = wanted;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.operation = call(() => native().operationStart(context._open(), fields, 0));
    this.stop = whenReadable(() => native().operationDescriptor(this.operation), () => this.look());
    context._flights.set(key, this);
  }

  look() {
    if (!this.operation) return;
    let result;
    try {
      result = native().operationResult(this.operation, this.wanted);
    } catch (thrown) {
      this.end();
      this.reject(thrown);
      return;
    }
    if (result === undefined) return;
    this.end();
    this.resolve(result);
  }

  end() {
    this.stop();
    native().operationFree(this.operation);
    this.operation = null;
    if (this.context._flights.get(this.key) === this) this.context._flights.delete(this.key);
  }

  /** The result, unless the signal comes first. The last who leaves cancels the fetch. */
  join(signal) {
    ++this.waiting;
    const leave = () => {
      if (--this.waiting === 0 && this.operation) {
        this.end();
        this.reject({ status: 'CANCELLED', message: 'nobody waits any more' });
      }
    };
    if (!signal) return this.promise.finally(leave);
    return new Promise((resolve, reject) => {
      const abort = () => {
        reject(aborted(signal));
        leave();
      };
      signal.addEventListener('abort', abort, { once: true });
      this.promise.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', abort);
        if (!signal.aborted) leave();
      });
    });
  }
}

class Context {
  #handle;
  #number;

  /** options: pgiam's, for every call; prompt, logger: functions of the program's. */
  constructor(options = {}) {
    const { prompt, logger, ...ours } = options;
    if (prompt !== undefined && typeof prompt !== 'function') throw new TypeError('prompt is a function');
    const writer = log.checked(logger);
    this._flights = new Map();
    this._attempts = new Set();
    Object.defineProperties(this, { _flights: { enumerable: false }, _attempts: { enumerable: false } });
    this.#number = register(prompt && personAsker(prompt), 'E_LOGIN_DECLINED');
    const { constants } = native();
    const level = logger ? constants.LOG_DEBUG : constants.LOG_WARN;
    this.#handle = call(
      () => native().contextNew(this.#number, optionPairs(ours), level, prompt ? 1 : 0, version), ours);
    log.loggers.set(this.#number, writer);
  }

  /** The password to connect with now. */
  async token(request, more) {
    return this._ask(requestOf(request, more), TOKEN);
  }

  /** The same, with all that is known about it. */
  async answer(request, more) {
    return new Answer(await this._ask(requestOf(request, more), ANSWER));
  }

  /** What would be done and why, without a token and without the network. */
  _explain(given) {
    const { fields, options } = tokenRequest(given);
    try {
      return JSON.parse(call(() => native().explain(this._open(), fields), options));
    } finally {
      this._writeLog();
    }
  }

  /** Ends it: what waits is cancelled, and more calls are errors. */
  close() {
    const handle = this.#handle;
    if (handle === undefined) return;
    this.#handle = undefined;
    for (const flight of [...this._flights.values()]) {
      flight.end();
      flight.reject({ status: 'CANCELLED', message: 'the context was closed' });
    }
    for (const attempt of [...this._attempts]) attempt.cancel();
    native().contextFree(handle);
    this._writeLog();
    answerers.delete(this.#number);
    log.loggers.delete(this.#number);
  }

  _isOpen() {
    return this.#handle !== undefined;
  }

  _open() {
    if (this.#handle === undefined) throw new PgiamError('INVALID_STATE', 'the context is closed');
    return this.#handle;
  }

  /** What was said of a call is told before its result. */
  _writeLog() {
    const lines = native().takeLog();
    if (lines) log.write(lines);
  }

  async _ask(given, wanted) {
    const { signal } = given;
    if (signal?.aborted) throw aborted(signal);
    const { fields, options } = tokenRequest(given);
    const { credentials } = given;
    const supplier = credentials === undefined || credentials === null ? null
      : new Supplier(credentials, text('credentialsIdentity', given.credentialsIdentity));
    supplier?.join(fields);
    try {
      const kept = native().beforeConnect(this._open(), fields, 0, wanted);
      if (kept !== undefined) return kept;
      return await this._flight(fields, wanted, supplier).join(signal);
    } catch (thrown) {
      const error = asWritten(fromNative(thrown), options);
      throw supplier ? supplier.explain(error) : error;
    } finally {
      supplier?.end();
      this._writeLog();
    }
  }

  _flight(fields, wanted, supplier) {
    // Those who ask the same share it; a source is known by its identity.
    const key = JSON.stringify([wanted, ...fields.map((field, i) => (i === 10 ? undefined : field))]);
    return this._flights.get(key) || new Flight(this, key, fields, wanted);
  }
}
if (Symbol.dispose) {
  Object.defineProperty(Context.prototype, Symbol.dispose, { value: Context.prototype.close });
}

/** token("host=…"), token({host, …}) */
function requestOf(request, more) {
  const given = typeof request === 'string' ? { conninfo: request, ...more } : request;
  if (typeof given !== 'object' || given === null) throw new TypeError('a request is {host, port, user, …} or a connection string');
  return given;
}

let own;
/** The one of this thread, which the module's functions use. */
function defaultContext() {
  return (own ??= new Context());
}

module.exports = { Context, defaultContext, requestOf };
