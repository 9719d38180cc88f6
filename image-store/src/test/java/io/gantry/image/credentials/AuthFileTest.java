package io.gantry.image.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.registry.RegistryAuth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthFileTest {

  private static final RegistryAuth JANE = RegistryAuth.basic("jane", "secret");

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("config.json");
  }

  private RegistryAuth login(String host, String repository) throws ImageException {
    return new AuthFile(
            file, new CredentialHelper.Habitat("bin::" + folder, Duration.ofSeconds(20)))
        .of(host, repository);
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  private static String entry(String key, String user) {
    String pair = user + ":secret";
    String auth = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    return "\"%s\":{\"auth\":\"%s\"}".formatted(key, auth);
  }

  private void helper(String name, String script) throws IOException {
    Path program = folder.resolve("docker-credential-" + name);
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          reg.example,                   reg.example,      a/b, true
          reg.example,                   REG.example:443,  a/b, true
          https://reg.example,           reg.example,      a/b, true
          https://reg.example/v1/,       reg.example,      a/b, true
          http://reg.example/v2,         reg.example,      a/b, true
          reg.example/,                  reg.example,      a/b, true
          reg.example:5000,              reg.example:5000, a/b, true
          reg.example:5000,              reg.example,      a/b, false
          reg.example,                   reg.example:5000, a/b, false
          reg.example/a,                 reg.example,      a/b, true
          reg.example/a/b,               reg.example,      a/b, true
          https://reg.example/v2/a,      reg.example,      a/b, true
          reg.example/a/b/c,             reg.example,      a/b, false
          reg.example/a/,                reg.example,      ab,  false
          reg.example/a,                 reg.example,      ab,  false
          https://index.docker.io/v1/,   docker.io,        library/busybox, true
          docker.io,                     docker.io,        library/busybox, true
          registry-1.docker.io,          docker.io,        library/busybox, true
          docker.io/jane,                docker.io,        jane/x, true
          docker.io/jane,                docker.io,        library/busybox, false
          *.example,                     reg.example,      a/b, true
          *.example,                     reg.eu.example,   a/b, false
          *.*.example,                   reg.eu.example,   a/b, true
          r*.example,                    reg.example,      a/b, true
          *,                             reg.example,      a/b, false
          *.example:5000,                reg.example:5000, a/b, true
          *.example,                     reg.example:5000, a/b, false
          *.example/a,                   reg.example,      b/b, false
          regXexample,                   reg.example,      a/b, false
          reg.example.evil,              reg.example,      a/b, false
          evil.reg.example,              reg.example,      a/b, false
          """)
  void a_key_is_about_a_host_and_maybe_a_path(
      String key, String host, String repository, boolean matches) throws Exception {
    write("{\"auths\":{" + entry(key, "jane") + "}}");

    assertThat(login(host, repository)).isEqualTo(matches ? JANE : RegistryAuth.ANONYMOUS);
  }

  @Test
  void the_key_that_says_most_wins() throws Exception {
    write(
        "{\"auths\":{"
            + String.join(
                ",",
                entry("*.example/a/b", "glob"),
                entry("reg.example", "host"),
                entry("reg.example/a", "path"),
                entry("reg.example/a/b", "jane"),
                entry("other.example/a/b", "other"))
            + "}}");

    assertThat(login("reg.example", "a/b").username()).isEqualTo("jane");
    assertThat(login("reg.example", "a/c").username()).isEqualTo("path");
    assertThat(login("reg.example", "x").username()).isEqualTo("host");
    assertThat(login("eu.example", "a/b").username()).isEqualTo("glob");
    assertThat(login("eu.example", "x")).isEqualTo(RegistryAuth.ANONYMOUS);
  }

  @Test
  void an_entry_has_any_of_dockers_forms() throws Exception {
    write(
        """
        {"auths": {
          "plain.example": {"username": "jane", "password": "secret"},
          "identity.example": {"auth": "amFuZTo=", "identitytoken": "id"},
          "registry.example": {"registrytoken": "bearer"},
          "empty.example": {}
        }, "HttpHeaders": {"a": "b"}}
        """);

    assertThat(login("plain.example", "a")).isEqualTo(JANE);
    assertThat(login("identity.example", "a")).isEqualTo(new RegistryAuth("jane", "", "id", ""));
    assertThat(login("registry.example", "a")).isEqualTo(new RegistryAuth("", "", "", "bearer"));
    assertThat(login("empty.example", "a")).isEqualTo(RegistryAuth.ANONYMOUS);
  }

  @Test
  void a_new_login_needs_no_restart() throws Exception {
    write("{}");
    assertThat(login("reg.example", "a")).isEqualTo(RegistryAuth.ANONYMOUS);

    write("{\"auths\":{" + entry("reg.example", "jane") + "}}");
    assertThat(login("reg.example", "a")).isEqualTo(JANE);
  }

  @Test
  void what_is_wrong_with_the_file_is_said_without_what_may_be_a_password() throws Exception {
    assertThatThrownBy(() -> login("reg.example", "a"))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining(file + ": it does not exist");

    write("{\"auths\":\n hunter2");
    assertThatThrownBy(() -> login("reg.example", "a"))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("line 2")
        .hasMessageNotContaining("hunter2");

    write("{\"auths\":{\"reg.example\":{\"auth\":\"hunter2\"}}}");
    assertThatThrownBy(() -> login("reg.example", "a"))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("auths.\"reg.example\"")
        .hasMessageNotContaining("hunter2");

    write("[]");
    assertThatThrownBy(() -> login("reg.example", "a"))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("no JSON object");

    write(" ".repeat((1 << 20) + 1));
    assertThatThrownBy(() -> login("reg.example", "a"))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("more than 1048576 bytes");
  }

  @Test
  void a_helper_is_told_the_registry_and_gives_a_password_or_an_identity_token() throws Exception {
    helper("say", "read r; echo \"{\\\"Username\\\":\\\"$1\\\",\\\"Secret\\\":\\\"$r\\\"}\"");
    helper("token", "echo '{\"Username\":\"<token>\",\"Secret\":\"id\"}'");
    write(
        """
        {"credsStore": "say", "credHelpers": {"cloud.example": "token", "docker.io": "say"}}
        """);

    assertThat(login("reg.example:5000", "a"))
        .isEqualTo(RegistryAuth.basic("get", "reg.example:5000"));
    assertThat(login("docker.io", "library/busybox"))
        .isEqualTo(RegistryAuth.basic("get", "https://index.docker.io/v1/"));
    assertThat(login("cloud.example", "a")).isEqualTo(new RegistryAuth("", "", "id", ""));
  }

  @Test
  void a_helper_that_has_nothing_leaves_it_to_the_file() throws Exception {
    helper("none", "echo 'credentials not found in native keychain'; exit 1");
    write("{\"credsStore\":\"none\",\"auths\":{" + entry("reg.example", "jane") + "}}");

    assertThat(login("reg.example", "a")).isEqualTo(JANE);
    assertThat(login("other.example", "a")).isEqualTo(RegistryAuth.ANONYMOUS);
  }

  @Test
  void a_helper_that_fails_is_named_with_what_it_says() throws Exception {
    helper("sad", "echo 'vault is sealed'; exit 3");
    helper("mad", "echo hunter2");
    write(
        """
        {"credHelpers": {
          "sad.example": "sad", "mad.example": "mad", "gone.example": "gone", "bad.example": "../x"
        }}
        """);

    assertThatThrownBy(() -> login("sad.example", "a"))
        .hasMessageContaining(
            "docker-credential-sad ended with status 3 for sad.example: vault is sealed");
    assertThatThrownBy(() -> login("mad.example", "a"))
        .hasMessageContaining("docker-credential-mad answered for mad.example with something")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> login("gone.example", "a"))
        .hasMessageContaining("docker-credential-gone is in no folder of the daemon's PATH");
    assertThatThrownBy(() -> login("bad.example", "a"))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("\"../x\" is no name of a credential helper");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\\\"Username\\\":\\\"jane\\\",\\\"x\\\":\\\"hunter2\\\"}",
        "cannot store SECRET hunter2",
      })
  void a_helper_that_fails_with_what_may_be_a_secret_is_not_quoted(String words) throws Exception {
    helper("leak", "echo \"" + words + "\"; exit 3");
    write("{\"credsStore\":\"leak\"}");

    assertThatThrownBy(() -> login("reg.example", "a"))
        .hasMessageContaining("docker-credential-leak ended with status 3 for reg.example")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void what_a_helper_says_cannot_steer_a_terminal() throws Exception {
    helper("color", "printf 'vault\\n\\033\\t is sealed'; exit 3");
    write("{\"credsStore\":\"color\"}");

    assertThatThrownBy(() -> login("reg.example", "a")).hasMessageEndingWith(": vault  is sealed");
  }

  @Test
  void a_helper_that_hangs_or_floods_is_ended_with_all_it_started() throws Exception {
    Path pids = folder.resolve("pids");
    helper("hang", "sleep 1000 & echo $$ $! > " + pids + "; wait");
    helper("flood", "while :; do echo 0123456789; done");
    write("{\"credHelpers\":{\"hang.example\":\"hang\",\"flood.example\":\"flood\"}}");
    for (String host : new String[] {"hang.example", "flood.example"}) {
      AuthFile quick =
          new AuthFile(
              file, new CredentialHelper.Habitat(folder.toString(), Duration.ofSeconds(2)));
      assertThatThrownBy(() -> quick.of(host, "a"))
          .isInstanceOf(ImageException.Unavailable.class)
          .hasMessageContaining("does not answer for " + host + " within 2000 ms");
    }
    for (String pid : Files.readString(pids).strip().split(" ", -1)) {
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(left -> left.onExit().join());
    }
  }
}
