package io.gantry.image.signature;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.image.TestSigner;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.signature.Requirement.SigstoreSigned;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyReaderTest {

  private final List<String> asked = new ArrayList<>();

  private Policy read(String text) throws Exception {
    TrustedKey key = TrustedKey.of(TestSigner.of("secp256r1").publicKey());
    return PolicyReader.read(
        text.getBytes(UTF_8),
        (place, file) -> {
          asked.add(place + " " + file);
          return key;
        });
  }

  private static String only(String requirement) {
    return "{\"default\": [" + requirement + "]}";
  }

  private SigstoreSigned signed(String requirement) throws Exception {
    return (SigstoreSigned) read(only(requirement)).fallback().getFirst();
  }

  @Test
  void whatEachRequirementSaysIsRead() throws Exception {
    Policy policy =
        read(
            """
            {"default": [{"type": "reject"}],
             "transports": {
              "docker": {
               "": [{"type": "insecureAcceptAnything"}],
               "a.example": [{"type": "sigstoreSigned", "keyPath": "/k"}, {"type": "reject"}]},
              "docker-daemon": {"": [{"type": "insecureAcceptAnything"}]},
              "dir": {"/any where": [{"type": "reject"}]}}}
            """);

    assertThat(policy.fallback()).containsExactly(new Requirement.Reject());
    assertThat(policy.scopes().keySet()).containsExactlyInAnyOrder("", "a.example");
    Policy.Rule rule = policy.rule(ImageReference.parse("a.example/b:1"));
    assertThat(rule.place()).isEqualTo("transports.docker.\"a.example\"");
    assertThat(rule.requirements()).hasSize(2).element(1).isEqualTo(new Requirement.Reject());
    assertThat(policy.rule(ImageReference.parse("b.example/b:1")).requirements())
        .containsExactly(new Requirement.AcceptAnything());
    assertThat(read(only("{\"type\": \"reject\"}")).rule(ImageReference.parse("x")).place())
        .isEqualTo("default");
  }

  @Test
  void keysAreInFilesOrInThePolicyItself() throws Exception {
    String one = TestSigner.of("secp256r1").publicKey();
    String other = TestSigner.of("Ed25519").publicKey();
    String[] data = {
      Base64.getEncoder().encodeToString(one.getBytes(UTF_8)),
      Base64.getEncoder().encodeToString(other.getBytes(UTF_8))
    };

    SigstoreSigned files =
        signed("{\"type\": \"sigstoreSigned\", \"keyPaths\": [\"/one\", \"/two\"]}");
    assertThat(asked).isEmpty();
    for (KeySource source : files.keys()) {
      assertThat(source.key()).isNotNull();
    }
    assertThat(asked)
        .containsExactly(
            "default, requirement 1, keyPaths /one", "default, requirement 1, keyPaths /two");
    assertThat(
            signed("{\"type\": \"sigstoreSigned\", \"keyData\": \"%s\"}".formatted(data[0])).keys())
        .hasSize(1);
    assertThat(
            signed(
                    "{\"type\": \"sigstoreSigned\", \"keyDatas\": [\"%s\", \"%s\"]}"
                        .formatted(data[0], data[1]))
                .keys())
        .hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"type": "matchExact"}             | Exact[]
          {"type": "matchRepoDigestOrExact"} | RepoDigestOrExact[]
          {"type": "matchRepository"}        | SameRepository[]
          {"type": "exactReference", "dockerReference": "busybox:1"} | ExactReference[reference=docker.io/library/busybox:1]
          {"type": "exactRepository", "dockerRepository": "a.example/b"} | ExactRepository[name=a.example/b]
          {"type": "remapIdentity", "prefix": "a.example:5000", "signedPrefix": "b.example/c"} | Remapped[prefix=a.example:5000, signedPrefix=b.example/c]
          """)
  void eachIdentityIsRead(String json, String identity) throws Exception {
    String requirement = "{\"type\": \"sigstoreSigned\", \"keyPath\": \"/k\"%s}";

    assertThat(signed(requirement.formatted(", \"signedIdentity\": " + json)).identity())
        .hasToString(identity);
    assertThat(signed(requirement.formatted("")).identity())
        .isEqualTo(new SignedIdentity.RepoDigestOrExact());
  }

  private void assertRefused(String text, String problem) {
    assertThat(catchThrowableOfType(FormatException.class, () -> read(text)))
        .as(text)
        .hasMessage(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [] | is not an object: {...}
          {} | default: is missing
          {"default": []} | default: is not a list of at least one of objects: [...]
          {"default": {}} | default: is not a list of at least one of objects: [...]
          {"default": [1]} | default, requirement 1: is not an object: {...}
          {"default": [{"type": "reject"}], "default": [{"type": "reject"}]} | line 1, column 44: not JSON: Duplicate field 'default'
          {"default": [{"type": "reject"}]} {} | line 1, column 35: not JSON: Trailing token
          {"default": [{"type": "reject"}], "transport": {}} | transport: unknown key; there is default, transports
          {"default": [{"type": "reject"}], "transports": []} | transports: is not an object: {...}
          {"default": [{"type": "reject"}], "transports": {"dokcer": {}}} | transports.dokcer: unknown key; there is atomic, containers-storage, dir, docker, docker-archive, docker-daemon, oci, oci-archive, ostree, sif, tarball
          {"default": [{"type": "reject"}], "transports": {"docker": {"a.example": []}}} | transports.docker."a.example": is not a list of at least one of objects: [...]
          {"default": [{"type": "reject"}], "transports": {"docker": {"busybox": [{"type": "reject"}]}}} | transports.docker."busybox": it can match nothing; write it in full, as docker.io/library/busybox
          {"default": [{"type": "reject"}], "transports": {"dir": {"/a": [{"type": "signedBy"}]}}} | transports.dir."/a", requirement 1, type: signedBy is not supported, only sigstoreSigned with public keys is
          """)
  void aPolicyOfAnotherFormIsRefusedWithItsPlace(String text, String problem) {
    assertRefused(text, problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {} | , type: is missing
          {"type": 1} | , type: is not a text: "..."
          {"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"} | , type: signedBy is not supported, only sigstoreSigned with public keys is
          {"type": "signedBaseLayer"} | , type: signedBaseLayer is not supported, only sigstoreSigned with public keys is
          {"type": "sigstoresigned"} | , type: unknown type "sigstoresigned"
          {"type": "reject", "keyPath": "/k"} | , keyPath: unknown key; there is type
          {"type": "insecureAcceptAnything", "x": 1} | , x: unknown key; there is type
          {"type": "sigstoreSigned"} | : give exactly one of keyPath, keyPaths, keyData, keyDatas, not 0
          {"type": "sigstoreSigned", "keyPath": "/k", "keyData": "x"} | : give exactly one of keyPath, keyPaths, keyData, keyDatas, not 2
          {"type": "sigstoreSigned", "keyPath": "k"} | , keyPath: "k" is not an absolute path
          {"type": "sigstoreSigned", "keyPath": ""} | , keyPath: is not a text: "..."
          {"type": "sigstoreSigned", "keyPaths": []} | , keyPaths: is not a list of at least one of texts: [...]
          {"type": "sigstoreSigned", "keyPaths": "/k"} | , keyPaths: is not a list of at least one of texts: [...]
          {"type": "sigstoreSigned", "keyData": "!!!!"} | , keyData: is not base64 of a key in PEM form: Illegal base64 character 21
          {"type": "sigstoreSigned", "keyDatas": ["AAAA"]} | , keyDatas: holds no PUBLIC KEY in PEM form
          {"type": "sigstoreSigned", "fulcio": {}} | , fulcio: is not supported, only signatures of public keys are verified
          {"type": "sigstoreSigned", "pki": {}} | , pki: is not supported, only signatures of public keys are verified
          {"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyPath": "/r"} | , rekorPublicKeyPath: is not supported, only signatures of public keys are verified
          {"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyPaths": []} | , rekorPublicKeyPaths: is not supported, only signatures of public keys are verified
          {"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyData": ""} | , rekorPublicKeyData: is not supported, only signatures of public keys are verified
          {"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyDatas": []} | , rekorPublicKeyDatas: is not supported, only signatures of public keys are verified
          {"type": "sigstoreSigned", "keyPath": "/k", "keypath": "/k"} | , keypath: unknown key; there is keyData, keyDatas, keyPath, keyPaths, signedIdentity, type
          {"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": "x"} | , signedIdentity: is not an object: {...}
          {"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {"type": "matchAll"}} | , signedIdentity.type: unknown type "matchAll"
          {"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {"type": "matchExact", "x": 1}} | , signedIdentity.x: unknown key; there is type
          {"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {"type": "exactReference"}} | , signedIdentity.dockerReference: is missing
          {"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {"type": "exactReference", "dockerReference": "a.example/b"}} | , signedIdentity.dockerReference: has neither a tag nor a digest
          {"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {"type": "exactRepository", "dockerRepository": "a.example/b:1"}} | , signedIdentity.dockerRepository: has a tag or a digest, which would mean nothing
          {"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {"type": "exactRepository", "dockerRepository": "a.example/B"}} | , signedIdentity.dockerRepository: image reference "a.example/B": the repository name B must be lower case
          {"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {"type": "remapIdentity", "prefix": "a.example"}} | , signedIdentity.signedPrefix: is missing
          {"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {"type": "remapIdentity", "prefix": "a.example/b:1", "signedPrefix": "c.example"}} | , signedIdentity.prefix: "a.example/b:1" is not a host or a path below one, in full
          {"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {"type": "remapIdentity", "prefix": "a.example", "signedPrefix": "busybox"}} | , signedIdentity.signedPrefix: "busybox" is not a host or a path below one, in full
          """)
  void whatARequirementCannotMeanIsRefusedWithItsPlace(String requirement, String problem) {
    assertRefused(only(requirement), "default, requirement 1" + problem);
  }

  @Test
  void aPathThatCannotBeOneIsRefused() {
    assertRefused(
        only("{\"type\": \"sigstoreSigned\", \"keyPath\": \"/a\\u0000\"}"),
        "default, requirement 1, keyPath: \"/a\0\" is not an absolute path");
  }
}
