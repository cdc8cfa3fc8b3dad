#!/usr/bin/env python3
"""A device client written from the Alien PRD with nats-py, and checks of what it needs from a server.

    python alien_checks.py --http http://127.0.0.1:8080 --nats nats://127.0.0.1:4222 [--token TOKEN]
    python alien_checks.py --nats nats://127.0.0.1:4222

Without --http it runs against a bare nats-server: it makes up its registration and creates the contract's
streams, which shows that the script itself is right.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timezone

import nats
from nats.js.api import DiscardPolicy, RetentionPolicy, StreamConfig

from checks import Checks, equal, true

STREAMS = (
    StreamConfig(
        name="CONSTELLATION_TELEMETRY",
        subjects=["constellation.telemetry.>"],
        max_msgs=25000,
        max_msg_size=65536,
        duplicate_window=30,
    ),
    StreamConfig(
        name="CONSTELLATION_EVENTS",
        subjects=["constellation.events.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        max_msgs=50000,
        max_msg_size=262144,
        duplicate_window=120,
    ),
    StreamConfig(
        name="CONSTELLATION_COMMANDS",
        subjects=["constellation.commands.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        max_msgs=10000,
        max_msg_size=32768,
        duplicate_window=60,
    ),
)


class Fleet:
    """The fleet interface over HTTP."""

    def __init__(self, url, token):
        self.url = url
        self.token = token

    def call(self, method, path, body=None, token=None):
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {token or self.token}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


class MadeUpFleet:
    """Registrations for a server without HTTP."""

    def call(self, method, path, body=None, token=None):
        ids = {"org_id": str(uuid.uuid4()), "entity_id": str(uuid.uuid4())}
        return (201 if method == "POST" else 200), {"success": True, "data": ids}


class Alien:
    """The device: register once, then telemetry, events and commands."""

    def __init__(self, fleet, nats_url, state_path, name, org_id=None):
        self.fleet = fleet
        self.nats_url = nats_url
        self.state_path = state_path
        self.name = name
        self.org_id = org_id
        self.entity_id = None
        self.nc = None
        self.js = None
        self.commands = asyncio.Queue()
        self.handled = []

    def register(self):
        if os.path.exists(self.state_path):
            with open(self.state_path, encoding="utf-8") as file:
                state = json.load(file)
            self.org_id, self.entity_id = state["org_id"], state["entity_id"]
            return
        if self.org_id is None:
            status, answer = self.fleet.call(
                "POST",
                "/api/v1/organizations",
                {"name": "Alien Test Fleet", "org_type": "civilian", "description": "PRD"},
            )
            equal((status, answer["success"]), (201, True), f"organization: {answer}")
            self.org_id = answer["data"]["org_id"]
        status, answer = self.fleet.call(
            "POST",
            f"/api/v1/entities?org_id={self.org_id}",
            {"entity_type": "drone", "status": "active", "metadata": {"name": self.name}},
        )
        equal((status, answer["success"]), (201, True), f"entity: {answer}")
        self.entity_id = answer["data"]["entity_id"]
        with open(self.state_path, "w", encoding="utf-8") as file:
            json.dump(
                {
                    "org_id": self.org_id,
                    "entity_id": self.entity_id,
                    "org_name": "Alien Test Fleet",
                    "entity_type": "drone",
                    "entity_name": self.name,
                },
                file,
            )

    async def connect(self):
        self.nc = await nats.connect(self.nats_url, max_reconnect_attempts=-1)
        self.js = self.nc.jetstream(timeout=5)

    async def listen(self):
        async def on_message(message):
            command = json.loads(message.data)
            self.handled.append(command["type"])
            await self.commands.put((command, message.metadata.num_delivered))
            await message.ack()

        await self.js.subscribe(
            f"constellation.commands.{self.org_id}.{self.entity_id}",
            durable=f"alien-{self.entity_id}",
            cb=on_message,
            manual_ack=True,
        )

    async def close(self):
        await self.nc.close()

    def telemetry_subject(self):
        return f"constellation.telemetry.{self.org_id}.{self.entity_id}"

    async def telemetry(self, data, message_id=None):
        return await self.js.publish(
            self.telemetry_subject(),
            json.dumps(
                {
                    "entity_id": self.entity_id,
                    "timestamp": datetime.now(timezone.utc).replace(tzinfo=None).isoformat(),
                    "data": data,
                }
            ).encode(),
            headers={"Nats-Msg-Id": message_id or f"{self.entity_id}-{time.time()}"},
        )

    async def event(self, event_type, data):
        return await self.js.publish(
            f"constellation.events.{self.org_id}.{event_type}",
            json.dumps(
                {
                    "entity_id": self.entity_id,
                    "event_type": event_type,
                    "timestamp": datetime.now(timezone.utc).replace(tzinfo=None).isoformat(),
                    "data": data,
                }
            ).encode(),
            headers={"Nats-Msg-Id": str(uuid.uuid4())},
        )


class AlienChecks:
    def __init__(self, options, folder):
        self.options = options
        self.has_server = options.http is not None
        self.fleet = Fleet(options.http, options.token) if self.has_server else MadeUpFleet()
        self.folder = folder
        self.alien = self.made("alien-1")
        self.other = None
        self.operator = None
        self.js = None
        self.entity_events = []

    def made(self, name, org_id=None):
        path = os.path.join(self.folder, f".{name}.json")
        return Alien(self.fleet, self.options.nats, path, name, org_id)

    async def operator_connects(self):
        self.operator = await nats.connect(self.options.nats, allow_reconnect=False)
        self.js = self.operator.jetstream(timeout=5)
        if not self.has_server:
            for stream in STREAMS:
                await self.js.add_stream(stream)

        async def on_entity_event(message):
            self.entity_events.append((message.subject, json.loads(message.data)))

        await self.operator.subscribe("constellation.entities.>", cb=on_entity_event)
        await self.operator.flush(timeout=5)

    async def contract_streams_are_there(self):
        for wanted in STREAMS:
            config = (await self.js.stream_info(wanted.name)).config
            equal(config.subjects, wanted.subjects, f"subjects of {wanted.name}")
            for field in ("max_msgs", "max_msg_size", "duplicate_window"):
                equal(getattr(config, field), getattr(wanted, field), f"{field} of {wanted.name}")

    async def wrong_token_is_refused(self):
        if self.has_server:
            status, answer = self.fleet.call("GET", "/api/v1/organizations", token="wrong")
            equal(status, 401, "status")
            equal(answer["error"]["message"], "Invalid token", "message")

    async def registers_once(self):
        self.alien.register()
        again = self.made("alien-1")
        again.register()
        equal(again.entity_id, self.alien.entity_id, "entity after the second start")

    async def entity_is_in_the_registry(self):
        if not self.has_server:
            return
        status, answer = self.fleet.call(
            "GET",
            f"/api/v1/entities?org_id={self.alien.org_id}&entity_id={self.alien.entity_id}",
        )
        equal(status, 200, "status")
        equal(answer["data"]["entity_type"], "drone", "entity_type")
        equal(json.loads(answer["data"]["metadata"]), {"name": "alien-1"}, "metadata")
        await self.entity_event("created")

    async def entity_event(self, kind):
        subject = f"constellation.entities.{self.alien.org_id}.{kind}"
        while not any(
            s == subject and e["data"]["entity_id"] == self.alien.entity_id
            for s, e in self.entity_events
        ):
            await asyncio.sleep(0.02)

    async def connects(self):
        await self.alien.connect()

    async def telemetry_is_acknowledged_and_deduplicated(self):
        ack = await self.alien.telemetry({"battery_level": 85, "speed": 7.1}, "same-id")
        equal(ack.stream, "CONSTELLATION_TELEMETRY", "stream")
        again = await self.alien.telemetry({"battery_level": 85, "speed": 7.1}, "same-id")
        equal((again.seq, again.duplicate), (ack.seq, True), "second acknowledgement")
        position = {"latitude": 40.7128, "longitude": -74.006, "altitude": 100}
        for _ in range(100):
            await self.alien.telemetry({"position": position})

    async def telemetry_is_kept_without_a_listener(self):
        last = await self.js.get_last_msg(
            "CONSTELLATION_TELEMETRY", self.alien.telemetry_subject()
        )
        equal(json.loads(last.data)["data"]["position"]["altitude"], 100, "altitude")

    async def telemetry_is_seen_live(self):
        sub = await self.operator.subscribe(f"constellation.telemetry.{self.alien.org_id}.>")
        await self.operator.flush(timeout=5)
        await self.alien.telemetry({"n": 1})
        message = await sub.next_msg(timeout=5)
        equal(json.loads(message.data)["data"], {"n": 1}, "data")
        await sub.unsubscribe()

    async def event_is_acknowledged(self):
        ack = await self.alien.event("status_changed", {"status": "active"})
        equal(ack.stream, "CONSTELLATION_EVENTS", "stream")

    async def command_waits_for_the_device(self):
        await self.command(self.alien, "return_to_base")
        await self.alien.listen()
        equal(await self.received(self.alien), ("return_to_base", 1), "command")

    async def acknowledged_command_is_gone(self):
        while await self.waiting_commands(self.alien):
            await asyncio.sleep(0.02)

    async def unknown_command_is_acknowledged_too(self):
        await self.command(self.alien, "dance")
        equal(await self.received(self.alien), ("dance", 1), "command")
        await self.acknowledged_command_is_gone()
        await self.alien.event("command_ack", {"command_id": "c-1", "status": "rejected"})

    async def command_sent_while_away_arrives_after_reconnect(self):
        await self.alien.close()
        # A command delivered to a connection that is just closing comes again only after ack_wait.
        stream = "CONSTELLATION_COMMANDS"
        while (await self.js.consumer_info(stream, f"alien-{self.alien.entity_id}")).push_bound:
            await asyncio.sleep(0.02)
        await self.command(self.alien, "hold")
        self.alien = self.made("alien-1")
        self.alien.register()
        await self.alien.connect()
        await self.alien.listen()
        kind, _ = await self.received(self.alien)
        equal(kind, "hold", "command")
        await self.acknowledged_command_is_gone()

    async def second_alien_gets_its_own_commands_only(self):
        self.other = self.made("alien-2", self.alien.org_id)
        self.other.register()
        await self.other.connect()
        await self.other.listen()
        await self.command(self.other, "take_off")
        equal(await self.received(self.other), ("take_off", 1), "command")
        equal(self.alien.commands.qsize(), 0, "commands of the first")

    async def broadcast_reaches_every_alien(self):
        if not self.options.broadcast:
            return
        await self.js.publish(
            f"constellation.commands.{self.alien.org_id}.broadcast",
            json.dumps({"type": "land"}).encode(),
        )
        for alien in (self.alien, self.other):
            equal(await self.received(alien), ("land", 1), f"command of {alien.name}")
            while await self.waiting_commands(alien):
                await asyncio.sleep(0.02)

    async def status_is_updated_by_put(self):
        if not self.has_server:
            return
        status, answer = self.fleet.call(
            "PUT",
            f"/api/v1/entities?org_id={self.alien.org_id}&entity_id={self.alien.entity_id}",
            {"status": "returning", "latitude": 40.7},
        )
        equal((status, answer["data"]["status"]), (200, "returning"), f"answer: {answer}")
        await self.entity_event("updated")

    async def close(self):
        for alien in (self.alien, self.other):
            if alien is not None and alien.nc is not None:
                await alien.close()
                if not self.has_server:
                    await self.js.delete_consumer(
                        "CONSTELLATION_COMMANDS", f"alien-{alien.entity_id}"
                    )
        if not self.has_server:
            for stream in STREAMS:
                await self.js.delete_stream(stream.name)
        await self.operator.close()

    async def command(self, alien, kind):
        await self.js.publish(
            f"constellation.commands.{alien.org_id}.{alien.entity_id}",
            json.dumps({"type": kind}).encode(),
        )

    async def received(self, alien):
        command, delivered = await asyncio.wait_for(alien.commands.get(), 10)
        return command["type"], delivered

    async def waiting_commands(self, alien):
        info = await self.js.stream_info(
            "CONSTELLATION_COMMANDS",
            subjects_filter=f"constellation.commands.{alien.org_id}.{alien.entity_id}",
        )
        return (info.state.subjects or {}).values()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--http")
    parser.add_argument("--nats", required=True)
    parser.add_argument(
        "--broadcast", action="store_true", help="the server fans broadcasts out to its entities"
    )
    parser.add_argument("--token", default="constellation-dev-token")
    options = parser.parse_args()
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        alien = AlienChecks(options, folder)
        for check in (
            alien.operator_connects,
            alien.contract_streams_are_there,
            alien.wrong_token_is_refused,
            alien.registers_once,
            alien.entity_is_in_the_registry,
            alien.connects,
            alien.telemetry_is_acknowledged_and_deduplicated,
            alien.telemetry_is_kept_without_a_listener,
            alien.telemetry_is_seen_live,
            alien.event_is_acknowledged,
            alien.command_waits_for_the_device,
            alien.acknowledged_command_is_gone,
            alien.unknown_command_is_acknowledged_too,
            alien.command_sent_while_away_arrives_after_reconnect,
            alien.second_alien_gets_its_own_commands_only,
            alien.broadcast_reaches_every_alien,
            alien.status_is_updated_by_put,
            alien.close,
        ):
            await checks.run("alien " + check.__name__.replace("_", " "), check)
    checks.finish()


asyncio.run(main())
