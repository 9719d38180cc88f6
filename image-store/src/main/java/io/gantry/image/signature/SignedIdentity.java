package io.gantry.image.signature;

/**
 * Which names a signature may give an image (containers-policy.json(5), {@code signedIdentity}).
 */
sealed interface SignedIdentity {

  /**
   * Whether a signature's name will do.
   *
   * @param image what is asked for, with a tag or a digest
   */
  boolean accepts(SignedName image, SignedName signed);

  /** What would do, for messages. */
  String wanted(SignedName image);

  /** The same name, with tag or digest. */
  record Exact() implements SignedIdentity {
    @Override
    public boolean accepts(SignedName image, SignedName signed) {
      return !signed.isNameOnly() && signed.equals(image);
    }

    @Override
    public String wanted(SignedName image) {
      return image.toString();
    }
  }

  /** The same name and tag; of an image by digest, any tag of its repository. */
  record RepoDigestOrExact() implements SignedIdentity {
    @Override
    public boolean accepts(SignedName image, SignedName signed) {
      return image.isDigest()
          ? !signed.isNameOnly() && signed.name().equals(image.name())
          : new Exact().accepts(image, signed);
    }

    @Override
    public String wanted(SignedName image) {
      return image.isDigest() ? image.name() + " with a tag" : image.toString();
    }
  }

  /** The same repository. */
  record SameRepository() implements SignedIdentity {
    @Override
    public boolean accepts(SignedName image, SignedName signed) {
      return signed.name().equals(image.name());
    }

    @Override
    public String wanted(SignedName image) {
      return image.name();
    }
  }

  /** One name with tag or digest, whatever is asked for. */
  record ExactReference(SignedName reference) implements SignedIdentity {
    @Override
    public boolean accepts(SignedName image, SignedName signed) {
      return new Exact().accepts(reference, signed);
    }

    @Override
    public String wanted(SignedName image) {
      return reference.toString();
    }
  }

  /** One repository, whatever is asked for. */
  record ExactRepository(String name) implements SignedIdentity {
    @Override
    public boolean accepts(SignedName image, SignedName signed) {
      return signed.name().equals(name);
    }

    @Override
    public String wanted(SignedName image) {
      return name;
    }
  }

  /**
   * As {@link RepoDigestOrExact}, after names that begin with a prefix were given another one.
   *
   * @param prefix a host or a path below one
   */
  record Remapped(String prefix, String signedPrefix) implements SignedIdentity {
    @Override
    public boolean accepts(SignedName image, SignedName signed) {
      return new RepoDigestOrExact().accepts(remapped(image), signed);
    }

    @Override
    public String wanted(SignedName image) {
      return new RepoDigestOrExact().wanted(remapped(image));
    }

    private SignedName remapped(SignedName image) {
      boolean below = (image.name() + "/").startsWith(prefix + "/");
      return below
          ? new SignedName(signedPrefix + image.name().substring(prefix.length()), image.label())
          : image;
    }
  }
}
