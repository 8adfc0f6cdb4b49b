'use strict';

const { inspect } = require('node:util');
const { causeFrom } = require('./errors.js');

const FACTS = ['host', 'port', 'region', 'provider', 'principal', 'target', 'rule', 'fromCache', 'expiresAt', 'credentialsExpireAt', 'warnings'];

/** Hidden from inspection and JSON, there for who asks by name. */
function hidden(object, name, value) {
  Object.defineProperty(object, name, { get: () => value, enumerable: false });
}

const moment = (milliseconds) => (milliseconds ? new Date(milliseconds) : null);

/** A token and what is known about it. No form of it shows the token but `token` and `params.password`. */
class Answer {
  constructor(facts) {
    for (const name of FACTS) this[name] = facts[name];
    this.fromCache = facts.fromCache === 1;
    this.expiresAt = moment(facts.expiresAt);
    this.credentialsExpireAt = moment(facts.credentialsExpireAt);
    this.warnings = facts.warnings.map(causeFrom);
    this.params = {};
    let token = '';
    for (let i = 0; i < facts.params.length; i += 2) {
      if (facts.params[i] === 'password') token = facts.params[i + 1];
      else this.params[facts.params[i]] = facts.params[i + 1];
    }
    hidden(this.params, 'password', token);
    hidden(this, 'token', token);
  }

  [inspect.custom](depth, options) {
    return `Answer ${inspect({ ...this }, { ...options, depth: depth < 0 ? 0 : depth, showHidden: false, getters: false })}`;
  }
}

module.exports = { Answer };
