package io.gantry.cni.filter;

import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;

/** A plugin that puts elements into the packet filter's table and can say again which. */
public interface Filtered {

  /** What an attachment has in the table; the call carries ADD's result. Changes nothing. */
  Elements elements(PluginCall call) throws CniException;
}
