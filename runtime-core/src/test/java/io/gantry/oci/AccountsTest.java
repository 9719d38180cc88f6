package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class AccountsTest {

  private static final String NOISE = "ab:0:\n\n#+:/\t ,\0é-";

  @Test
  void everyGoodLineIsFoundWhateverLiesBetweenThem() {
    for (int seed = 0; seed < 500; seed++) {
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
      List<PasswdEntry> written = new ArrayList<>();
      StringBuilder file = new StringBuilder();
      for (int line = 0; line < 1 + random.nextInt(20); line++) {
        file.append("!noise").append(noise(random).replace(":", "")).append('\n');
        PasswdEntry entry =
            new PasswdEntry(
                "user" + line,
                random.nextLong(1L << 32) & ~1L,
                random.nextInt(70_000),
                "/h" + line);
        written.add(entry);
        file.append(entry.name()).append(":x:").append(entry.uid()).append(':');
        file.append(entry.gid()).append("::").append(entry.home()).append(":/bin/sh\n");
      }
      assertThat(PasswdEntry.parse(file.toString())).as("seed %d", seed).isEqualTo(written);
    }
  }

  @Test
  void noFileMakesTheParsersFail() {
    for (int seed = 0; seed < 2_000; seed++) {
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < random.nextInt(40); i++) {
        text.append(noise(random));
      }
      Accounts accounts = Accounts.parse(text.toString(), text.toString());
      assertThat(accounts.users())
          .as("seed %d", seed)
          .allMatch(user -> !user.name().isEmpty() && user.uid() >= 0 && user.gid() >= 0);
      assertThat(accounts.groups())
          .as("seed %d", seed)
          .allMatch(group -> !group.members().contains(""));
    }
  }

  private static String noise(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < random.nextInt(6); i++) {
      char each = NOISE.charAt(random.nextInt(NOISE.length()));
      text.append(each == '\n' ? "" : each);
    }
    return text.append(random.nextInt(4) == 0 ? "\n" : "").toString();
  }

  @Test
  void theFirstOfSeveralEntriesCounts() {
    Accounts accounts = Accounts.parse("a:x:1:1\na:x:2:2\nb:x:1:3\n", "");
    assertThat(accounts.user("a").orElseThrow().uid()).isEqualTo(1);
    assertThat(accounts.user(1).orElseThrow().name()).isEqualTo("a");
    assertThat(accounts.user(2).orElseThrow().name()).isEqualTo("a");
  }
}
