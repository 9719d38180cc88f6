package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.image.archive.ImageWriter;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Platform;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures that others made, in a registry that others wrote. */
class SignedRegistryIT {

  private static final String PASSPHRASE = "test";

  @TempDir Path folder;
  private RealRegistry registry;
  private ImageStore store;
  private Path tar;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(RealRegistry.isInstalled(), "docker-registry and skopeo are not installed");
    registry = new RealRegistry(folder);
    tar = folder.resolve("tool.tar");
    new ImageWriter(ImageReference.parse("demo/tool:1"), Platform.ofMachine())
        .run(new ImageWriter.Run(List.of("/hello"), List.of(), List.of(), "", "/", Map.of()))
        .text("/hello", "world", 0644)
        .write(tar);
    registry.push("oci-archive:" + tar, "demo/tool:1");
    Path policy = folder.resolve("policy.json");
    signaturesWanted(policy, "");
    store =
        ImageStore.open(
            ImageStoreSettings.at(folder.resolve("store")).withPolicy(policy), Linux.syscalls());
  }

  @AfterEach
  void stop() {
    if (registry != null) {
      store.close();
      registry.close();
    }
  }

  private void signaturesWanted(Path policy, String more) throws IOException {
    Files.writeString(
        policy,
        """
        {"default": [{"type": "reject"}],
         "transports": {"docker": {"%s/demo":
          [{"type": "sigstoreSigned", "keyPath": "%s"%s}]}}}
        """
            .formatted(registry.host(), folder.resolve("key.pub"), more));
  }

  private String name() {
    return registry.host() + "/demo/tool:1";
  }

  private Image pull() throws ImageException {
    return store.pull(ImageReference.parse(name()), RegistryAuth.ANONYMOUS);
  }

  private void assertPulled() throws IOException {
    assertThat(store.layers(pull()).getFirst().resolve("hello")).hasContent("world");
  }

  private void assertRefused(String reason) {
    assertThatThrownBy(this::pull)
        .isInstanceOf(ImageException.Untrusted.class)
        .hasMessageContaining(reason);
    assertThat(store.list()).isEmpty();
  }

  private Digest manifest() throws Exception {
    return Digest.parse(
        ForeignTool.of(folder, "skopeo", "--insecure-policy")
            .run("inspect", "--tls-verify=false", "--format={{.Digest}}", "docker://" + name())
            .strip());
  }

  /** Makes a key pair with openssl, the public half where the policy wants it. */
  private void key(String... generation) throws Exception {
    ForeignTool openssl = ForeignTool.of(folder, "openssl");
    openssl.run(generation);
    openssl.run("pkey", "-in", "key.pem", "-pubout", "-out", "key.pub");
  }

  /** Brings a signature to the registry as an image whose only layer is what was signed. */
  private void attach(Digest manifest, Path payload, Path signature) throws Exception {
    byte[] content = Files.readAllBytes(payload);
    byte[] config = TestImage.text("{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}");
    String layer =
        """
        {"mediaType":"%s","digest":"%s","size":%d,"annotations":\
        {"dev.cosignproject.cosign/signature":"%s"}}\
        """
            .formatted(
                TestSigner.PAYLOAD_TYPE,
                Digest.ofBytes(content),
                content.length,
                Base64.getEncoder().encodeToString(Files.readAllBytes(signature)));
    byte[] document =
        TestImage.text(
            "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
                .formatted(
                    TestImage.OCI_MANIFEST,
                    TestImage.descriptor(
                        "application/vnd.oci.image.config.v1+json",
                        Digest.ofBytes(config),
                        config.length),
                    layer));
    Path layout = Files.createDirectories(folder.resolve("signature"));
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Files.writeString(
        layout.resolve("index.json"),
        "{\"schemaVersion\":2,\"manifests\":[%s]}"
            .formatted(
                TestImage.descriptor(
                    TestImage.OCI_MANIFEST, Digest.ofBytes(document), document.length)));
    Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
    for (byte[] blob : List.of(content, config, document)) {
      Files.write(blobs.resolve(Digest.ofBytes(blob).hex()), blob);
    }
    registry.push("oci:" + layout, "demo/tool:" + TestSigner.tag(manifest));
  }

  @ParameterizedTest
  @CsvSource({
    "EC, ec_paramgen_curve:P-256",
    "EC, ec_paramgen_curve:P-384",
    "EC, ec_paramgen_curve:P-521",
    "RSA, rsa_keygen_bits:3072"
  })
  void what_openssl_signed_is_pulled_and_nothing_else(String algorithm, String option)
      throws Exception {
    key("genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", "key.pem");
    Digest manifest = manifest();
    assertRefused("no signature of manifest " + manifest);
    Path payload = folder.resolve("payload");
    Files.write(payload, TestSigner.payload(manifest, name()));
    ForeignTool openssl = ForeignTool.of(folder, "openssl");
    openssl.run("dgst", "-sha256", "-sign", "key.pem", "-out", "good", "payload");
    openssl.run("dgst", "-sha512", "-sign", "key.pem", "-out", "other", "payload");

    attach(manifest, payload, folder.resolve("other"));
    assertRefused("signature 1 is not of the policy's key");
    attach(manifest, payload, folder.resolve("good"));
    assertPulled();
  }

  @Test
  void what_openssl_signed_with_ed25519_is_pulled() throws Exception {
    key("genpkey", "-algorithm", "ED25519", "-out", "key.pem");
    Path payload = folder.resolve("payload");
    Files.write(payload, TestSigner.payload(manifest(), name()));
    ForeignTool.of(folder, "openssl")
        .run("pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "payload", "-out", "good");

    attach(manifest(), payload, folder.resolve("good"));

    assertPulled();
  }

  private void resource(String name, Path target) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(SignedRegistryIT.class.getResourceAsStream("signature/" + name))) {
      Files.copy(in, target);
    }
  }

  @Test
  void what_cosign_signed_is_pulled_where_names_without_tags_will_do() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/cosign")), "cosign is not installed");
    resource("cosign-test.key", folder.resolve("cosign.key"));
    resource("cosign-test.pub", folder.resolve("key.pub"));
    assertRefused("no signature of manifest");

    ForeignTool.of(folder, "env", "COSIGN_PASSWORD=" + PASSPHRASE, "/usr/bin/cosign")
        .run(
            "sign",
            "--yes",
            "--key=cosign.key",
            "--tlog-upload=false",
            "--new-bundle-format=false",
            "--use-signing-config=false",
            "--allow-http-registry",
            registry.host() + "/demo/tool@" + manifest());

    assertRefused("cosign signs no tags, matchRepository takes it so");
    signaturesWanted(
        folder.resolve("policy.json"), ", \"signedIdentity\": {\"type\": \"matchRepository\"}");
    assertPulled();
  }

  @Test
  void what_skopeo_signed_is_pulled() throws Exception {
    resource("cosign-test.key", folder.resolve("cosign.key"));
    resource("cosign-test.pub", folder.resolve("key.pub"));
    Files.writeString(folder.resolve("passphrase"), PASSPHRASE);
    Path settings = Files.createDirectories(folder.resolve("registries.d"));
    Files.writeString(
        settings.resolve("attachments.yaml"),
        "docker:\n  \"%s\":\n    use-sigstore-attachments: true\n".formatted(registry.host()));
    assertRefused("no signature of manifest");

    try {
      ForeignTool.of(folder, "skopeo", "--insecure-policy", "--registries.d=" + settings)
          .run(
              "copy",
              "--dest-tls-verify=false",
              "--sign-by-sigstore-private-key=cosign.key",
              "--sign-passphrase-file=passphrase",
              "oci-archive:" + tar,
              "docker://" + name());
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("sigstore disabled")) {
        abort("this skopeo was built without sigstore, as Debian's is");
      }
      throw e;
    }

    assertPulled();
  }
}
