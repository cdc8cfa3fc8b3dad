package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.FrameView;
import io.mothership.jetstream.stream.Stream;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StreamApiTest {
  private static final String SAMPLE = "\"subjects\":[\"s.*\"]";

  private final StreamFixture js = new StreamFixture();

  @Test
  void shouldShowAStreamAsNatsServerDoes() {
    js.create("A", "\"subjects\":[\"a.>\"],\"metadata\":{\"x\":\"y\",\"a\":\"b\"}");
    js.publish("a.0", "hello");
    js.publish("a.1", "hello");
    js.publish("a.2", "hello");
    js.publish("a.1", "hello", "Nats-Msg-Id: 1");
    js.request("STREAM.MSG.DELETE.A", "{\"seq\":2}");
    assertEquals(
        "{\"type\":\"io.nats.jetstream.api.v1.stream_info_response\","
            + "\"total\":3,\"offset\":0,\"limit\":100000,"
            + "\"config\":{\"name\":\"A\",\"subjects\":[\"a.\\u003e\"],\"retention\":\"limits\","
            + "\"max_consumers\":-1,\"max_msgs\":-1,\"max_bytes\":-1,\"max_age\":0,"
            + "\"max_msgs_per_subject\":-1,\"max_msg_size\":-1,\"discard\":\"old\","
            + "\"storage\":\"file\",\"num_replicas\":1,\"duplicate_window\":120000000000,"
            + "\"compression\":\"none\",\"allow_direct\":false,\"mirror_direct\":false,"
            + "\"sealed\":false,\"deny_delete\":false,\"deny_purge\":false,"
            + "\"allow_rollup_hdrs\":false,\"consumer_limits\":{},\"allow_msg_ttl\":false,"
            + "\"metadata\":{\"_nats.level\":\"5\",\"_nats.req.level\":\"0\","
            + "\"_nats.ver\":\"2.15.1\",\"a\":\"b\",\"x\":\"y\"}},"
            + "\"created\":\"2023-11-14T22:13:20Z\","
            + "\"state\":{\"messages\":3,\"bytes\":146,\"first_seq\":1,"
            + "\"first_ts\":\"2023-11-14T22:13:20Z\",\"last_seq\":4,"
            + "\"last_ts\":\"2023-11-14T22:13:20Z\",\"num_subjects\":3,"
            + "\"subjects\":{\"a.0\":1,\"a.1\":1,\"a.2\":1},"
            + "\"num_deleted\":1,\"deleted\":[2],\"consumer_count\":0},"
            + "\"domain\":\"constellation\",\"ts\":\"2023-11-14T22:13:20Z\"}",
        js.request("STREAM.INFO.A", "{\"deleted_details\":true,\"subjects_filter\":\">\"}"));
  }

  @Test
  void shouldNotSayThatAStreamIsThereBeforeItIsOnTheDisk() {
    final String wanted = "{\"name\":\"S\",\"subjects\":[\"s\"]}";
    js.received().clear();
    js.send("$JS.API.STREAM.CREATE.S", "1", wanted);
    js.send("$JS.API.STREAM.CREATE.S", "2", wanted);
    js.spine().step();
    assertTrue(js.jetStream().home().stream("S").isPresent());
    assertEquals(List.of(), js.received());
    js.step();
    assertEquals(2, js.received().size());
    assertTrue(js.request("STREAM.CREATE.S", wanted).contains("\"did_create\":true"));
  }

  @Test
  void shouldAnswerInTheDomainToo() {
    js.received().clear();
    js.send("$JS.constellation.API.STREAM.NAMES", "1", "{}");
    js.step();
    assertEquals(
        List.of(
            "{\"type\":\"io.nats.jetstream.api.v1.stream_names_response\","
                + "\"total\":0,\"offset\":0,\"limit\":1024,\"streams\":null}"),
        js.received());
  }

  @Test
  void shouldAnswerAChangeOnlyWhenItIsSynced() {
    js.received().clear();
    js.send("$JS.API.STREAM.CREATE.S", "1", "{\"name\":\"S\"}");
    js.spine().step();
    assertTrue(js.jetStream().home().stream("S").isPresent());
    assertEquals(List.of(), js.received());
    js.step();
    assertEquals(1, js.received().size());
  }

  @Test
  void shouldRefuseWithNatsServersCodes() {
    js.create("S", SAMPLE);
    refused(10025, "STREAM.CREATE.T", "{bad");
    refused(10025, "STREAM.CREATE.T", "{\"name\":\"T\",\"max_age\":\"x\"}");
    refused(10056, "STREAM.CREATE.T", "{\"name\":\"U\"}");
    refused(10052, "STREAM.CREATE.T", "{\"name\":\"T\",\"subjects\":[\"a..b\"]}");
    refused(10052, "STREAM.CREATE.T", "{\"name\":\"T\",\"sealed\":true}");
    refused(10052, "STREAM.CREATE.T", "{\"name\":\"T\",\"mirror\":{\"name\":\"S\"}}");
    refused(10058, "STREAM.CREATE.S", "{\"name\":\"S\",\"max_msgs\":7," + SAMPLE + "}");
    refused(10065, "STREAM.CREATE.T", "{\"name\":\"T\",\"subjects\":[\"s.a\"]}");
    refused(10074, "STREAM.CREATE.T", "{\"name\":\"T\",\"num_replicas\":3}");
    refused(10047, "STREAM.CREATE.T", "{\"name\":\"T\",\"max_bytes\":9000000000}");
    refused(10059, "STREAM.UPDATE.T", "{\"name\":\"T\"}");
    refused(
        10052, "STREAM.UPDATE.S", "{\"name\":\"S\",\"retention\":\"workqueue\"," + SAMPLE + "}");
    refused(10059, "STREAM.INFO.T", "");
    refused(10059, "STREAM.DELETE.T", "");
    refused(10038, "STREAM.DELETE.S", "x");
    refused(10003, "STREAM.PURGE.S", "{\"seq\":1,\"keep\":1}");
    refused(10003, "STREAM.MSG.GET.S", "");
    refused(10003, "STREAM.MSG.GET.S", "{\"seq\":1,\"last_by_subj\":\"s.a\"}");
    refused(10037, "STREAM.MSG.GET.S", "{\"seq\":1}");
    js.publish("s.a", "x");
    js.publish("s.a", "x");
    js.publish("s.a", "x");
    js.request("STREAM.MSG.DELETE.S", "{\"seq\":2}");
    refused(10043, "STREAM.MSG.DELETE.S", "{\"seq\":2}");
    assertEquals("", js.request("STREAM.UNKNOWN.S", ""));
  }

  private void refused(final int errorCode, final String operation, final String body) {
    final String answer = js.request(operation, body);
    assertTrue(answer.contains("\"err_code\":" + errorCode + ","), answer);
  }

  @Test
  void shouldAcceptTheSameCreateAgain() {
    final Stream stream = js.create("S", SAMPLE);
    js.publish("s.a", "x");
    assertEquals(stream, js.create("S", SAMPLE));
    assertEquals(1, js.stream("S").messageCount());
  }

  @Test
  void shouldSealForGood() {
    js.create("S", SAMPLE);
    js.publish("s.a", "x");
    final String sealed =
        js.request("STREAM.UPDATE.S", "{\"name\":\"S\",\"sealed\":true," + SAMPLE + "}");
    assertTrue(sealed.contains("\"sealed\":true,\"deny_delete\":true,\"deny_purge\":true"));
    assertTrue(js.publish("s.a", "x").contains("10109"));
    refused(10109, "STREAM.PURGE.S", "");
    refused(10109, "STREAM.MSG.DELETE.S", "{\"seq\":1}");
    refused(10052, "STREAM.UPDATE.S", "{\"name\":\"S\"," + SAMPLE + "}");
  }

  @Test
  void shouldPurgeByFilterSequenceAndKeep() {
    js.create("S", SAMPLE);
    for (int i = 0; i < 12; i++) {
      js.publish("s." + i % 3, "x");
    }
    assertPurged(4, "{\"filter\":\"s.0\"}");
    assertPurged(2, "{\"filter\":\"s.1\",\"keep\":2}");
    assertPurged(2, "{\"filter\":\"s.2\",\"seq\":7}");
    assertPurged(1, "{\"keep\":3}");
    assertPurged(0, "{\"seq\":1}");
    assertPurged(1, "{\"seq\":10}");
    assertPurged(2, "");
    assertEquals(13, js.stream("S").firstSequence());
    assertEquals(12, js.stream("S").lastSequence());
  }

  private void assertPurged(final long count, final String body) {
    assertEquals(
        "{\"type\":\"io.nats.jetstream.api.v1.stream_purge_response\","
            + "\"success\":true,\"purged\":"
            + count
            + "}",
        js.request("STREAM.PURGE.S", body));
  }

  @Test
  void shouldGetMessagesDirectly() {
    js.create("S", SAMPLE + ",\"allow_direct\":true");
    js.publish("s.a", "one");
    js.publish("s.b", "two", "X: y");
    js.publish("s.a", "three");
    final String time = "\r\nNats-Time-Stamp: 2023-11-14T22:13:20Z";
    final String two =
        "NATS/1.0\r\nX: y\r\nNats-Stream: S\r\nNats-Subject: s.b\r\nNats-Sequence: 2"
            + time
            + "\r\n\r\ntwo";
    assertEquals(two, js.request("DIRECT.GET.S", "{\"seq\":2}"));
    assertEquals(two, js.request("DIRECT.GET.S", "{\"last_by_subj\":\"s.b\"}"));
    assertEquals(two, js.request("DIRECT.GET.S.s.b", ""));
    assertEquals(two, js.request("DIRECT.GET.S", "{\"seq\":1,\"next_by_subj\":\"s.b\"}"));
    assertEquals("two", js.request("DIRECT.GET.S", "{\"seq\":2,\"no_hdr\":true}"));
    assertStatus("404 Message Not Found", "DIRECT.GET.S", "{\"seq\":9}");
    assertStatus("408 Empty Request", "DIRECT.GET.S", "{}");
    assertStatus("408 Malformed Request", "DIRECT.GET.S", "{");
    assertStatus("408 Bad Request", "DIRECT.GET.S", "{\"seq\":1,\"last_by_subj\":\"s.b\"}");
    assertStatus("503\r\nNats-Subject: $JS.API.DIRECT.GET.T", "DIRECT.GET.T", "{\"seq\":1}");
    final List<String> batch =
        js.requestAll("DIRECT.GET.S", "{\"seq\":1,\"next_by_subj\":\"s.a\",\"batch\":5}");
    assertEquals(3, batch.size());
    assertTrue(
        batch
            .get(0)
            .endsWith(time + "\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 0\r\n\r\none"));
    assertTrue(
        batch
            .get(1)
            .endsWith(time + "\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 1\r\n\r\nthree"));
    assertEquals(
        "NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 3\r\n\r\n", batch.get(2));
    final List<String> multi =
        js.requestAll("DIRECT.GET.S", "{\"multi_last\":[\"s.>\"],\"up_to_seq\":2}");
    assertEquals(3, multi.size());
    assertTrue(multi.get(0).endsWith("one") && multi.get(1).endsWith("two"));
    assertEquals(
        "NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 2"
            + "\r\nNats-UpTo-Sequence: 2\r\n\r\n",
        multi.get(2));
    assertStatus("404 No Results", "DIRECT.GET.S", "{\"multi_last\":[\"t\"]}");
  }

  private void assertStatus(final String status, final String operation, final String body) {
    assertEquals("NATS/1.0 " + status + "\r\n\r\n", js.request(operation, body));
  }

  @Test
  void shouldReadBehindTheTailWindow() {
    js.create("S", SAMPLE);
    js.publish("s.old", "far behind");
    final String large = "x".repeat(200_000);
    for (int i = 0; i < 100; i++) {
      js.publish("s.new", large);
    }
    assertEquals(Stream.NEEDS_READ, js.stream("S").load(1, new FrameView()));
    assertEquals(
        "{\"type\":\"io.nats.jetstream.api.v1.stream_msg_get_response\","
            + "\"message\":{\"subject\":\"s.old\",\"seq\":1,\"data\":\"ZmFyIGJlaGluZA==\","
            + "\"time\":\"2023-11-14T22:13:20Z\"}}",
        js.request("STREAM.MSG.GET.S", "{\"last_by_subj\":\"s.old\"}"));
  }

  @Test
  void shouldPageNames() {
    for (int i = 0; i < 999; i++) {
      js.create("N" + i, "");
    }
    final String names = js.request("STREAM.NAMES", "{\"offset\":997}");
    assertTrue(
        names.endsWith("\"offset\":997,\"limit\":1024,\"streams\":[\"N997\",\"N998\"]}"), names);
    final String list = js.request("STREAM.LIST", "{\"offset\":990}");
    assertEquals(9, list.split("\"config\":").length - 1);
  }

  @Test
  void shouldMoveItsSubjectsWithAnUpdate() {
    js.create("S", "\"subjects\":[\"one\"]");
    js.request("STREAM.UPDATE.S", "{\"name\":\"S\",\"subjects\":[\"two\"]}");
    assertTrue(js.publish("one", "x").startsWith("NATS/1.0 503"));
    assertTrue(js.publish("two", "x").contains("\"seq\":1"));
  }

  @Test
  void shouldKeepWhatIsStoredWhenAStreamThatDiscardsNewIsMadeSmaller() {
    for (final String storage : List.of("file", "memory")) {
      for (final String limit : List.of("\"max_msgs\":2", "\"max_bytes\":60")) {
        final String members =
            "\"name\":\"D\",\"subjects\":[\"d\"],\"storage\":\"" + storage + "\"";
        js.request("STREAM.CREATE.D", "{" + members + "}");
        for (int i = 0; i < 5; i++) {
          js.publish("d", "x");
        }
        final String smaller = "{" + members + ",\"discard\":\"new\"," + limit + "}";
        assertTrue(js.request("STREAM.UPDATE.D", smaller).contains("\"messages\":5"), smaller);
        assertTrue(js.publish("d", "x").contains("10077"));
        if (storage.equals("file")) {
          js.restart();
          assertEquals(5, js.stream("D").messageCount());
        }
        final String old = "{" + members + "," + limit + "}";
        assertFalse(js.request("STREAM.UPDATE.D", old).contains("\"messages\":5"), old);
        js.request("STREAM.DELETE.D", "");
      }
    }
  }

  @Test
  void shouldCountOnlyWhatIsCommittedWhateverIsCounted() {
    js.create("OV", "\"subjects\":[\"ov.>\"]");
    js.publish("ov.a", "x");
    js.publish("ov.b", "x");
    js.received().clear();
    js.send("ov.a", "", "x");
    js.send("ov.c", "", "x");
    js.send("$JS.API.STREAM.INFO.OV", "1", "{\"subjects_filter\":\">\"}");
    js.spine().step();
    final String info = js.received().getFirst();
    assertTrue(info.contains("\"total\":2"), info);
    assertTrue(info.contains("\"messages\":2,"), info);
    assertTrue(info.contains("\"last_seq\":2,"), info);
    assertTrue(info.contains("\"num_subjects\":2,\"subjects\":{\"ov.a\":1,\"ov.b\":1}"), info);
    js.step();
    assertTrue(js.request("STREAM.INFO.OV", "").contains("\"messages\":4"));
    assertTrue(js.request("STREAM.INFO.OV", "").contains("\"num_subjects\":3"));
  }
}
