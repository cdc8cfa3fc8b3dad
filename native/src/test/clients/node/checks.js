"use strict";

const assert = require("node:assert/strict");

/** Runs named checks one after the other, prints a line for each, and counts the failures. */
class Checks {
  constructor(prefix, millisMax = 20000) {
    this.prefix = prefix;
    this.millisMax = millisMax;
    this.passed = 0;
    this.failed = 0;
  }

  async run(name, check) {
    const started = Date.now();
    let timer;
    const limit = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no end after ${this.millisMax} ms`)), this.millisMax);
    });
    try {
      await Promise.race([check(), limit]);
      this.passed++;
      console.log(`ok   ${this.prefix} ${name} (${Date.now() - started} ms)`);
    } catch (error) {
      this.failed++;
      console.log(`FAIL ${this.prefix} ${name}: ${error.name}: ${error.message}`);
      console.error(error.stack);
    } finally {
      clearTimeout(timer);
    }
  }

  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed ? 1 : 0);
  }
}

function sleep(millis) {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/** Asks again until the answer is what is waited for; the check's own time limit ends it. */
async function until(ask, isEnough) {
  let answer = await ask();
  while (!isEnough(answer)) {
    await sleep(20);
    answer = await ask();
  }
  return answer;
}

/** The next item of an async iterator; one that has ended is an error. */
async function next(iterator) {
  const { value, done } = await iterator.next();
  if (done) {
    throw new Error("the iterator has ended");
  }
  return value;
}

/** Asserts that a call is refused with one of JetStream's error codes. */
async function refused(promise, code) {
  await assert.rejects(promise, (error) => {
    assert.equal((error.api_error ?? error.apiError?.())?.err_code ?? error.code, code);
    return true;
  });
}

module.exports = { Checks, assert, next, refused, sleep, until };
