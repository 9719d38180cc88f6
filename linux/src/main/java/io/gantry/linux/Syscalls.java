package io.gantry.linux;

/** All call groups. {@link Linux#syscalls()} is the machine's; tests use the scripted fake. */
public interface Syscalls extends FileCalls, MountCalls, ProcessCalls, SocketCalls {}
