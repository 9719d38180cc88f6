package io.gantry.cni.plugin;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import java.util.Set;

/**
 * One type of CNI plugin (CNI 1.1, section 2). Without state of its own: all it needs comes with
 * the call or is found in the kernel, so that another process can undo what this one did. Safe for
 * use by several threads; calls for one container come one after the other.
 */
public interface Plugin {

  /** A container's interface that must stay. */
  record Attachment(String containerId, String ifName) {}

  /**
   * Attaches. On failure the plugin may leave what it did: DEL follows.
   *
   * @return the whole result, with what the plugins before it answered
   */
  CniResult add(PluginCall call) throws CniException;

  /** Fails when what ADD made is gone or changed; {@code prevResult} is ADD's result. */
  void check(PluginCall call) throws CniException;

  /** Undoes ADD. Without a namespace, after a failed ADD and for the second time it succeeds. */
  void del(PluginCall call) throws CniException;

  /** Undoes an ADD that failed, so that a runtime which forgets DEL leaves nothing either. */
  default void undo(PluginCall call, Exception cause) {
    try {
      del(call);
    } catch (CniException e) {
      cause.addSuppressed(e);
    }
  }

  /** Removes what belongs to attachments of this network that are not in the set. */
  void gc(PluginConfig config, Set<Attachment> valid) throws CniException;

  /** Fails with NOT_AVAILABLE when ADD cannot be served, saying what is missing. */
  void status(PluginConfig config) throws CniException;
}
