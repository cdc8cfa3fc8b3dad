#!/usr/bin/env python3
"""Checks a server with the unmodified nats-py client.

    python client_checks.py nats://127.0.0.1:4222

Needs JetStream and no contract streams, so it runs against nats-server too. Leaves nothing behind.
"""

import asyncio
import os
import sys

import nats
from nats.errors import NoRespondersError, TimeoutError as NatsTimeout
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    RetentionPolicy,
    StreamConfig,
)
from nats.js.errors import BadRequestError, NoStreamResponseError, NotFoundError

from checks import Checks, equal, true

TAG = f"py{os.getpid()}"


class ClientChecks:
    def __init__(self, url):
        self.url = url
        self.nc = None
        self.js = None
        self.errors = []

    async def connection(self):
        async def on_error(error):
            self.errors.append(error)

        return await nats.connect(self.url, error_cb=on_error, allow_reconnect=False)

    async def connect(self):
        self.nc = await self.connection()
        self.js = self.nc.jetstream(timeout=5)
        info = self.nc._server_info
        true(info["headers"] and info["jetstream"], f"headers and jetstream in INFO: {info}")
        true(info["max_payload"] >= 65536, f"max_payload in INFO: {info}")
        version = self.nc.connected_server_version
        true((version.major, version.minor) >= (2, 9), f"version {info['version']}")
        await self.nc.flush(timeout=5)

    async def core_publish_with_headers(self):
        sub = await self.nc.subscribe(f"{TAG}.a.*")
        await self.nc.publish(f"{TAG}.a.b", b"hello", headers={"K": "v", "Empty": ""})
        await self.nc.publish(f"{TAG}.a.b.c", b"not for us")
        await self.nc.publish(f"{TAG}.a.c", b"")
        first = await sub.next_msg(timeout=5)
        equal(first.data, b"hello", "payload")
        equal(first.headers["K"], "v", "header")
        equal((await sub.next_msg(timeout=5)).subject, f"{TAG}.a.c", "subject")
        await sub.unsubscribe()

    async def core_queue_group(self):
        counts = [0, 0]

        def counter(index):
            async def count(_):
                counts[index] += 1

            return count

        subs = [
            await self.nc.subscribe(f"{TAG}.q", queue="workers", cb=counter(i)) for i in range(2)
        ]
        for _ in range(200):
            await self.nc.publish(f"{TAG}.q", b"x")
        await self.nc.flush(timeout=5)
        while sum(counts) < 200:
            await asyncio.sleep(0.01)
        true(min(counts) > 0, f"one member got everything: {counts}")
        for sub in subs:
            await sub.unsubscribe()

    async def core_request_reply(self):
        async def answer(message):
            await message.respond(b"re:" + message.data)

        sub = await self.nc.subscribe(f"{TAG}.rpc", cb=answer)
        equal((await self.nc.request(f"{TAG}.rpc", b"1", timeout=5)).data, b"re:1", "reply")
        await sub.unsubscribe()
        try:
            await self.nc.request(f"{TAG}.nobody", b"1", timeout=5)
            raise AssertionError("a request to nobody was answered")
        except NoRespondersError:
            pass

    async def core_auto_unsubscribe(self):
        sub = await self.nc.subscribe(f"{TAG}.max")
        await sub.unsubscribe(limit=2)
        for i in range(4):
            await self.nc.publish(f"{TAG}.max", str(i).encode())
        await self.nc.flush(timeout=5)
        equal((await sub.next_msg(timeout=5)).data, b"0", "first")
        equal((await sub.next_msg(timeout=5)).data, b"1", "second")
        await asyncio.sleep(0.1)
        equal(sub.pending_msgs, 0, "messages after the limit")

    async def large_payload(self):
        payload = os.urandom(self.nc.max_payload - 16)
        sub = await self.nc.subscribe(f"{TAG}.large")
        await self.nc.publish(f"{TAG}.large", payload)
        true((await sub.next_msg(timeout=10)).data == payload, "the payload came back changed")
        await sub.unsubscribe()

    async def create_stream(self):
        info = await self.js.add_stream(
            StreamConfig(
                name=f"S_{TAG}",
                subjects=[f"{TAG}.s.>"],
                max_msgs=1000,
                duplicate_window=60,
            )
        )
        equal(info.config.name, f"S_{TAG}", "name")
        equal(info.config.duplicate_window, 60, "duplicate window")
        equal(info.state.messages, 0, "messages")
        same = await self.js.add_stream(info.config)
        equal(same.created, info.created, "created, when made twice with one configuration")
        info = await self.js.stream_info(f"S_{TAG}")
        equal(info.config.subjects, [f"{TAG}.s.>"], "subjects")
        names = [s.config.name for s in await self.js.streams_info()]
        true(f"S_{TAG}" in names, f"the stream in the list: {names}")

    async def message_id_twice(self):
        headers = {"Nats-Msg-Id": "id-1"}
        first = await self.js.publish(f"{TAG}.s.one", b"1", headers=headers)
        second = await self.js.publish(f"{TAG}.s.one", b"1", headers=headers)
        equal((first.stream, first.seq), (f"S_{TAG}", 1), "first acknowledgement")
        true(not first.duplicate, "the first is no duplicate")
        equal((second.seq, second.duplicate), (1, True), "second acknowledgement")
        info = await self.js.stream_info(f"S_{TAG}")
        equal((info.state.messages, info.state.last_seq), (1, 1), "messages and last sequence")

    async def publish_without_stream(self):
        try:
            await self.js.publish(f"{TAG}.nowhere", b"1", timeout=5)
            raise AssertionError("a publish to no stream was acknowledged")
        except NoStreamResponseError:
            pass

    async def expected_last_sequence(self):
        ack = await self.js.publish(
            f"{TAG}.s.two", b"2", headers={"Nats-Expected-Last-Sequence": "1"}
        )
        equal(ack.seq, 2, "sequence")
        try:
            await self.js.publish(
                f"{TAG}.s.two", b"3", headers={"Nats-Expected-Last-Sequence": "1"}
            )
            raise AssertionError("a wrong last sequence was accepted")
        except BadRequestError as error:
            equal(error.err_code, 10071, "error code")

    async def get_message(self):
        message = await self.js.get_msg(f"S_{TAG}", 1)
        equal((message.data, message.subject), (b"1", f"{TAG}.s.one"), "by sequence")
        equal(message.headers["Nats-Msg-Id"], "id-1", "header")
        last = await self.js.get_last_msg(f"S_{TAG}", f"{TAG}.s.two")
        equal((last.data, last.seq), (b"2", 2), "last by subject")
        try:
            await self.js.get_msg(f"S_{TAG}", 99)
            raise AssertionError("message 99 was found")
        except NotFoundError as error:
            equal(error.err_code, 10037, "error code")

    async def durable_push_manual_ack_and_nak(self):
        sub = await self.js.subscribe(
            f"{TAG}.s.>", durable=f"push-{TAG}", manual_ack=True, stream=f"S_{TAG}"
        )
        first = await sub.next_msg(timeout=5)
        equal((first.data, first.metadata.num_delivered), (b"1", 1), "first delivery")
        equal(first.metadata.sequence.stream, 1, "stream sequence")
        second = await sub.next_msg(timeout=5)
        equal(second.data, b"2", "second message")
        await first.nak()
        again = await sub.next_msg(timeout=5)
        equal((again.data, again.metadata.num_delivered), (b"1", 2), "redelivery after NAK")
        await again.ack()
        await second.ack()
        await self.nc.flush(timeout=5)
        info = await self.settled(f"S_{TAG}", f"push-{TAG}")
        equal(info.ack_floor.stream_seq, 2, "ack floor")
        true(info.push_bound, "push_bound while subscribed")

    async def settled(self, stream, consumer):
        """Consumer info as soon as no acknowledgement is pending: acks have no answer of their own."""
        while True:
            info = await self.js.consumer_info(stream, consumer)
            if info.num_ack_pending == 0:
                return info
            await asyncio.sleep(0.02)

    async def durable_push_again_after_reconnect(self):
        other = await self.connection()
        js = other.jetstream(timeout=5)
        await js.publish(f"{TAG}.s.three", b"3")
        try:
            await js.subscribe(f"{TAG}.s.>", durable=f"push-{TAG}", manual_ack=True)
            raise AssertionError("a bound push consumer was given to a second subscriber")
        except nats.js.errors.Error as error:
            true("bound" in str(error), str(error))
        await other.close()

        await self.nc.close()
        self.nc = await self.connection()
        self.js = self.nc.jetstream(timeout=5)
        while (await self.js.consumer_info(f"S_{TAG}", f"push-{TAG}")).push_bound:
            await asyncio.sleep(0.02)
        sub = await self.js.subscribe(f"{TAG}.s.>", durable=f"push-{TAG}", manual_ack=True)
        # Number three went to the first connection and was not acknowledged, so only the new one is sure.
        await self.js.publish(f"{TAG}.s.four", b"4")
        message = await sub.next_msg(timeout=5)
        while message.data != b"4":
            await message.ack()
            message = await sub.next_msg(timeout=5)
        await message.ack()
        await self.nc.flush(timeout=5)

    async def pull_fetch(self):
        sub = await self.js.pull_subscribe(f"{TAG}.s.>", durable=f"pull-{TAG}")
        messages = await sub.fetch(3, timeout=5)
        equal([m.data for m in messages], [b"1", b"2", b"3"], "first batch")
        await messages[0].ack_sync(timeout=5)
        await messages[1].nak(delay=0.2)
        await messages[2].in_progress()
        await messages[2].ack()
        rest = await sub.fetch(1, timeout=5)
        equal([m.data for m in rest], [b"4"], "second batch")
        await rest[0].ack()
        again = await sub.fetch(1, timeout=5)
        equal(
            [(m.data, m.metadata.num_delivered) for m in again],
            [(b"2", 2)],
            "redelivery after a delayed NAK",
        )
        await again[0].term()
        try:
            await sub.fetch(1, timeout=0.3)
            raise AssertionError("a message after all were acknowledged")
        except NatsTimeout:
            pass
        info = await self.settled(f"S_{TAG}", f"pull-{TAG}")
        equal((info.num_pending, info.ack_floor.stream_seq), (0, 4), "pending and ack floor")

    async def pull_waits_for_a_message(self):
        sub = await self.js.pull_subscribe(f"{TAG}.s.>", durable=f"pull-{TAG}")
        fetching = asyncio.create_task(sub.fetch(1, timeout=10))
        await asyncio.sleep(0.2)
        await self.js.publish(f"{TAG}.s.five", b"5")
        messages = await fetching
        equal(messages[0].data, b"5", "the waited-for message")
        await messages[0].ack_sync(timeout=5)

    async def ack_wait_redelivers(self):
        sub = await self.js.pull_subscribe(
            f"{TAG}.s.one",
            durable=f"slow-{TAG}",
            config=ConsumerConfig(ack_wait=0.3, max_deliver=2),
        )
        first = await sub.fetch(1, timeout=5)
        second = await sub.fetch(1, timeout=5)
        equal(
            [m[0].metadata.num_delivered for m in (first, second)], [1, 2], "delivery counts"
        )
        try:
            await sub.fetch(1, timeout=0.8)
            raise AssertionError("delivered more often than max_deliver")
        except NatsTimeout:
            pass

    async def ordered_consumer(self):
        sub = await self.js.subscribe(f"{TAG}.s.>", ordered_consumer=True)
        data = [(await sub.next_msg(timeout=5)).data for _ in range(5)]
        equal(data, [b"1", b"2", b"3", b"4", b"5"], "messages in order")
        await sub.unsubscribe()

    async def deliver_policies(self):
        for policy, sequence, expected in (
            (DeliverPolicy.LAST, None, b"5"),
            (DeliverPolicy.BY_START_SEQUENCE, 4, b"4"),
            (DeliverPolicy.LAST_PER_SUBJECT, None, b"1"),
        ):
            sub = await self.js.subscribe(
                f"{TAG}.s.>",
                manual_ack=True,
                config=ConsumerConfig(
                    deliver_policy=policy, opt_start_seq=sequence, ack_policy=AckPolicy.NONE
                ),
            )
            equal((await sub.next_msg(timeout=5)).data, expected, f"first of {policy}")
            await sub.unsubscribe()

    async def work_queue(self):
        await self.js.add_stream(
            StreamConfig(
                name=f"W_{TAG}", subjects=[f"{TAG}.w.>"], retention=RetentionPolicy.WORK_QUEUE
            )
        )
        sub = await self.js.pull_subscribe(f"{TAG}.w.a", durable="a")
        await self.js.pull_subscribe(f"{TAG}.w.b", durable="b")
        try:
            await self.js.pull_subscribe(f"{TAG}.w.>", durable="c")
            raise AssertionError("an overlapping consumer on a work queue was accepted")
        except BadRequestError as error:
            equal(error.err_code, 10100, "error code")
        await self.js.publish(f"{TAG}.w.a", b"1")
        messages = await sub.fetch(1, timeout=5)
        await messages[0].ack_sync(timeout=5)
        while (await self.js.stream_info(f"W_{TAG}")).state.messages:
            await asyncio.sleep(0.02)
        await self.js.delete_stream(f"W_{TAG}")

    async def purge_and_delete(self):
        await self.js.purge_stream(f"S_{TAG}", subject=f"{TAG}.s.three")
        equal((await self.js.stream_info(f"S_{TAG}")).state.messages, 4, "after purging one")
        true(await self.js.delete_msg(f"S_{TAG}", 4), "delete of message 4")
        equal((await self.js.stream_info(f"S_{TAG}")).state.messages, 3, "after deleting one")
        true(await self.js.delete_consumer(f"S_{TAG}", f"pull-{TAG}"), "delete of a consumer")
        try:
            await self.js.consumer_info(f"S_{TAG}", f"pull-{TAG}")
            raise AssertionError("a deleted consumer was found")
        except NotFoundError as error:
            equal(error.err_code, 10014, "error code")
        true(await self.js.delete_stream(f"S_{TAG}"), "delete of the stream")
        try:
            await self.js.stream_info(f"S_{TAG}")
            raise AssertionError("a deleted stream was found")
        except NotFoundError as error:
            equal(error.err_code, 10059, "error code")

    async def account_info(self):
        info = await self.js.account_info()
        true(info.limits is not None and info.streams >= 0, f"account info: {info}")

    async def close(self):
        await self.nc.close()
        equal(self.errors, [], "errors seen by the client")


async def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    client = ClientChecks(sys.argv[1])
    checks = Checks()
    for check in (
        client.connect,
        client.core_publish_with_headers,
        client.core_queue_group,
        client.core_request_reply,
        client.core_auto_unsubscribe,
        client.large_payload,
        client.account_info,
        client.create_stream,
        client.message_id_twice,
        client.publish_without_stream,
        client.expected_last_sequence,
        client.get_message,
        client.durable_push_manual_ack_and_nak,
        client.durable_push_again_after_reconnect,
        client.pull_fetch,
        client.pull_waits_for_a_message,
        client.ack_wait_redelivers,
        client.ordered_consumer,
        client.deliver_policies,
        client.work_queue,
        client.purge_and_delete,
        client.close,
    ):
        await checks.run("nats-py " + check.__name__.replace("_", " "), check)
        if client.nc is None:
            break
    checks.finish()


asyncio.run(main())
