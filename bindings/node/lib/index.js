'use strict';

const { Context, defaultContext, requestOf } = require('./context.js');
const { Answer } = require('./answer.js');
const { PgiamError } = require('./errors.js');
const { native } = require('./native.js');
const { password } = require('./password.js');
const pg = require('./pg.js');
const { ssl } = require('./ssl.js');

const contextOf = (given) => given.context || defaultContext();

/** Context.token of `context`, else of this thread's own. */
async function token(request, more) {
  const given = requestOf(request, more);
  return contextOf(given).token(given);
}

async function answer(request, more) {
  const given = requestOf(request, more);
  return contextOf(given).answer(given);
}

/** Of the library that was found: "0.1.0". */
function libraryVersion() {
  return native().version();
}

module.exports = { token, answer, password, ssl, pg, Context, Answer, PgiamError, defaultContext, libraryVersion };
