package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The API of consumers: its answers and errors as nats-server 2.15 gives them. */
class ConsumerApiTest {
  private final ConsumerFixture fixture = new ConsumerFixture();

  @BeforeEach
  void createStreams() {
    fixture.streams().create("S", "\"subjects\":[\"s.>\"]");
    fixture.publish(5, "s.0", "s.1");
  }

  private String create(final String config) {
    return error(
        fixture.api("CONSUMER.CREATE.S", "{\"stream_name\":\"S\",\"config\":{" + config + "}}"));
  }

  private String request(final String operation, final String body) {
    return error(fixture.api(operation, body));
  }

  private static String error(final JsonObject answer) {
    if (!answer.has("error")) {
      return "";
    }
    final JsonObject error = answer.object("error");
    return error.number("code", 0)
        + " "
        + error.number("err_code", 0)
        + " "
        + error.string("description", "");
  }

  @Test
  void shouldShowDefaults() {
    final String answer =
        fixture
            .streams()
            .request(
                "CONSUMER.CREATE.S.a",
                "{\"stream_name\":\"S\",\"config\":{\"name\":\"a\",\"ack_policy\":\"explicit\"}}");

    assertEquals(
        "{\"type\":\"io.nats.jetstream.api.v1.consumer_create_response\",\"stream_name\":\"S\","
            + "\"name\":\"a\",\"created\":\"2023-11-14T22:13:20Z\",\"config\":{\"name\":\"a\","
            + "\"deliver_policy\":\"all\",\"ack_policy\":\"explicit\",\"ack_wait\":30000000000,"
            + "\"max_deliver\":-1,\"replay_policy\":\"instant\",\"max_waiting\":512,"
            + "\"max_ack_pending\":1000,\"inactive_threshold\":5000000000,\"num_replicas\":0,"
            + "\"metadata\":{\"_nats.level\":\"5\",\"_nats.req.level\":\"0\","
            + "\"_nats.ver\":\"2.15.1\"}},\"delivered\":{\"consumer_seq\":0,\"stream_seq\":0},"
            + "\"ack_floor\":{\"consumer_seq\":0,\"stream_seq\":0},\"num_ack_pending\":0,"
            + "\"num_redelivered\":0,\"num_waiting\":0,\"num_pending\":5,"
            + "\"ts\":\"2023-11-14T22:13:20Z\"}",
        answer);
  }

  @Test
  void shouldShowWhatWasConfigured() {
    final String config =
        "\"durable_name\":\"p\",\"name\":\"p\",\"description\":\"d\","
            + "\"deliver_policy\":\"by_start_sequence\",\"opt_start_seq\":3,"
            + "\"ack_policy\":\"explicit\",\"ack_wait\":1000000000,\"max_deliver\":3,"
            + "\"backoff\":[1000000000,2000000000],\"filter_subjects\":[\"s.0\",\"s.1\"],"
            + "\"replay_policy\":\"original\",\"sample_freq\":\"50%\",\"max_waiting\":7,"
            + "\"max_ack_pending\":9,\"headers_only\":true,\"max_batch\":5,"
            + "\"max_expires\":2000000000,\"max_bytes\":100,\"inactive_threshold\":8000000000,"
            + "\"num_replicas\":1,";
    final String metadata =
        "\"metadata\":{\"_nats.level\":\"5\",\"_nats.req.level\":\"1\","
            + "\"_nats.ver\":\"2.15.1\",\"aa\":\"2\",\"zz\":\"1\"},";
    final String end =
        "\"pause_until\":\"2030-01-02T03:04:05+02:00\",\"priority_groups\":[\"x\"],"
            + "\"priority_policy\":\"pinned_client\",\"priority_timeout\":120000000000}";

    final String answer =
        fixture
            .streams()
            .request(
                "CONSUMER.CREATE.S.p",
                "{\"stream_name\":\"S\",\"config\":{"
                    + config
                    + "\"metadata\":{\"zz\":\"1\",\"aa\":\"2\"},"
                    + end
                    + "}");

    assertTrue(answer.contains("\"config\":{" + config + metadata + end), answer);
    assertTrue(answer.contains("\"paused\":true,\"pause_remaining\":"), answer);
    assertTrue(
        answer.endsWith(
            ",\"priority_groups\":[{\"group\":\"x\",\"pinned_ts\":\"0001-01-01T00:00:00Z\"}]}"),
        answer);
  }

  @Test
  void shouldRefuseConfigurationsThatMakeNoSense() {
    final String[][] cases = {
      {"\"ack_wait\":-1", "400 10183 consumer ack wait needs to be positive"},
      {
        "\"max_deliver\":1,\"backoff\":[1,2]",
        "400 10116 max deliver is required to be > length of backoff values"
      },
      {"\"deliver_subject\":\"a.*\"", "400 10079 consumer deliver subject has wildcards"},
      {"\"deliver_subject\":\"s.a\"", "400 10081 consumer deliver subject forms a cycle"},
      {"\"deliver_subject\":\"a b\"", "400 10112 invalid push consumer deliver subject"},
      {
        "\"deliver_subject\":\"a\",\"max_waiting\":3",
        "400 10080 consumer in push mode can not set max waiting"
      },
      {
        "\"deliver_subject\":\"a\",\"max_ack_pending\":3",
        "400 10082 consumer requires ack policy for max ack pending"
      },
      {
        "\"deliver_subject\":\"a\",\"idle_heartbeat\":1",
        "400 10083 consumer idle heartbeat needs to be >= 100ms"
      },
      {"\"rate_limit_bps\":3", "400 10086 consumer in pull mode can not have rate limit set"},
      {"\"idle_heartbeat\":3", "400 10088 consumer idle heartbeat requires a push based consumer"},
      {"\"flow_control\":true", "400 10089 consumer flow control requires a push based consumer"},
      {"\"max_expires\":3", "400 10115 consumer max request expires needs to be >= 1ms"},
      {"\"filter_subject\":\"a..b\"", "500 10052 invalid subject"},
      {
        "\"filter_subject\":\"a\",\"filter_subjects\":[\"b\"]",
        "400 10136 consumer cannot have both FilterSubject and FilterSubjects specified"
      },
      {
        "\"filter_subjects\":[\"b\",\"\"]",
        "400 10139 consumer filter in FilterSubjects cannot be empty"
      },
      {
        "\"filter_subjects\":[\"s.1\",\"s.*\"]", "400 10138 consumer subject filters cannot overlap"
      },
      {
        "\"sample_freq\":\"abc\"",
        "400 10095 failed to parse consumer sampling configuration: strconv.Atoi: parsing \"abc\":"
            + " invalid syntax"
      },
      {
        "\"deliver_subject\":\"a\",\"flow_control\":true",
        "400 10108 consumer with flow control also needs heartbeats"
      },
      {"\"num_replicas\":3", "500 10074 replicas > 1 not supported in non-clustered mode"},
      {"\"num_replicas\":-1", "400 10133 replicas count cannot be negative"},
      {
        "\"deliver_policy\":\"last_per_subject\"",
        "400 10094 consumer delivery policy is deliver last per subject, but optional filter"
            + " subject is not set"
      },
      {
        "\"deliver_policy\":\"by_start_time\"",
        "400 10094 consumer delivery policy is deliver by start time, but optional start time is"
            + " not set"
      },
      {
        "\"deliver_policy\":\"last\",\"opt_start_seq\":3",
        "400 10094 consumer delivery policy is deliver last, but optional start sequence is also"
            + " set"
      },
      {
        "\"priority_groups\":[\"a\"]",
        "400 10196 consumer can not have priority groups when policy is none"
      },
      {
        "\"priority_policy\":\"overflow\"",
        "400 10159 Setting PriorityPolicy requires at least one PriorityGroup to be set"
      },
      {
        "\"priority_policy\":\"overflow\",\"priority_groups\":[\"a b\"]",
        "400 10162 Valid priority group name must match A-Z, a-z, 0-9, -_/=)+ and may not exceed"
            + " 16 characters"
      },
      {
        "\"durable_name\":\"d\"",
        "400 10020 consumer expected to be ephemeral but a durable name was set in request"
      },
      {"\"direct\":true", "400 10090 consumer direct requires a push based consumer"},
      {
        "\"ack_policy\":\"flow_control\"",
        "400 10218 flow control ack policy requires a push based consumer"
      },
      {"\"ack_policy\":\"bogus\"", "400 10025 invalid JSON: can not unmarshal \"\\\"bogus\\\"\""},
      {"\"priority_policy\":\"foo\"", "400 10025 invalid JSON: unknown priority policy: \"foo\""},
      {
        "\"ack_wait\":\"5s\"",
        "400 10025 invalid JSON: json: cannot unmarshal string into Go struct field"
            + " CreateConsumerRequest.config.ack_wait of type time.Duration"
      },
      {"\"unknown\":1", "400 10025 invalid JSON: json: unknown field \"unknown\""},
    };
    for (final String[] row : cases) {
      assertEquals(row[1], create(row[0]), row[0]);
    }
  }

  @Test
  void shouldCheckSubjectAgainstRequest() {
    assertEquals(
        "400 10056 stream name in subject does not match request",
        request("CONSUMER.CREATE.S", "{\"stream_name\":\"X\",\"config\":{}}"));
    assertEquals(
        "400 10018 consumer expected to be durable but a durable name was not set",
        request("CONSUMER.DURABLE.CREATE.S.d", "{\"stream_name\":\"S\",\"config\":{}}"));
    assertEquals(
        "400 10017 consumer name in subject does not match durable name in request",
        request(
            "CONSUMER.DURABLE.CREATE.S.d",
            "{\"stream_name\":\"S\",\"config\":{\"durable_name\":\"e\"}}"));
    assertEquals(
        "400 10131 Consumer create request did not match filtered subject from create subject",
        request(
            "CONSUMER.CREATE.S.f.s.1",
            "{\"stream_name\":\"S\",\"config\":{\"name\":\"f\",\"filter_subject\":\"s.2\"}}"));
    assertEquals(
        "",
        request(
            "CONSUMER.CREATE.S.f.s.>",
            "{\"stream_name\":\"S\",\"config\":{\"name\":\"f\",\"filter_subject\":\"s.>\"}}"));
    assertEquals(
        "404 10059 stream not found",
        request("CONSUMER.CREATE.N.f", "{\"stream_name\":\"N\",\"config\":{\"name\":\"f\"}}"));
    assertEquals("404 10059 stream not found", request("CONSUMER.INFO.N.f", ""));
    assertEquals("404 10014 consumer not found", request("CONSUMER.INFO.S.n", ""));
    assertEquals(
        "400 10038 expected an empty request payload", request("CONSUMER.INFO.S.f", "{\"a\":1}"));
    assertEquals("", request("CONSUMER.INFO.S.f", "{}"));
  }

  @Test
  void shouldTellCreateFromUpdate() {
    final String durable = "\"durable_name\":\"d\",\"name\":\"d\",\"ack_policy\":\"explicit\"";
    final String body = "{\"stream_name\":\"S\",\"action\":\"%s\",\"config\":{%s}}";
    assertEquals(
        "400 10149 consumer does not exist",
        request("CONSUMER.CREATE.S.d", body.formatted("update", durable)));
    assertEquals("", request("CONSUMER.CREATE.S.d", body.formatted("create", durable)));
    assertEquals("", request("CONSUMER.CREATE.S.d", body.formatted("create", durable)));
    assertEquals(
        "400 10148 consumer already exists",
        request(
            "CONSUMER.CREATE.S.d", body.formatted("create", durable + ",\"max_ack_pending\":3")));
    assertEquals(
        "",
        request(
            "CONSUMER.CREATE.S.d", body.formatted("update", durable + ",\"max_ack_pending\":3")));
    assertEquals(
        "500 10012 ack policy can not be updated",
        request("CONSUMER.CREATE.S.d", body.formatted("", durable.replace("explicit", "all"))));
    assertEquals(
        "500 10012 can not update pull consumer to push based",
        request(
            "CONSUMER.CREATE.S.d",
            body.formatted("", durable + ",\"deliver_subject\":\"x.y\",\"max_ack_pending\":3")));
  }

  @Test
  void shouldKeepConsumersOfAWorkQueueApart() {
    fixture.streams().create("W", "\"subjects\":[\"w.>\"],\"retention\":\"workqueue\"");
    final String body = "{\"stream_name\":\"W\",\"config\":{\"name\":\"%s\",%s}}";
    final String explicit = "\"ack_policy\":\"explicit\"";
    assertEquals(
        "400 10084 consumer in pull mode requires explicit ack policy on workqueue stream",
        request("CONSUMER.CREATE.W.a", body.formatted("a", "\"ack_policy\":\"none\"")));
    assertEquals(
        "400 10098 workqueue stream requires explicit ack",
        request("CONSUMER.CREATE.W.a", body.formatted("a", "\"ack_policy\":\"all\"")));
    assertEquals(
        "400 10101 consumer must be deliver all on workqueue stream",
        request(
            "CONSUMER.CREATE.W.a", body.formatted("a", explicit + ",\"deliver_policy\":\"new\"")));
    assertEquals(
        "",
        request(
            "CONSUMER.CREATE.W.a",
            body.formatted("a", explicit + ",\"filter_subject\":\"w.a.*\"")));
    assertEquals(
        "400 10100 filtered consumer not unique on workqueue stream",
        request(
            "CONSUMER.CREATE.W.b",
            body.formatted("b", explicit + ",\"filter_subject\":\"w.*.b\"")));
    assertEquals(
        "400 10099 multiple non-filtered consumers not allowed on workqueue stream",
        request("CONSUMER.CREATE.W.b", body.formatted("b", explicit)));
    assertEquals(
        "",
        request(
            "CONSUMER.CREATE.W.b",
            body.formatted("b", explicit + ",\"filter_subject\":\"w.b.*\"")));
  }

  @Test
  void shouldListInPages() {
    for (int i = 0; i < 300; i++) {
      fixture.create("S", "c%03d".formatted(i), "\"mem_storage\":true");
    }

    final JsonObject names = fixture.api("CONSUMER.NAMES.S", "{\"offset\":290}");
    assertEquals(300, names.number("total", 0));
    assertEquals(1024, names.number("limit", 0));
    assertEquals(10, names.strings("consumers").size());
    final JsonObject first = fixture.api("CONSUMER.LIST.S", "");
    assertEquals(256, first.array("consumers").size());
    final JsonObject second = fixture.api("CONSUMER.LIST.S", "{\"offset\":256}");
    assertEquals(44, second.array("consumers").size());
    assertEquals(300, fixture.api("CONSUMER.LIST.S", "{\"offset\":999}").number("offset", 0));
  }

  @Test
  void shouldKeepToTheMostConsumers() {
    fixture.streams().create("M", "\"subjects\":[\"m.>\"],\"max_consumers\":1");
    fixture.create("M", "a", "");

    assertEquals(
        "400 10026 maximum consumers limit reached", error(fixture.tryCreate("M", "b", "")));
  }

  @Test
  void shouldResetToASequence() {
    fixture.create(
        "S",
        "c",
        "\"ack_policy\":\"explicit\",\"deliver_policy\":\"by_start_sequence\","
            + "\"opt_start_seq\":2");
    assertEquals(4, fixture.fetch("S", "c", 9).size());

    assertEquals(
        "400 10204 invalid reset: below start seq", request("CONSUMER.RESET.S.c", "{\"seq\":1}"));
    final JsonObject answer = fixture.api("CONSUMER.RESET.S.c", "{\"seq\":4}");

    assertEquals(4, answer.number("reset_seq", 0));
    assertEquals(2, answer.number("num_pending", 0));
    assertEquals(
        List.of(4L, 5L),
        fixture.fetch("S", "c", 9).stream().map(ConsumerFixture.Message::streamSequence).toList());
  }

  @Test
  void shouldRefuseWhoNeedsANewerApi() {
    fixture.streams().received().clear();
    fixture.streams().send("$JS.API.CONSUMER.NAMES.S", "api", "", "Nats-Required-Api-Level: 99");
    fixture.step();

    assertTrue(
        fixture.streams().received().getFirst().contains("\"err_code\":10185"),
        fixture.streams().received()::toString);
  }
}
