package io.gantry.cni.filter;

import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;

/** A plugin that has elements in the table. */
public interface TableUser {

  /**
   * What an attachment has there. Follows from the call alone, so that the table can be written
   * anew from records.
   *
   * @param call with the attachment's result as {@code prevResult}
   */
  Elements elements(PluginCall call) throws CniException;
}
