#!/usr/bin/env node
// Checks a server with the unmodified "nats" package (nats.js 2), whose js.subscribe makes durable push
// consumers through the older API subjects.
//
//     npm install && node legacy_client_checks.js nats://127.0.0.1:4222
"use strict";

const { connect, consumerOpts, headers, StringCodec } = require("nats");
const { Checks, assert, next, refused, until } = require("./checks");

const tag = `ljs${process.pid}`;
const text = StringCodec();
const url = process.argv[2];
if (process.argv.length !== 3) {
  console.error("usage: node legacy_client_checks.js nats://HOST:PORT");
  process.exit(64);
}

async function main() {
  const checks = new Checks("nats");
  let nc;
  let js;
  let jsm;

  await checks.run("connect", async () => {
    nc = await connect({ servers: url, reconnect: false, timeout: 5000 });
    js = nc.jetstream({ timeout: 5000 });
    jsm = await nc.jetstreamManager({ timeout: 5000 });
  });
  if (!jsm) {
    checks.finish();
  }

  await checks.run("create stream", async () => {
    await jsm.streams.add({ name: `S_${tag}`, subjects: [`${tag}.s.>`] });
    assert.equal((await jsm.streams.info(`S_${tag}`)).config.subjects[0], `${tag}.s.>`);
  });

  await checks.run("message id twice", async () => {
    const h = headers();
    h.set("Custom", "value");
    const first = await js.publish(`${tag}.s.one`, text.encode("1"), { msgID: "id-1", headers: h });
    const second = await js.publish(`${tag}.s.one`, text.encode("1"), { msgID: "id-1" });
    assert.deepEqual([first.seq, first.duplicate], [1, false]);
    assert.deepEqual([second.seq, second.duplicate], [1, true]);
    await js.publish(`${tag}.s.two`, text.encode("2"));
  });

  await checks.run("subscribe durable with manual ack, NAK and redelivery", async () => {
    const options = consumerOpts();
    options.durable("push");
    options.manualAck();
    options.ackExplicit();
    options.deliverAll();
    options.deliverTo(`${tag}.deliver`);
    const sub = await js.subscribe(`${tag}.s.>`, options);
    const messages = sub[Symbol.asyncIterator]();
    const first = await next(messages);
    assert.deepEqual([text.decode(first.data), first.info.redeliveryCount], ["1", 1]);
    assert.equal(first.headers.get("Custom"), "value");
    const second = await next(messages);
    first.nak();
    const again = await next(messages);
    assert.deepEqual([text.decode(again.data), again.info.redeliveryCount], ["1", 2]);
    assert.ok(again.redelivered);
    again.ack();
    second.ack();
    await until(() => jsm.consumers.info(`S_${tag}`, "push"), (i) => i.num_ack_pending === 0);
    sub.unsubscribe();
  });

  await checks.run("fetch by pull", async () => {
    const options = consumerOpts();
    options.durable("pull");
    options.ackExplicit();
    const sub = await js.pullSubscribe(`${tag}.s.>`, options);
    const messages = sub[Symbol.asyncIterator]();
    sub.pull({ batch: 2, expires: 5000 });
    for (const expected of ["1", "2"]) {
      const message = await next(messages);
      assert.equal(text.decode(message.data), expected);
      message.ack();
    }
    sub.unsubscribe();
    const one = await until(
      () => jsm.consumers.info(`S_${tag}`, "pull"), (i) => i.num_ack_pending === 0);
    assert.equal(one.ack_floor.stream_seq, 2);
  });

  await checks.run("delete", async () => {
    assert.ok(await jsm.consumers.delete(`S_${tag}`, "push"));
    assert.ok(await jsm.streams.delete(`S_${tag}`));
    await refused(jsm.streams.info(`S_${tag}`), 10059);
    await nc.drain();
  });

  checks.finish();
}

main();
