package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Sockets that the JDK does not have: netlink, and unix sockets whose descriptor can be handed on.
 */
public interface SocketCalls {

  /** socket(2) with {@code SOCK_CLOEXEC}. */
  Fd socket(int domain, int type, int protocol) throws SyscallException;

  /** bind(2) of a unix socket to a path (at most 107 bytes). */
  void bindUnix(Fd socket, Path path) throws SyscallException;

  /** bind(2) of a netlink socket: the kernel chooses the port id. */
  void bindNetlink(Fd socket, int groups) throws SyscallException;

  /** listen(2). */
  void listen(Fd socket, int backlog) throws SyscallException;

  /** send(2) of the buffer's rest. */
  int send(Fd socket, ByteBuffer message) throws SyscallException;

  /** recv(2) into the buffer's free space. */
  int receive(Fd socket, ByteBuffer message) throws SyscallException;

  /** setsockopt(2) with an int value. */
  void setsockopt(Fd socket, int level, int option, int value) throws SyscallException;
}
