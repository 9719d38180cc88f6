package io.gantry.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.image.TestSigner.Attached;
import io.gantry.image.error.ImageException;
import io.gantry.image.hosts.HostsDirectory;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.Endpoint;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistrySettings;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls under a policy, from a registry that is called registry.example. */
class SignedPullTest {

  private static final String NAME = "registry.example/a/b:1";
  private static final String REPOSITORY = "registry.example/a/b";

  @TempDir Path root;
  private final byte[] layer = new TarBytes().file("hello", "world").bytes();
  private final Digest blob = Digest.ofBytes(TestImage.gzip(layer));
  private final TestImage image = TestImage.of(layer);
  private FakeRegistry registry;
  private ImageStore store;
  private Path policy;
  private TestSigner signer;

  @BeforeEach
  void start() throws Exception {
    registry = new FakeRegistry();
    registry.push("a/b", "1", image);
    signer = TestSigner.of("secp256r1");
    Files.writeString(root.resolve("key.pub"), signer.publicKey());
    policy = root.resolve("policy.json");
    signaturesWanted("");
    store = open(policy, "store");
  }

  private ImageStore open(@Nullable Path file, String folder) throws ImageException {
    HostsDirectory hosts =
        new HostsDirectory(
            root.resolve("certs.d"),
            host -> List.of(Endpoint.of(URI.create("http://" + registry.host()), true)));
    ImageStoreSettings settings =
        StoreSettings.at(root.resolve(folder))
            .withRegistry(RegistrySettings.DEFAULT.withEndpoints(hosts))
            .withPolicy(file);
    return ImageStore.open(settings, Linux.syscalls());
  }

  @AfterEach
  void stop() {
    store.close();
    registry.close();
  }

  private void policy(String text) throws IOException {
    Files.writeString(policy, text);
  }

  /** Everything else is rejected. */
  private void signaturesWanted(String more) throws IOException {
    policy(
        """
        {"default": [{"type": "reject"}],
         "transports": {"docker": {"registry.example/a":
          [{"type": "sigstoreSigned", "keyPath": "%s"%s}]}}}
        """
            .formatted(root.resolve("key.pub"), more));
  }

  private void attach(Attached... signatures) {
    TestSigner.attach(registry, "a/b", image.digest(), List.of(signatures));
  }

  private Image pull(String name) throws ImageException {
    return store.pull(ImageReference.parse(name), RegistryAuth.ANONYMOUS);
  }

  private Image pull() throws ImageException {
    return pull(NAME);
  }

  private static <E extends ImageException> E failure(Class<E> kind, Pull pull) {
    E failure = catchThrowableOfType(kind, pull::run);
    assertThat(failure).isNotNull();
    return failure;
  }

  /** What is expected to fail. */
  @FunctionalInterface
  private interface Pull {
    void run() throws ImageException;
  }

  /** Refused for this reason, and nothing of the image came. */
  private void assertRefused(String reason) {
    ImageException.Untrusted failure = failure(ImageException.Untrusted.class, this::pull);
    assertThat(failure)
        .hasMessage(
            "image %s: policy %s, transports.docker.\"registry.example/a\", requirement 1"
                    .formatted(NAME, policy)
                + " (sigstoreSigned): "
                + reason);
    assertThat(failure.nextStep())
        .isEqualTo("sign the image with a key of the policy, or change the policy");
    assertThat(registry.timesServed(blob)).isZero();
    assertThat(registry.timesServed(image.id())).isZero();
    assertThat(store.list()).isEmpty();
  }

  @Test
  void a_signed_image_comes() throws Exception {
    attach(signer.attached(image.digest(), NAME));

    Image pulled = pull();

    assertThat(store.layers(pulled).getFirst().resolve("hello")).hasContent("world");
    assertThat(pulled.repoTags()).containsExactly(NAME);
  }

  @Test
  void an_image_without_a_signature_does_not() {
    assertRefused(
        "no signature of manifest %s is in the registry, under the tag %s"
            .formatted(image.digest(), TestSigner.tag(image.digest())));
  }

  @Test
  void nor_one_that_somebody_else_has_signed() throws Exception {
    attach(TestSigner.of("secp256r1").attached(image.digest(), NAME));

    assertRefused("signature 1 is not of the policy's key");
  }

  @Test
  void nor_one_with_the_signature_of_another() throws Exception {
    Digest other = TestImage.of(new TarBytes().file("x", "y").bytes()).digest();
    attach(signer.attached(other, NAME));

    assertRefused("signature 1 is for " + other + ", another manifest than " + image.digest());
  }

  @Test
  void nor_one_whose_signature_was_changed() throws Exception {
    Digest other = TestImage.of(new TarBytes().file("x", "y").bytes()).digest();
    Attached signature = signer.attached(other, NAME);
    attach(
        new Attached(
            TestSigner.payload(image.digest(), NAME), signature.type(), signature.annotation()),
        new Attached(
            signer.attached(image.digest(), NAME).payload(), signature.type(), "no base64"),
        new Attached(signer.attached(image.digest(), NAME).payload(), signature.type(), "AAAA"));

    assertRefused(
        "signature 1 is not of the policy's key; signature 2 is not base64: Illegal base64"
            + " character 20; signature 3 is not of the policy's key");
  }

  @Test
  void nor_one_that_was_signed_under_another_name() throws Exception {
    attach(
        signer.attached(image.digest(), "registry.example/a/c:1"),
        signer.attached(image.digest(), "registry.example/a/b:2"),
        signer.attached(image.digest(), REPOSITORY));

    assertRefused(
        "signature 1 is for the name registry.example/a/c:1, and registry.example/a/b:1 is"
            + " wanted; signature 2 is for the name registry.example/a/b:2, and"
            + " registry.example/a/b:1 is wanted; signature 3 is for the name"
            + " registry.example/a/b, and registry.example/a/b:1 is wanted; cosign signs no tags,"
            + " matchRepository takes it so");
  }

  @Test
  void the_name_that_cosign_signs_will_do_where_the_policy_says_so() throws Exception {
    attach(signer.attached(image.digest(), REPOSITORY));
    signaturesWanted(", \"signedIdentity\": {\"type\": \"matchRepository\"}");

    assertThat(pull().repoTags()).containsExactly(NAME);
  }

  @Test
  void one_good_signature_among_others_is_enough() throws Exception {
    Attached good = signer.attached(image.digest(), NAME);
    attach(
        TestSigner.of("RSA2048").attached(image.digest(), NAME),
        new Attached(good.payload(), "application/vnd.example.other", good.annotation()),
        new Attached(new byte[(64 << 10) + 1], good.type(), good.annotation()),
        good);

    assertThat(pull().repoTags()).containsExactly(NAME);
  }

  @Test
  void a_layer_of_another_type_is_no_signature() throws Exception {
    Attached good = signer.attached(image.digest(), NAME);
    attach(new Attached(good.payload(), "application/vnd.example.other", good.annotation()));

    assertThat(failure(ImageException.Untrusted.class, this::pull))
        .hasMessageContaining("no signature of manifest");
  }

  @Test
  void what_is_signed_must_have_the_form_that_all_understand() throws Exception {
    String good = new String(TestSigner.payload(image.digest(), NAME), UTF_8);
    attach(
        signer.attached(TestImage.text(good.replace("\"optional\"", "\"critical\""))),
        signer.attached(TestImage.text(good.replace("null", "null,\"more\":1"))),
        signer.attached(TestImage.text(good.replace("cosign container", "another"))),
        signer.attached(TestImage.text(good + good)),
        signer.attached(TestImage.text(good.replace("sha256:", "md5:"))),
        signer.attached(TestImage.text(good.replace(",\"optional\":null", ""))));

    assertThat(failure(ImageException.Untrusted.class, this::pull))
        .hasMessageContainingAll(
            "signature 1 has a payload of another form: line 1, column",
            "signature 2 has a payload of another form: more: unknown key; there is critical",
            "signature 3 has a payload of another form: critical.type: is \"another",
            "signature 4 has a payload of another form",
            "signature 5 has a payload of another form: critical: md5:",
            "and 1 more do not count either");
  }

  @Test
  void signatures_without_measure_are_not_read() throws Exception {
    attach(
        Collections.nCopies(129, signer.attached(image.digest(), NAME)).toArray(Attached[]::new));

    assertThat(failure(ImageException.Refused.class, this::pull))
        .hasMessage("signatures of image " + NAME + ": 129 are over the limit of 128");
    assertThat(registry.timesServed(blob)).isZero();

    Attached large = signer.attached(new byte[(64 << 10) + 1]);
    attach(large);
    assertRefused("signature 1 has a payload of 65537 bytes, which is too much");
    assertThat(registry.timesServed(Digest.ofBytes(large.payload()))).isZero();
  }

  @Test
  void a_registry_that_cannot_be_asked_for_signatures_gives_no_images() throws Exception {
    Attached signature = signer.attached(image.digest(), NAME);
    attach(signature);
    Digest payload = Digest.ofBytes(signature.payload());

    registry.fault(payload, new FakeRegistry.Fault.Status(403, 10));
    assertThat(failure(ImageException.Unauthorized.class, this::pull))
        .hasMessageStartingWith("signatures of image " + NAME);
    registry.fault(payload, new FakeRegistry.Fault.Flipped());
    assertThat(failure(ImageException.Corrupt.class, this::pull))
        .hasMessageContaining("has the wrong digest");
    registry.manifestLie(
        "a/b", TestSigner.tag(image.digest()), TestImage.text("[]"), TestImage.OCI_MANIFEST);
    assertThat(failure(ImageException.Untrusted.class, this::pull))
        .hasMessageContaining("no signature");
    assertThat(registry.timesServed(blob)).isZero();
  }

  @Test
  void of_an_index_this_machines_manifest_must_be_signed() throws Exception {
    byte[] index = TestImage.index(image.entry("linux", "amd64", ""));
    registry.document("a/b", "multi", index, TestImage.OCI_INDEX);
    Digest top = Digest.ofBytes(index);
    String name = "registry.example/a/b:multi";
    TestSigner.attach(registry, "a/b", top, List.of(signer.attached(top, name)));

    assertThat(failure(ImageException.Untrusted.class, () -> pull(name)))
        .hasMessageContaining("no signature of manifest " + image.digest());

    attach(signer.attached(image.digest(), name));
    assertThat(pull(name).repoDigests()).containsExactly(REPOSITORY + "@" + top);
    assertThat(pull(REPOSITORY + "@" + top).repoTags()).containsExactly(name);
  }

  @Test
  void by_digest_any_tag_of_the_repository_will_do() throws Exception {
    attach(signer.attached(image.digest(), REPOSITORY + ":stable"));

    assertThat(pull(REPOSITORY + "@" + image.digest()).repoTags()).isEmpty();
    assertThat(failure(ImageException.Untrusted.class, this::pull))
        .hasMessageContaining("is for the name registry.example/a/b:stable");
  }

  @Test
  void an_image_that_is_here_is_checked_at_each_pull_and_stays() throws Exception {
    attach(signer.attached(image.digest(), NAME));
    Image pulled = pull();
    assertThat(pull()).isEqualTo(pulled);

    attach(TestSigner.of("secp256r1").attached(image.digest(), NAME));

    assertThat(failure(ImageException.Untrusted.class, this::pull))
        .hasMessageContaining("is not of the policy's key");
    assertThat(store.list()).containsExactly(pulled);
    assertThat(registry.timesServed(blob)).isEqualTo(1);
  }

  @Test
  void a_change_of_the_policy_counts_at_the_next_pull() throws Exception {
    assertThat(failure(ImageException.Untrusted.class, this::pull)).isNotNull();
    policy("{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
    Image pulled = pull();
    policy("{\"default\": [{\"type\": \"insecureAcceptAnything\"}, {\"type\": \"reject\"}]}");

    assertThat(failure(ImageException.Untrusted.class, this::pull))
        .hasMessage(
            "image "
                + NAME
                + ": policy "
                + policy
                + ", default, requirement 2 (reject) allows no"
                + " such image");
    assertThat(store.list()).containsExactly(pulled);
  }

  @Test
  void a_pull_does_not_join_one_that_began_under_another_policy() throws Exception {
    policy("{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
    registry.fault(blob, new FakeRegistry.Fault.Trickle(1, 20));
    try (RunningPull allowed = store.begin(ImageReference.parse(NAME), RegistryAuth.ANONYMOUS)) {
      while (registry.timesServed(blob) == 0) {
        Thread.onSpinWait();
      }
      policy("{\"default\": [{\"type\": \"reject\"}]}");

      assertThat(failure(ImageException.Untrusted.class, this::pull)).isNotNull();
      signaturesWanted("");
      assertThat(failure(ImageException.Untrusted.class, this::pull)).isNotNull();
      Files.writeString(root.resolve("key.pub"), TestSigner.of("secp256r1").publicKey());
      attach(signer.attached(image.digest(), NAME));
      assertThat(failure(ImageException.Untrusted.class, this::pull)).isNotNull();
      assertThat(allowed.await().id()).isEqualTo(image.id());
    }
  }

  @Test
  void what_is_rejected_is_not_asked_for() {
    assertThat(failure(ImageException.Untrusted.class, () -> pull("registry.example/b/c:1")))
        .hasMessageContaining("default, requirement 1 (reject)");
    assertThat(registry.requests).isEmpty();
  }

  @Test
  void a_broken_policy_fails_each_pull_and_says_where_it_is_broken() throws Exception {
    policy("{\"default\": [{\"type\": \"insecureAcceptAnything\"}],\n \"transport\": {}}");
    assertThat(failure(ImageException.Invalid.class, this::pull))
        .hasMessage(
            "signature policy %s: transport: unknown key; there is default, transports"
                .formatted(policy));
    policy("{\"default\":\n [}");
    assertThat(failure(ImageException.Invalid.class, this::pull))
        .hasMessage(
            "signature policy %s: line 2, column 3: not JSON: Unexpected close marker '}': expected ']'"
                .formatted(policy));
    Files.delete(policy);
    assertThat(failure(ImageException.Invalid.class, this::pull))
        .hasMessage("signature policy " + policy + ": it does not exist");
    signaturesWanted("");
    Files.writeString(root.resolve("key.pub"), "what?");
    assertThat(failure(ImageException.Invalid.class, this::pull))
        .hasMessage(
            ("signature policy %s: transports.docker.\"registry.example/a\", requirement 1,"
                    + " keyPath: %s holds no PUBLIC KEY in PEM form")
                .formatted(policy, root.resolve("key.pub")));
    assertThat(registry.timesServed(blob)).isZero();
  }

  @Test
  void all_requirements_must_be_met() throws Exception {
    TestSigner reviewer = TestSigner.of("Ed25519");
    Files.writeString(root.resolve("reviewer.pub"), reviewer.publicKey());
    policy(
        """
        {"default": [{"type": "sigstoreSigned", "keyPath": "%s"},
                     {"type": "sigstoreSigned", "keyPath": "%s"}]}
        """
            .formatted(root.resolve("key.pub"), root.resolve("reviewer.pub")));
    attach(signer.attached(image.digest(), NAME));

    assertThat(failure(ImageException.Untrusted.class, this::pull))
        .hasMessageContaining("default, requirement 2 (sigstoreSigned): signature 1 is not of");
    attach(signer.attached(image.digest(), NAME), reviewer.attached(image.digest(), NAME));
    assertThat(pull().repoTags()).containsExactly(NAME);
  }

  @Test
  void signatures_come_through_mirrors_and_are_for_the_name_that_was_asked_for() throws Exception {
    try (FakeRegistry mirror = new FakeRegistry()) {
      Path folder = Files.createDirectories(root.resolve("certs.d/registry.example"));
      Files.writeString(folder.resolve("hosts.toml"), "[host.\"http://" + mirror.host() + "\"]\n");
      mirror.push("a/b", "1", image);

      assertThat(failure(ImageException.Untrusted.class, this::pull))
          .hasMessageContaining("no signature of manifest");
      attach(signer.attached(image.digest(), mirror.host() + "/a/b:1"));
      assertThat(failure(ImageException.Untrusted.class, this::pull))
          .hasMessageContaining("and registry.example/a/b:1 is wanted");
      attach(signer.attached(image.digest(), NAME));
      assertThat(pull().repoTags()).containsExactly(NAME);

      TestSigner.attach(
          mirror, "a/b", image.digest(), List.of(signer.attached(image.digest(), NAME)));
      int asked = registry.requests.size();
      assertThat(pull().repoTags()).containsExactly(NAME);
      assertThat(registry.requests).hasSize(asked);
    }
  }

  @Test
  void without_a_policy_nobody_is_asked_for_signatures() throws Exception {
    try (ImageStore free = open(null, "free")) {
      free.pull(ImageReference.parse(NAME), RegistryAuth.ANONYMOUS);
      free.pull(ImageReference.parse(NAME), RegistryAuth.ANONYMOUS);
    }
    List<String> without = List.copyOf(registry.requests);
    registry.requests.clear();
    policy("{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
    pull();
    pull();

    assertThat(registry.requests).isEqualTo(without);
    assertThat(without)
        .containsExactly(
            "GET /v2/a/b/manifests/1",
            "GET /v2/a/b/blobs/" + image.id(),
            "GET /v2/a/b/blobs/" + blob,
            "HEAD /v2/a/b/manifests/1");
  }
}
