package io.gantry.image.signature;

import io.gantry.image.error.ImageException;
import io.gantry.image.signature.Requirement.SigstoreSigned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a policy (containers-policy.json(5) of containers/image 5.36). What that format knows and
 * Gantry does not is an error, in the rules of other transports too: none of it would be checked.
 */
final class PolicyReader {

  private static final String DOCKER = "docker";
  private static final Set<String> TRANSPORTS =
      Set.of(
          DOCKER,
          "atomic",
          "containers-storage",
          "dir",
          "docker-archive",
          "docker-daemon",
          "oci",
          "oci-archive",
          "ostree",
          "sif",
          "tarball");
  private static final Set<String> KEYS = Set.of("keyPath", "keyPaths", "keyData", "keyDatas");
  private static final Set<String> SIGSTORE_FIELDS =
      Set.of("type", "keyPath", "keyPaths", "keyData", "keyDatas", "signedIdentity");

  /** Known to the format, and not to Gantry. */
  private static final Set<String> KEYLESS =
      Set.of(
          "fulcio",
          "pki",
          "rekorPublicKeyPath",
          "rekorPublicKeyPaths",
          "rekorPublicKeyData",
          "rekorPublicKeyDatas");

  private static final Set<String> OTHER_TYPES = Set.of("signedBy", "signedBaseLayer");

  /** Reads the key of a file that a place of the policy names. */
  @FunctionalInterface
  interface KeyFiles {
    TrustedKey key(String place, Path file) throws ImageException;
  }

  private final KeyFiles files;

  private PolicyReader(KeyFiles files) {
    this.files = files;
  }

  static Policy read(byte[] content, KeyFiles files) throws FormatException {
    return new PolicyReader(files).policy(Fields.parse(content));
  }

  private Policy policy(Fields document) throws FormatException {
    document.only(Set.of("default", "transports"));
    List<Requirement> fallback = requirements(document, "default");
    Map<String, List<Requirement>> docker = new HashMap<>();
    if (document.has("transports")) {
      Fields transports = document.object("transports").only(TRANSPORTS);
      for (String transport : transports.keys()) {
        Map<String, List<Requirement>> scopes = scopes(transports.object(transport));
        if (transport.equals(DOCKER)) {
          docker.putAll(scopes);
        }
      }
      requireMatching(docker.keySet(), transports.at(DOCKER));
    }
    return new Policy(fallback, docker);
  }

  private static void requireMatching(Set<String> scopes, String place) throws FormatException {
    for (String scope : scopes) {
      String objection = Scope.objection(scope);
      if (!objection.isEmpty()) {
        throw new FormatException(place + ".\"" + scope + '"', objection);
      }
    }
  }

  private Map<String, List<Requirement>> scopes(Fields transport) throws FormatException {
    Map<String, List<Requirement>> scopes = new HashMap<>();
    for (String scope : transport.keys()) {
      scopes.put(scope, requirements(transport, scope));
    }
    return scopes;
  }

  private List<Requirement> requirements(Fields parent, String key) throws FormatException {
    List<Requirement> requirements = new ArrayList<>();
    for (Fields each : parent.objects(key, "requirement")) {
      requirements.add(requirement(each));
    }
    return requirements;
  }

  private Requirement requirement(Fields fields) throws FormatException {
    String type = fields.text("type");
    return switch (type) {
      case "insecureAcceptAnything" -> {
        fields.only(Set.of("type"));
        yield new Requirement.AcceptAnything();
      }
      case "reject" -> {
        fields.only(Set.of("type"));
        yield new Requirement.Reject();
      }
      case "sigstoreSigned" -> sigstoreSigned(fields);
      default ->
          throw new FormatException(
              fields.at("type"),
              OTHER_TYPES.contains(type)
                  ? type + " is not supported, only sigstoreSigned with public keys is"
                  : "unknown type \"" + type + "\"");
    };
  }

  private SigstoreSigned sigstoreSigned(Fields fields) throws FormatException {
    for (String key : fields.keys()) {
      if (KEYLESS.contains(key)) {
        throw new FormatException(
            fields.at(key), "is not supported, only signatures of public keys are verified");
      }
    }
    fields.only(SIGSTORE_FIELDS);
    List<String> given = fields.keys().stream().filter(KEYS::contains).toList();
    if (given.size() != 1) {
      throw new FormatException(
          fields.place(),
          "give exactly one of keyPath, keyPaths, keyData, keyDatas, not " + given.size());
    }
    SignedIdentity identity =
        fields.has("signedIdentity")
            ? identity(fields.object("signedIdentity"))
            : new SignedIdentity.RepoDigestOrExact();
    return new SigstoreSigned(keys(fields, given.getFirst()), identity);
  }

  private List<KeySource> keys(Fields fields, String field) throws FormatException {
    List<String> texts = field.endsWith("s") ? fields.texts(field) : List.of(fields.text(field));
    List<KeySource> keys = new ArrayList<>();
    for (String text : texts) {
      keys.add(
          field.startsWith("keyPath")
              ? file(fields.at(field), text)
              : data(fields.at(field), text));
    }
    return keys;
  }

  private KeySource file(String place, String path) throws FormatException {
    if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
      throw new FormatException(place, "\"" + path + "\" is not an absolute path");
    }
    Path file = Path.of(path);
    return () -> files.key(place, file);
  }

  private static KeySource data(String place, String base64) throws FormatException {
    try {
      byte[] pem = Base64.getDecoder().decode(base64);
      TrustedKey key = TrustedKey.of(new String(pem, StandardCharsets.ISO_8859_1));
      return () -> key;
    } catch (IllegalArgumentException e) {
      throw new FormatException(place, "is not base64 of a key in PEM form: " + e.getMessage());
    } catch (IOException e) {
      throw new FormatException(place, e.getMessage() + "");
    }
  }

  private static SignedIdentity identity(Fields fields) throws FormatException {
    String type = fields.text("type");
    return switch (type) {
      case "matchExact" -> plain(fields, new SignedIdentity.Exact());
      case "matchRepoDigestOrExact" -> plain(fields, new SignedIdentity.RepoDigestOrExact());
      case "matchRepository" -> plain(fields, new SignedIdentity.SameRepository());
      case "exactReference" -> exactReference(fields);
      case "exactRepository" -> exactRepository(fields);
      case "remapIdentity" -> {
        fields.only(Set.of("type", "prefix", "signedPrefix"));
        yield new SignedIdentity.Remapped(prefix(fields, "prefix"), prefix(fields, "signedPrefix"));
      }
      default -> throw new FormatException(fields.at("type"), "unknown type \"" + type + "\"");
    };
  }

  private static SignedIdentity plain(Fields fields, SignedIdentity identity)
      throws FormatException {
    fields.only(Set.of("type"));
    return identity;
  }

  private static SignedIdentity exactReference(Fields fields) throws FormatException {
    SignedName name = name(fields.only(Set.of("type", "dockerReference")), "dockerReference");
    if (name.isNameOnly()) {
      throw new FormatException(fields.at("dockerReference"), "has neither a tag nor a digest");
    }
    return new SignedIdentity.ExactReference(name);
  }

  private static SignedIdentity exactRepository(Fields fields) throws FormatException {
    SignedName name = name(fields.only(Set.of("type", "dockerRepository")), "dockerRepository");
    if (!name.isNameOnly()) {
      throw new FormatException(
          fields.at("dockerRepository"), "has a tag or a digest, which would mean nothing");
    }
    return new SignedIdentity.ExactRepository(name.name());
  }

  private static SignedName name(Fields fields, String field) throws FormatException {
    try {
      return SignedName.parse(fields.text(field));
    } catch (ImageException e) {
      throw new FormatException(fields.at(field), e.getMessage() + "");
    }
  }

  private static String prefix(Fields fields, String field) throws FormatException {
    String prefix = fields.text(field);
    if (!Scope.isPrefix(prefix)) {
      throw new FormatException(
          fields.at(field), "\"" + prefix + "\" is not a host or a path below one, in full");
    }
    return prefix;
  }
}
