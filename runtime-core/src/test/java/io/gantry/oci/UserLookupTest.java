package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.InvalidException;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserLookupTest {

  private static final Accounts ACCOUNTS =
      Accounts.parse(
          """
          root:x:0:0:root:/root:/bin/sh
          # a comment
          web:x:101:102:Web:/srv/web:/sbin/nologin
          7:x:700:701::/seven:
          homeless:x:500:500
          """,
          """
          root:x:0:
          web:x:102:
          audio:x:29:web,root
          video:x:44: web
          tape:x:26
          """);

  private final Requests request = new Requests();

  @ParameterizedTest(name = "image user \"{0}\" is {1}:{2}")
  @CsvSource({
    "'', 0, 0, /root",
    "web, 101, 102, /srv/web",
    "101, 101, 102, /srv/web",
    "1234, 1234, 0, /",
    "web:audio, 101, 29, /srv/web",
    "web:9, 101, 9, /srv/web",
    "101:audio, 101, 29, /srv/web",
    "1234:5678, 1234, 5678, /",
    "1234:, 1234, 0, /",
    ":audio, 0, 29, /root",
    "7, 700, 701, /seven",
    "homeless, 500, 500, /",
    "4294967294, 4294967294, 0, /",
  })
  void imageUsersComeInFourForms(String image, long uid, long gid, String home) {
    ProcessUser user = find(image);
    assertThat(user.uid()).isEqualTo(uid);
    assertThat(user.gid()).isEqualTo(gid);
    assertThat(user.home()).isEqualTo(home);
    assertThat(user.groups()).startsWith(gid);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "web:nogroup", "4294967295", "99999999999999999999", "-1"})
  void whatTheImageDoesNotKnowIsRefused(String image) {
    assertThatThrownBy(() -> find(image)).isInstanceOf(InvalidException.class);
  }

  @Test
  void theRequestWinsOverTheImage() {
    request.user = OptionalLong.of(101);
    assertThat(find("root:tape")).isEqualTo(new ProcessUser(101, 102, WEB_GROUPS, "/srv/web"));
    request.group = OptionalLong.of(5);
    assertThat(find("root").gid()).isEqualTo(5);
  }

  private static final List<Long> WEB_GROUPS = List.of(102L, 29L, 44L);

  @Test
  void aUserNameIsLookedUp() {
    request.username = "web";
    assertThat(find("")).isEqualTo(new ProcessUser(101, 102, WEB_GROUPS, "/srv/web"));
    request.username = "ghost";
    assertThatThrownBy(() -> find(""))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("run_as_username ghost");
  }

  @Test
  void aGroupWithoutUserIsRefused() {
    request.group = OptionalLong.of(1000);
    assertThatThrownBy(() -> find("web"))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("run_as_group 1000");
  }

  @Test
  void supplementalGroupsAreMergedWithTheImagesOnes() {
    request.supplementalGroups = List.of(1234L, 29L);
    assertThat(find("web").groups()).containsExactly(102L, 29L, 44L, 1234L);
    request.strictGroups = true;
    assertThat(find("web").groups()).containsExactly(102L, 1234L, 29L);
  }

  @Test
  void numbersThatAreNoIdsAreRefused() {
    request.user = OptionalLong.of(-1);
    assertThatThrownBy(() -> find(""))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("run_as_user -1");
    request.user = OptionalLong.of(1);
    request.group = OptionalLong.of(1L << 32);
    assertThatThrownBy(() -> find("")).hasMessageContaining("run_as_group");
    request.group = OptionalLong.empty();
    request.supplementalGroups = List.of(-5L);
    assertThatThrownBy(() -> find("")).hasMessageContaining("supplemental_groups");
  }

  private ProcessUser find(String imageUser) {
    return UserLookup.find(request.security(), imageUser, ACCOUNTS);
  }
}
