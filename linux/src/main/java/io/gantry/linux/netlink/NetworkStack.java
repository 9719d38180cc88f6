package io.gantry.linux.netlink;

/** What one network namespace has. Safe for use by several threads; the opener closes it. */
public interface NetworkStack extends AutoCloseable {

  Links links();

  Addresses addresses();

  Routes routes();

  Neighbours neighbours();

  LinkSettings linkSettings();

  BridgePorts bridgePorts();

  Traffic traffic();

  @Override
  void close();
}
