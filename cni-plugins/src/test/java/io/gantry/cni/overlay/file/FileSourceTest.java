package io.gantry.cni.overlay.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.cni.overlay.Membership;
import io.gantry.cni.overlay.PeerSource;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {

  private static final PeerSource.Self SELF =
      new PeerSource.Self("a", InetAddress.ofLiteral("192.0.2.1"), List.of());
  private static final String ONE =
      "{\"name\":\"a\",\"address\":\"192.0.2.1\",\"blocks\":[\"10.244.1.0/24\"]}";
  private static final String TWO =
      "{\"name\":\"b\",\"address\":\"192.0.2.2\",\"blocks\":[\"10.244.2.0/24\"]}";

  @TempDir Path temp;

  private final LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();
  private Path file;
  private FileSource source;

  @BeforeEach
  void make() {
    file = temp.resolve("nodes.json");
    source = new FileSource(file);
  }

  @AfterEach
  void close() {
    source.close();
  }

  private void start() throws IOException {
    source.start(
        SELF,
        new PeerSource.Listener() {
          @Override
          public void changed(Membership membership) {
            told.add(membership);
          }

          @Override
          public void failing(String problem) {
            told.add(problem);
          }

          @Override
          public void refused(String problem) {
            told.add(problem);
          }
        });
  }

  private Object next() throws InterruptedException {
    Object next = told.poll(10, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private void write(String... nodes) throws IOException {
    replace("{\"nodes\":[" + String.join(",", nodes) + "]}");
  }

  private void replace(String text) throws IOException {
    Path directory = Files.createDirectories(temp.resolve("elsewhere"));
    Path fresh = directory.resolve("nodes.json");
    Files.writeString(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void theFileIsReadAndReadAgainWhenItIsReplaced() throws Exception {
    write(ONE);
    start();
    Membership alone = (Membership) next();
    assertThat(alone.own()).containsExactly(IpPrefix.parse("10.244.1.0/24"));
    assertThat(alone.others()).isEmpty();
    write(ONE, TWO);
    Membership both = (Membership) next();
    assertThat(both.own()).isEqualTo(alone.own());
    assertThat(both.others()).extracting(peer -> peer.name()).containsExactly("b");
  }

  @Test
  void aFileThatComesLaterOrIsBrokenForAWhileIsReadInTheEnd() throws Exception {
    start();
    assertThat(next()).isEqualTo("there is no file " + file + " that says who the other nodes are");
    replace("{\"nodes\":[\n{\"name\":}]}");
    assertThat((String) next()).startsWith(file + " line 2: ");
    write(ONE);
    assertThat(((Membership) next()).own()).hasSize(1);
  }

  @Test
  void whatAFileGetsWrongIsTold() throws Exception {
    refused("{}", "an object with an array nodes is wanted");
    refused("{\"nodes\":[{\"address\":\"192.0.2.1\"}]}", "field nodes[0].name is missing");
    refused("{\"nodes\":[{\"name\":\"a\"}]}", "field nodes[0].address is missing");
    refused("{\"nodes\":[" + ONE + "," + ONE + "]}", "there are two nodes of the name a");
    refused(
        "{\"nodes\":[{\"name\":\"a\",\"address\":\"192.0.2.1\",\"blocks\":[\"10.0.0.0\"]}]}",
        "field nodes[0].blocks: an address block reads ADDRESS/LENGTH: 10.0.0.0");
  }

  private void refused(String text, String problem) throws Exception {
    Files.writeString(file, text);
    try (FileSource opened = new FileSource(file)) {
      source = opened;
      told.clear();
      start();
      assertThat(next()).isEqualTo(file + ": " + problem);
    }
  }
}
