#!/usr/bin/env node
// Checks a server with the unmodified @nats-io clients (nats.js 3).
//
//     npm install && node client_checks.js nats://127.0.0.1:4222
//
// Needs JetStream and no contract streams, so it runs against nats-server too. Leaves nothing behind.
"use strict";

const { connect, headers } = require("@nats-io/transport-node");
const { AckPolicy, DeliverPolicy, RetentionPolicy, jetstream, jetstreamManager } =
  require("@nats-io/jetstream");
const { Checks, assert, next, refused, until } = require("./checks");

const tag = `js${process.pid}`;
const url = process.argv[2];
if (process.argv.length !== 3) {
  console.error("usage: node client_checks.js nats://HOST:PORT");
  process.exit(64);
}

async function main() {
  const checks = new Checks("@nats-io");
  let nc;
  let js;
  let jsm;

  await checks.run("connect", async () => {
    nc = await connect({ servers: url, reconnect: false, timeout: 5000 });
    js = jetstream(nc, { timeout: 5000 });
    jsm = await jetstreamManager(nc, { timeout: 5000 });
    assert.ok(nc.info.headers && nc.info.jetstream);
    await nc.flush();
    assert.ok((await nc.rtt()) >= 0);
  });
  if (!jsm) {
    checks.finish();
  }

  await checks.run("core publish with headers", async () => {
    const sub = nc.subscribe(`${tag}.a.*`, { max: 2 });
    const h = headers();
    h.append("K", "v1");
    h.append("K", "v2");
    nc.publish(`${tag}.a.b`, "hello", { headers: h });
    nc.publish(`${tag}.a.b.c`, "not for us");
    nc.publish(`${tag}.a.c`);
    const messages = sub[Symbol.asyncIterator]();
    const first = await next(messages);
    assert.equal(first.string(), "hello");
    assert.deepEqual(first.headers.values("K"), ["v1", "v2"]);
    assert.equal((await next(messages)).subject, `${tag}.a.c`);
  });

  await checks.run("core request reply and no responders", async () => {
    const sub = nc.subscribe(`${tag}.rpc`, { callback: (_, m) => m.respond(`re:${m.string()}`) });
    assert.equal((await nc.request(`${tag}.rpc`, "1", { timeout: 5000 })).string(), "re:1");
    sub.unsubscribe();
    await assert.rejects(nc.request(`${tag}.nobody`, "1", { timeout: 5000 }), /no responders/i);
  });

  await checks.run("core queue group", async () => {
    const counts = [0, 0];
    const subs = counts.map((_, i) =>
      nc.subscribe(`${tag}.q`, { queue: "workers", callback: () => counts[i]++ }));
    for (let i = 0; i < 200; i++) {
      nc.publish(`${tag}.q`, "x");
    }
    await until(async () => counts[0] + counts[1], (sum) => sum >= 200);
    assert.equal(counts[0] + counts[1], 200);
    assert.ok(Math.min(...counts) > 0, `one member got everything: ${counts}`);
    subs.forEach((sub) => sub.unsubscribe());
  });

  await checks.run("create stream", async () => {
    const info = await jsm.streams.add({
      name: `S_${tag}`,
      subjects: [`${tag}.s.>`],
      max_msgs: 1000,
      duplicate_window: 60e9,
    });
    assert.equal(info.config.duplicate_window, 60e9);
    assert.equal(info.state.messages, 0);
    assert.equal((await jsm.streams.info(`S_${tag}`)).config.max_msgs, 1000);
    const names = [];
    for await (const stream of jsm.streams.list()) {
      names.push(stream.config.name);
    }
    assert.ok(names.includes(`S_${tag}`), `in the list: ${names}`);
    const changed = await jsm.streams.update(`S_${tag}`, { max_msgs: 2000 });
    assert.equal(changed.config.max_msgs, 2000);
    assert.ok((await jsm.getAccountInfo()).limits);
  });

  await checks.run("message id twice", async () => {
    const first = await js.publish(`${tag}.s.one`, "1", { msgID: "id-1" });
    const second = await js.publish(`${tag}.s.one`, "1", { msgID: "id-1" });
    assert.deepEqual([first.stream, first.seq, first.duplicate], [`S_${tag}`, 1, false]);
    assert.deepEqual([second.seq, second.duplicate], [1, true]);
    await js.publish(`${tag}.s.two`, "2", { expect: { lastSequence: 1 } });
    await refused(js.publish(`${tag}.s.two`, "3", { expect: { lastSequence: 1 } }), 10071);
    await assert.rejects(js.publish(`${tag}.nowhere`, "1", { timeout: 5000, retries: 0 }));
  });

  await checks.run("durable push with manual ack, NAK and redelivery", async () => {
    await jsm.consumers.add(`S_${tag}`, {
      durable_name: "push",
      deliver_subject: `${tag}.deliver`,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
    });
    const consumer = await js.consumers.getPushConsumer(`S_${tag}`, "push");
    const iterator = await consumer.consume();
    const messages = iterator[Symbol.asyncIterator]();
    const first = await next(messages);
    assert.deepEqual([first.string(), first.info.deliveryCount, first.seq], ["1", 1, 1]);
    const second = await next(messages);
    first.nak();
    const again = await next(messages);
    assert.deepEqual([again.string(), again.info.deliveryCount], ["1", 2]);
    assert.ok(await again.ackAck());
    assert.ok(await second.ackAck());
    const info = await consumer.info();
    assert.deepEqual([info.num_ack_pending, info.ack_floor.stream_seq], [0, 2]);
    assert.equal(info.push_bound, true);
    iterator.stop();
  });

  await checks.run("pull: fetch, delayed NAK, term, expiry", async () => {
    await jsm.consumers.add(`S_${tag}`, { durable_name: "pull", ack_policy: AckPolicy.Explicit });
    const consumer = await js.consumers.get(`S_${tag}`, "pull");
    const batch = [];
    for await (const message of await consumer.fetch({ max_messages: 2, expires: 5000 })) {
      batch.push(message);
    }
    assert.deepEqual(batch.map((m) => m.string()), ["1", "2"]);
    assert.ok(await batch[0].ackAck());
    batch[1].nak(200);
    const again = await consumer.next({ expires: 5000 });
    assert.deepEqual([again.string(), again.info.deliveryCount], ["2", 2]);
    again.working();
    again.term("enough");
    assert.equal(await consumer.next({ expires: 1000 }), null);
    const info = await until(() => consumer.info(), (i) => i.num_ack_pending === 0);
    assert.deepEqual([info.num_pending, info.ack_floor.stream_seq], [0, 2]);
  });

  await checks.run("pull: consume goes on with new messages", async () => {
    const consumer = await js.consumers.get(`S_${tag}`, "pull");
    const iterator = await consumer.consume({ max_messages: 10 });
    const messages = iterator[Symbol.asyncIterator]();
    for (let i = 0; i < 50; i++) {
      await js.publish(`${tag}.s.many`, String(i));
      const message = await next(messages);
      assert.equal(message.string(), String(i));
      message.ack();
    }
    iterator.stop();
    await until(() => consumer.info(), (i) => i.num_ack_pending === 0);
  });

  await checks.run("ordered consumer", async () => {
    const consumer = await js.consumers.get(`S_${tag}`, { filter_subjects: `${tag}.s.many` });
    const iterator = await consumer.consume();
    const messages = iterator[Symbol.asyncIterator]();
    for (let i = 0; i < 50; i++) {
      assert.equal((await next(messages)).string(), String(i));
    }
    iterator.stop();
  });

  await checks.run("get messages", async () => {
    const one = await jsm.streams.getMessage(`S_${tag}`, { seq: 1 });
    assert.deepEqual([one.string(), one.subject], ["1", `${tag}.s.one`]);
    assert.equal(one.header.get("Nats-Msg-Id"), "id-1");
    const last = await jsm.streams.getMessage(`S_${tag}`, { last_by_subj: `${tag}.s.two` });
    assert.equal(last.seq, 2);
    assert.equal(await jsm.streams.getMessage(`S_${tag}`, { seq: 999 }), null);
  });

  await checks.run("work queue", async () => {
    await jsm.streams.add({
      name: `W_${tag}`,
      subjects: [`${tag}.w.>`],
      retention: RetentionPolicy.Workqueue,
    });
    const add = (name, subject) => jsm.consumers.add(`W_${tag}`, {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      filter_subject: subject,
    });
    await add("a", `${tag}.w.a`);
    await add("b", `${tag}.w.b`);
    await refused(add("c", `${tag}.w.>`), 10100);
    await js.publish(`${tag}.w.a`, "1");
    const consumer = await js.consumers.get(`W_${tag}`, "a");
    const message = await consumer.next({ expires: 5000 });
    await message.ackAck();
    await until(() => jsm.streams.info(`W_${tag}`), (info) => info.state.messages === 0);
    assert.ok(await jsm.streams.delete(`W_${tag}`));
  });

  await checks.run("purge and delete", async () => {
    assert.equal((await jsm.streams.purge(`S_${tag}`, { filter: `${tag}.s.many` })).purged, 50);
    assert.ok(await jsm.streams.deleteMessage(`S_${tag}`, 1));
    assert.equal((await jsm.streams.info(`S_${tag}`)).state.messages, 1);
    assert.ok(await jsm.consumers.delete(`S_${tag}`, "pull"));
    await refused(jsm.consumers.info(`S_${tag}`, "pull"), 10014);
    assert.ok(await jsm.streams.delete(`S_${tag}`));
    await refused(jsm.streams.info(`S_${tag}`), 10059);
  });

  await checks.run("drain", async () => {
    const closed = nc.closed();
    await nc.drain();
    assert.equal(await closed, undefined);
  });

  checks.finish();
}

main();
