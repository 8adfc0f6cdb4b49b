'use strict';

// A connection from the first host to the end: decided by the library, made by a driver.
const { native } = require('./native.js');
const { PgiamError, wordsOf } = require('./errors.js');
const { Supplier } = require('./questions.js');
const { attemptRequest, call, text } = require('./request.js');
const { whenReadable } = require('./waiting.js');

class Attempt {
  constructor(context, { keywords, options = {}, canApply, credentials, credentialsIdentity }) {
    const fields = attemptRequest(keywords, options, canApply);
    this.context = context;
    this.options = options;
    this.supplier = credentials === undefined || credentials === null ? null
      : new Supplier(credentials, text('credentialsIdentity', credentialsIdentity));
    this.supplier?.join(fields);
    this.handle = call(() => native().attemptNew(context._open(), fields, 0), options);
    context._attempts.add(this);
  }

  /** {kind: "connect", params} or {kind: "done"}. */
  async next() {
    for (;;) {
      const step = this.step();
      if (step.kind !== 'wait') return { kind: step.kind, params: paramsOf(step.params || []) };
      await wait(step);
    }
  }

  step() {
    try {
      this.context._open();
      return call(() => native().attemptNext(this.handle), this.options);
    } catch (error) {
      throw this.supplier ? this.supplier.explain(error) : error;
    } finally {
      this.context._writeLog();
    }
  }

  /** How the connect went; undefined: well. */
  report(failure) {
    if (!this.context._isOpen()) return; // it may have been closed while the driver connected: next() tells
    if (failure === undefined) {
      native().attemptReport(this.handle, 1, undefined, undefined);
      return;
    }
    const state = failure.sqlstate || (/^[0-9A-Z]{5}$/.test(failure.code) ? failure.code : undefined);
    const words = failure instanceof Error ? failure.message : wordsOf(failure);
    native().attemptReport(this.handle, 0, state, words.replaceAll('\0', ' '));
  }

  cancel() {
    native().attemptCancel(this.handle);
  }

  free() {
    this.context._attempts.delete(this);
    this.supplier?.end();
    native().attemptFree(this.handle);
  }
}

function wait({ descriptor, waitMs }) {
  return new Promise((resolve) => {
    let timer;
    const stop = descriptor < 0 ? () => {} : whenReadable(() => descriptor, done);
    if (waitMs >= 0 || descriptor < 0) timer = setTimeout(done, waitMs >= 0 ? waitMs : 50);
    function done() {
      stop();
      clearTimeout(timer);
      resolve();
    }
  });
}

function paramsOf(pairs) {
  const found = {};
  for (let i = 0; i < pairs.length; i += 2) found[pairs[i]] = pairs[i + 1];
  return found;
}

/**
 * What `dial(params)` makes of it, params being libpq's keywords to set over one's own. A token that was kept and is refused is made
 * anew once. Of what is not ours, or has a password of its own, dial is asked without any.
 */
async function connect(context, request, dial) {
  const attempt = new Attempt(context, request);
  let failure;
  try {
    for (;;) {
      const step = await attempt.next();
      if (step.kind === 'done') return undefined;
      try {
        const connection = await dial(step.params);
        attempt.report(undefined);
        return connection;
      } catch (error) {
        failure = error;
        attempt.report(error);
      }
    }
  } catch (error) {
    if (error instanceof PgiamError && error.status === 'NOT_APPLICABLE' && failure === undefined) return await asIfAbsent(attempt, error, dial);
    throw explained(error, failure);
  } finally {
    attempt.free();
  }
}

/** Where a password that was given kept the token away, and is refused, the error says so. */
async function asIfAbsent(attempt, reason, dial) {
  try {
    return await dial({});
  } catch (failure) {
    if (reason.code !== 'password_given') throw failure;
    attempt.report(failure);
    throw await attempt.next().then(() => failure, (error) => explained(error, failure));
  }
}

/** What an attempt ended with, over the driver's own error; or that, where its words say it all. */
function explained(error, failure) {
  if (!(error instanceof PgiamError) || failure === undefined) return error;
  if (['CONNECT', 'NOT_APPLICABLE'].includes(error.status)) return failure;
  return Object.defineProperty(error, 'cause', { value: failure, configurable: true, writable: true });
}

module.exports = { Attempt, connect };
