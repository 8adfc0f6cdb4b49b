'use strict';

// How operations are waited for: the event loop watches the descriptor of each. No thread waits.
const { native } = require('./native.js');

// So many descriptors are watched at most: the program's others are not to want for any. What is above is asked by the clock.
const MOST_DESCRIPTORS = 256;
const POLL_MS = 25;
let watching = 0;
const polled = new Set();
let timer = null;

function pollAll() {
  for (const check of [...polled]) check();
}

/** Calls `check` when the descriptor is readable, until what this returns is called. descriptor: a function. */
function whenReadable(descriptor, check) {
  let watch;
  if (watching < MOST_DESCRIPTORS) {
    const number = descriptor();
    if (number >= 0) watch = native().watch(number, check);
  }
  if (watch === undefined) return byTheClock(check);
  ++watching;
  return () => {
    --watching;
    native().unwatch(watch);
  };
}

function byTheClock(check) {
  polled.add(check);
  timer ??= setInterval(pollAll, POLL_MS);
  return () => {
    polled.delete(check);
    if (polled.size === 0) {
      clearInterval(timer);
      timer = null;
    }
  };
}

module.exports = { whenReadable };
