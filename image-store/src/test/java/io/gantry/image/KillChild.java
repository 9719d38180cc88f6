package io.gantry.image;

import io.gantry.image.content.LayerChoice;
import io.gantry.image.content.LayerForm;
import io.gantry.image.error.ImageException;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.FileCalls;
import io.gantry.linux.mount.DetachedMounts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process that works on a store and dies, without a word to anybody, just before a certain change
 * of the disk. Arguments: the store's root, the registry, the number of the change, the thread
 * whose changes count ({@code work} or {@code trash}), the form of layers, then steps; those after
 * {@code !} are counted.
 */
final class KillChild {

  /** What a killed process ends with. */
  static final int KILLED = 137;

  /** The container whose files are changed. */
  static final String CHANGED = "changed";

  private static final String TRASH = "gantry-trash";

  private final String registry;
  private final ImageStore store;

  private KillChild(String registry, ImageStore store) {
    this.registry = registry;
    this.store = store;
  }

  static ImageStore open(Path root, FileCalls files, Duration keepUnused) throws IOException {
    return open(root, files, LayerChoice.DIRECTORIES, keepUnused);
  }

  static ImageStore open(Path root, FileCalls files, LayerForm form, Duration keepUnused)
      throws IOException {
    DetachedMounts mounts = DetachedMounts.ofThisKernel();
    return open(root, files, new LayerChoice(form, mounts::erofs), keepUnused);
  }

  private static ImageStore open(
      Path root, FileCalls files, LayerChoice choice, Duration keepUnused) throws IOException {
    return DiskImageStore.open(
        StoreSettings.inOrder(root), files, choice, WorkObserver.NONE, keepUnused);
  }

  public static void main(String[] arguments) throws IOException {
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    boolean trash = arguments[3].equals("trash");
    FileCalls files =
        WatchedFiles.of(
            new WatchedFiles.Watcher() {
              @Override
              public void before(String call, Object[] ignored) {
                boolean counts = trash == Thread.currentThread().getName().equals(TRASH);
                if (counts && left.getAndDecrement() == 0) {
                  Runtime.getRuntime().halt(KILLED);
                }
              }
            });
    ImageStore store =
        open(Path.of(arguments[0]), files, LayerForm.valueOf(arguments[4]), Duration.ofMinutes(10));
    KillChild child = new KillChild(arguments[1], store);
    for (String step : List.of(arguments).subList(5, arguments.length)) {
      if (step.equals("!")) {
        left.set(Integer.parseInt(arguments[2]));
      } else {
        child.step(step);
      }
    }
    if (trash) {
      awaitEmpty(Path.of(arguments[0]).resolve("trash"));
    }
    // Without closing, as nobody closes a daemon that is killed.
    Runtime.getRuntime().halt(0);
  }

  private void step(String step) throws IOException {
    int space = step.indexOf(' ');
    String argument = step.substring(space + 1);
    switch (step.substring(0, space)) {
      case "pull" -> store.pull(reference(argument), RegistryAuth.ANONYMOUS);
      case "remove" -> store.remove(store.find(registry + "/" + argument).orElseThrow().id());
      case "hold" -> store.hold(store.find(registry + "/" + argument).orElseThrow().id(), "c1");
      case "release" -> store.release(argument);
      case "fill" -> fill(Path.of(argument));
      case "refused" -> refused(argument);
      case "swept" -> awaitEmpty(Path.of(argument));
      case "change" -> change(argument);
      case "commit" -> commit(store, registry + "/" + argument);
      case "push" -> {
        int to = argument.indexOf(" ");
        store.push(
            store.find(registry + "/" + argument.substring(0, to)).orElseThrow(),
            ImageReference.parse(argument.substring(to + 1)),
            RegistryAuth.ANONYMOUS);
      }
      case "import" -> {
        try (InputStream archive = Files.newInputStream(Path.of(argument))) {
          store.importArchive(archive, null);
        }
      }
      default -> throw new IllegalArgumentException(step);
    }
  }

  private void change(String name) throws IOException {
    Image image = store.find(registry + "/" + name).orElseThrow();
    Path upper = store.snapshots().prepare(CHANGED, store.layers(image)).upper();
    Files.createDirectory(upper.resolve("etc"));
    Files.writeString(upper.resolve("etc/new"), "changed");
  }

  /** Makes {@code mine:1} of an image and of what was changed. */
  static Image commit(ImageStore store, String name) throws IOException {
    Image image = store.find(name).orElseThrow();
    ImageReference made = ImageReference.parse("mine:1");
    return store.commit(
        new Commit(image.id(), CHANGED, made, "", "", "", List.of()), Commit.Reading::run);
  }

  /** Takes all space there is, to the last byte. */
  private static void fill(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int size = 1 << 20; size > 0; size /= 2) {
        write(channel, ByteBuffer.allocate(size));
      }
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes) {
    try {
      while (true) {
        channel.write(bytes.clear());
      }
    } catch (IOException full) {
      // As wanted.
    }
  }

  private void refused(String name) throws IOException {
    try {
      store.pull(reference(name), RegistryAuth.ANONYMOUS);
    } catch (ImageException.Storage e) {
      if (String.valueOf(e.getMessage()).contains("ENOSPC")) {
        return;
      }
      throw e;
    }
    throw new IOException("the disk is not full");
  }

  private ImageReference reference(String name) throws IOException {
    return ImageReference.parse(registry + "/" + name);
  }

  static void awaitEmpty(Path folder) throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (System.nanoTime() < deadline) {
      try (var entries = Files.list(folder)) {
        if (entries.findAny().isEmpty()) {
          return;
        }
      }
      Thread.onSpinWait();
    }
    throw new IOException(folder + " does not become empty");
  }
}
