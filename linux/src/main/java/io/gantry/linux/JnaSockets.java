package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** The socket calls of the machine. */
interface JnaSockets extends SocketCalls {

  int SOCK_CLOEXEC = 0x80000;
  int MSG_NOSIGNAL = 0x4000;
  short AF_UNIX = 1;
  short AF_NETLINK = 16;
  int LONGEST_UNIX_PATH = 107;

  @Override
  default Fd socket(int domain, int type, int protocol) throws SyscallException {
    return NativeCall.descriptor(
        NativeCall.check(
            "socket",
            "domain " + domain,
            () -> CLibrary.socket(domain, type | SOCK_CLOEXEC, protocol)));
  }

  @Override
  default void bindUnix(Fd socket, Path path) throws SyscallException {
    byte[] name = KernelText.terminated(path.toString());
    if (name.length - 1 > LONGEST_UNIX_PATH) {
      throw new SyscallException("bind", Errno.ENAMETOOLONG, path.toString());
    }
    byte[] address = new byte[Short.BYTES + name.length];
    ByteBuffer.wrap(address).order(ByteOrder.nativeOrder()).putShort(AF_UNIX).put(name);
    NativeCall.check(
        "bind", path.toString(), () -> CLibrary.bind(socket.number(), address, address.length));
  }

  @Override
  default void bindNetlink(Fd socket, int groups) throws SyscallException {
    byte[] address = new byte[12];
    ByteBuffer.wrap(address)
        .order(ByteOrder.nativeOrder())
        .putShort(0, AF_NETLINK)
        .putInt(8, groups);
    NativeCall.check(
        "bind", "netlink", () -> CLibrary.bind(socket.number(), address, address.length));
  }

  @Override
  default void listen(Fd socket, int backlog) throws SyscallException {
    NativeCall.check("listen", socket, () -> CLibrary.listen(socket.number(), backlog));
  }

  @Override
  default int send(Fd socket, ByteBuffer message) throws SyscallException {
    return Transfer.from(
        message,
        direct ->
            NativeCall.check(
                "send",
                socket,
                () -> CLibrary.send(socket.number(), direct, direct.remaining(), MSG_NOSIGNAL)),
        array ->
            NativeCall.check(
                "send",
                socket,
                () -> CLibrary.send(socket.number(), array, array.length, MSG_NOSIGNAL)));
  }

  @Override
  default int receive(Fd socket, ByteBuffer message) throws SyscallException {
    return Transfer.into(
        message,
        direct ->
            NativeCall.check(
                "recv",
                socket,
                () -> CLibrary.recv(socket.number(), direct, direct.remaining(), 0)),
        array ->
            NativeCall.check(
                "recv", socket, () -> CLibrary.recv(socket.number(), array, array.length, 0)));
  }

  @Override
  default void setsockopt(Fd socket, int level, int option, int value) throws SyscallException {
    byte[] number = new byte[Integer.BYTES];
    ByteBuffer.wrap(number).order(ByteOrder.nativeOrder()).putInt(value);
    NativeCall.check(
        "setsockopt",
        "option " + option,
        () -> CLibrary.setsockopt(socket.number(), level, option, number, number.length));
  }
}
