package io.gantry.cni.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.Attachment;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.ResultJson;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An attachment as a record keeps it, read back into what a chain is run with. */
record AttachedChain(NetworkList list, Request request, @Nullable CniResult result) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads it.
   *
   * @param netns where the pod's namespace is reached now; null when it is gone
   */
  static AttachedChain of(String podId, PluginCall.@Nullable Netns netns, Attachment attachment)
      throws CniException {
    NetworkList list = NetworkList.read(json(attachment.configuration()), "record of pod " + podId);
    ObjectNode capabilities = (ObjectNode) json(attachment.capabilities());
    Request request =
        new Request(podId, netns, attachment.interfaceName(), attachment.arguments(), capabilities);
    return new AttachedChain(list, request, result(attachment, netns));
  }

  /** ADD's result, or null before it. */
  static @Nullable CniResult result(Attachment attachment) throws CniException {
    return attachment.result().isEmpty() ? null : ResultJson.read(json(attachment.result()));
  }

  /** The path of the namespace may have been another when the result was made. */
  private static @Nullable CniResult result(Attachment attachment, PluginCall.@Nullable Netns netns)
      throws CniException {
    CniResult result = result(attachment);
    if (result == null || netns == null) {
      return result;
    }
    List<CniResult.Interface> interfaces =
        result.interfaces().stream().map(one -> one.onNode() ? one : one.in(netns.path())).toList();
    return result.withInterfaces(interfaces);
  }

  private static JsonNode json(String text) throws CniException {
    try {
      return Objects.requireNonNull(JSON.readTree(text));
    } catch (JsonProcessingException e) {
      throw new CniException(
          CniException.DECODING_FAILURE,
          "a pod's record has an attachment that is no JSON: " + e.getOriginalMessage());
    }
  }
}
