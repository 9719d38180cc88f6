package io.gantry.cni.ipam;

import io.gantry.cni.plugin.Plugin.Attachment;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who has which address of one network, as files: the address is the name, the container and its
 * interface are the content. Names and contents are those of CNI's host-local, so that either can
 * take over from the other.
 */
final class AddressDirectory {

  private static final String LOCK = "lock";
  private static final String LAST = "last_reserved_ip.";
  private static final String LINE_BREAK = "\r\n";
  private static final int LOCK_MODE = 0600;

  /** Work that nobody else of this machine disturbs. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  private final FileCalls calls;
  private final Path directory;

  /** Waiting here leaves a thread free for others, waiting in the kernel does not. */
  private final ReentrantLock inProcess;

  AddressDirectory(FileCalls calls, Path directory, ReentrantLock inProcess) {
    this.calls = calls;
    this.directory = directory;
    this.inProcess = inProcess;
  }

  /** Runs the work while no other thread or process does such for the network. */
  <T> T exclusively(Work<T> work) throws IOException {
    inProcess.lock();
    try (Fd lock = lockFile()) {
      calls.lockExclusively(lock);
      return work.run();
    } finally {
      inProcess.unlock();
    }
  }

  private Fd lockFile() throws IOException {
    Files.createDirectories(directory);
    return calls.open(directory.resolve(LOCK), FileFlags.O_RDWR | FileFlags.O_CREAT, LOCK_MODE);
  }

  /** Gives the address to the holder unless somebody has it. */
  boolean take(InetAddress address, Attachment holder) throws IOException {
    try {
      Files.writeString(
          file(address), text(holder), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return true;
    } catch (FileAlreadyExistsException taken) {
      return false;
    }
  }

  /** Who has it. */
  Optional<Attachment> holder(InetAddress address) throws IOException {
    return read(file(address));
  }

  /** Frees the address if that holder has it. */
  void release(InetAddress address, Attachment holder) throws IOException {
    if (holder(address).filter(holder::equals).isPresent()) {
      Files.deleteIfExists(file(address));
    }
  }

  /** All that is given out. */
  Map<InetAddress, Attachment> holders() throws IOException {
    Map<InetAddress, Attachment> holders = new HashMap<>();
    for (InetAddress address : taken()) {
      read(file(address)).ifPresent(holder -> holders.put(address, holder));
    }
    return holders;
  }

  /** The addresses that are given out, without a look at who has them. */
  Set<InetAddress> taken() throws IOException {
    Set<InetAddress> addresses = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        address(file.getFileName().toString()).ifPresent(addresses::add);
      }
    } catch (NoSuchFileException none) {
      return addresses;
    }
    return addresses;
  }

  private static Optional<InetAddress> address(String name) {
    try {
      return name.equals(LOCK) || name.startsWith(LAST)
          ? Optional.empty()
          : Optional.of(InetAddress.ofLiteral(name));
    } catch (IllegalArgumentException foreign) {
      return Optional.empty();
    }
  }

  /** The address that was given out last from that one of the network's ranges. */
  Optional<InetAddress> last(int range) throws IOException {
    try {
      return address(Files.readString(directory.resolve(LAST + range)).strip());
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  void last(int range, InetAddress address) throws IOException {
    Files.writeString(directory.resolve(LAST + range), IpPrefix.text(address));
  }

  private Path file(InetAddress address) {
    return directory.resolve(IpPrefix.text(address));
  }

  private static String text(Attachment holder) {
    return holder.containerId() + LINE_BREAK + holder.ifName();
  }

  /** A file without an interface is of an old writer: it stands for the usual one. */
  private static Optional<Attachment> read(Path file) throws IOException {
    try {
      String[] lines = Files.readString(file, StandardCharsets.UTF_8).strip().split("\\R", 2);
      return Optional.of(new Attachment(lines[0], lines.length > 1 ? lines[1].strip() : "eth0"));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
