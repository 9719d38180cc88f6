package io.gantry.state;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Directory trees of Gantry's own making. */
public final class Trees {

  /** A path shorter than this is a sign that a name was lost on the way. */
  private static final int LEAST_DEPTH = 3;

  private Trees() {}

  /**
   * Deletes a tree without following symlinks. A tree that is gone is fine.
   *
   * @throws IllegalArgumentException for a path that is not absolute or suspiciously near the root
   */
  public static void delete(Path tree) throws IOException {
    if (!tree.isAbsolute() || tree.normalize().getNameCount() < LEAST_DEPTH) {
      throw new IllegalArgumentException("refusing to delete the tree " + tree);
    }
    if (!Files.exists(tree, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(tree, new Deletion());
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
