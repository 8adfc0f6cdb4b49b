'use strict';

const LEVELS = ['off', 'error', 'warn', 'info', 'debug'];

/** Where each context's lines go, by its number. */
const loggers = new Map();

/** As a program without a logger has it: warnings are the process's, the rest goes to stderr. */
const standard = {
  error: (text) => process.emitWarning(text, 'PgiamWarning'),
  warn: (text) => process.emitWarning(text, 'PgiamWarning'),
  info: (text) => console.error(`pgiam: ${text}`),
  debug: (text) => console.error(`pgiam: ${text}`),
};

/** [context, level, component, message, …], as the addon hands them over. */
function write(lines) {
  for (let i = 0; i < lines.length; i += 4) {
    const logger = loggers.get(lines[i]);
    if (logger) writeLine(logger, LEVELS[lines[i + 1]] || 'debug', lines[i + 2], lines[i + 3]);
  }
}

/** A logger that throws is the program's own fault, and not the caller's who waits for a token. */
function writeLine(logger, level, component, message) {
  try {
    if (typeof logger === 'function') logger({ level, component, message });
    else logger[level](`${component}: ${message}`);
  } catch (error) {
    process.emitWarning(`pgiam's logger failed: ${error && error.message}`);
  }
}

/** Functions take entries; objects have error, warn, info and debug, as console has. */
function checked(logger) {
  if (logger === undefined || logger === null) return standard;
  if (typeof logger === 'function' || LEVELS.slice(1).every((level) => typeof logger[level] === 'function')) return logger;
  throw new TypeError('logger is a function, or an object with error, warn, info and debug');
}

module.exports = { loggers, write, checked };
