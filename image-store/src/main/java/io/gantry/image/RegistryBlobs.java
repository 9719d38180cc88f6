package io.gantry.image;

import io.gantry.image.content.BlobSource;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.registry.Repository;
import java.io.IOException;
import java.io.InputStream;

/** The blobs of a repository, as layers want them. */
record RegistryBlobs(Repository repository) implements BlobSource {

  @Override
  public InputStream open(Descriptor blob) throws IOException {
    return repository.blob(blob);
  }

  @Override
  public boolean distrust(Descriptor blob) {
    return repository.distrust(blob);
  }
}
