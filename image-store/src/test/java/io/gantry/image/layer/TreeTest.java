package io.gantry.image.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Device;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeTest {

  private static final int LISTING = FileFlags.O_RDONLY | FileFlags.O_DIRECTORY;

  @TempDir Path folder;
  private final FileCalls files = Linux.syscalls();
  private Path tree;

  @BeforeEach
  void plant() throws IOException {
    tree = Files.createDirectory(folder.resolve("tree"));
  }

  /** Directories in each other, each with a file in it, made without any path. */
  private void dig(int depth, String name) throws IOException {
    Fd at = files.open(tree, LISTING, 0);
    for (int i = 0; i < depth; i++) {
      files.mkdirat(at, name, 0755);
      Fd next = files.openat(at, name, LISTING, 0);
      files.mknodat(next, "file", FileFlags.S_IFREG | 0644, Device.NONE);
      at.close();
      at = next;
    }
    at.close();
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  @Test
  void a_tree_that_is_deeper_than_paths_are_long_goes() throws Exception {
    dig(40, "d".repeat(255));

    Tree.delete(files, tree);

    assertThat(tree).doesNotExist();
  }

  @Test
  void a_tree_that_is_deeper_than_descriptors_allow_goes_with_few_of_them() throws Exception {
    dig(1500, "d");
    long before = descriptors();
    long[] most = {before};
    FileCalls watched =
        (FileCalls)
            Proxy.newProxyInstance(
                FileCalls.class.getClassLoader(),
                new Class<?>[] {FileCalls.class},
                (proxy, method, arguments) -> {
                  try {
                    Object result = method.invoke(files, arguments);
                    if (result instanceof Fd) {
                      most[0] = Math.max(most[0], descriptors());
                    }
                    return result;
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });

    Tree.delete(watched, tree);

    assertThat(tree).doesNotExist();
    assertThat(most[0] - before).isBetween(2L, 60L);
  }

  @Test
  void names_that_the_moving_up_would_use_are_in_nobodys_way() throws Exception {
    for (int i = 0; i < 5; i++) {
      Files.createDirectories(tree.resolve("moved-up-" + i + "/in/it"));
    }
    dig(200, "d");

    Tree.delete(files, tree);

    assertThat(tree).doesNotExist();
  }

  @Test
  void a_wide_tree_is_read_in_pieces() throws Exception {
    for (int i = 0; i < 3000; i++) {
      Files.createDirectory(tree.resolve("a-rather-long-name-to-fill-the-buffer-" + i));
    }
    FileCalls piecewise =
        (FileCalls)
            Proxy.newProxyInstance(
                FileCalls.class.getClassLoader(),
                new Class<?>[] {FileCalls.class},
                (proxy, method, arguments) -> {
                  assertThat(method.getName()).isNotEqualTo("names");
                  try {
                    return method.invoke(files, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });

    Tree.delete(piecewise, tree);

    assertThat(tree).doesNotExist();
  }

  @Test
  void links_are_removed_and_not_followed() throws Exception {
    Path kept = Files.writeString(folder.resolve("kept"), "mine");
    Path folderKept = Files.createDirectory(folder.resolve("folder"));
    Files.writeString(folderKept.resolve("in"), "mine");
    Files.createSymbolicLink(tree.resolve("file"), kept);
    Files.createSymbolicLink(tree.resolve("folder"), folderKept);
    Path link = Files.createSymbolicLink(folder.resolve("link"), tree);

    Tree.delete(files, link);
    assertThat(tree).exists();
    Tree.delete(files, tree);

    assertThat(tree).doesNotExist();
    assertThat(link).doesNotExist();
    assertThat(kept).hasContent("mine");
    assertThat(folderKept.resolve("in")).hasContent("mine");
  }

  @Test
  void files_go_and_what_is_missing_is_fine() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");

    Tree.delete(files, file);
    Tree.delete(files, file);
    Tree.delete(files, file.resolveSibling("no/such"));

    assertThat(file).doesNotExist();
  }

  @Test
  void a_refusal_of_the_kernel_is_told_and_nothing_stays_open() throws Exception {
    dig(3, "d");
    FileCalls stubborn =
        (FileCalls)
            Proxy.newProxyInstance(
                FileCalls.class.getClassLoader(),
                new Class<?>[] {FileCalls.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("unlinkat") && arguments[1].equals("file")) {
                    throw new SyscallException("unlinkat", Errno.EPERM, "file");
                  }
                  try {
                    return method.invoke(files, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    long before = descriptors();

    assertThatThrownBy(() -> Tree.delete(stubborn, tree)).hasMessageContaining("EPERM");

    assertThat(descriptors()).isEqualTo(before);
  }
}
