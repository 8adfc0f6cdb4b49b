'use strict';

/** Whether all is to be as if pgiam were absent. */
function isDisabled() {
  return /^(1|yes|true|on)$/i.test(process.env.PGIAM_DISABLE || '');
}

module.exports = { isDisabled };
