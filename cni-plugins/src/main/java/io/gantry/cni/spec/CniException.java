package io.gantry.cni.spec;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A failure as CNI tells it: a code, what was tried on what and why, and details for whoever looks
 * closer (CNI 1.1, section 5, "Error").
 */
public final class CniException extends IOException {

  /** The configuration's version is none that the plugin speaks. */
  public static final int INCOMPATIBLE_VERSION = 1;

  /** A field is known and its value cannot be served; the message names both. */
  public static final int UNSUPPORTED_FIELD = 2;

  /** The container is unknown: the caller need not clean up. */
  public static final int UNKNOWN_CONTAINER = 3;

  /** One of the {@code CNI_} variables is missing or wrong. */
  public static final int INVALID_ENVIRONMENT = 4;

  /** Reading the configuration failed. */
  public static final int IO_FAILURE = 5;

  /** The configuration is no JSON. */
  public static final int DECODING_FAILURE = 6;

  /** The configuration is JSON and says something that cannot be. */
  public static final int INVALID_CONFIG = 7;

  /** The same call may succeed later. */
  public static final int TRY_AGAIN = 11;

  /** STATUS: ADD cannot be served now. */
  public static final int NOT_AVAILABLE = 50;

  /** STATUS: ADD cannot be served now and attached containers may have lost their connections. */
  public static final int NOT_AVAILABLE_LIMITED = 51;

  /** Codes from here on are the plugins' own. */
  public static final int PLUGIN_FAILURE = 100;

  /** A range of addresses is used up. */
  public static final int NO_ADDRESS_LEFT = 101;

  /** A port of the node has another owner. */
  public static final int PORT_TAKEN = 102;

  /** CHECK: what ADD made is not as it was made. */
  public static final int NOT_AS_ADDED = 103;

  private static final Pattern FIELD = Pattern.compile("fields? ([^\\s:]+)");

  private static final long serialVersionUID = 1L;

  private final int code;
  private final String details;

  public CniException(int code, String message, String details, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.details = details;
  }

  public CniException(int code, String message) {
    this(code, message, "", null);
  }

  /** A plugin could not do its work. */
  public static CniException failed(String message, @Nullable Throwable cause) {
    return new CniException(PLUGIN_FAILURE, message, "", cause);
  }

  /**
   * What a step failed with: as it is where it is told already, else as a failure of the plugin.
   */
  public static CniException of(String what, Exception cause) {
    return cause instanceof CniException told
        ? told
        : failed("cannot " + what + ": " + cause.getMessage(), cause);
  }

  /** A configuration that cannot be used. The message begins as {@link #field} reads it. */
  public static CniException invalid(String message) {
    return new CniException(INVALID_CONFIG, message);
  }

  /**
   * The path of the configuration's field that is wrong, such as {@code ipam.subnet}: that of a
   * message that begins with "field PATH". Empty where there is none.
   */
  public String field() {
    Matcher matcher = FIELD.matcher(String.valueOf(getMessage()));
    return matcher.lookingAt() ? matcher.group(1) : "";
  }

  /** CHECK found something changed. */
  public static CniException changed(String message) {
    return new CniException(NOT_AS_ADDED, message);
  }

  /** Never null, unlike what a failure may have in general. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  public int code() {
    return code;
  }

  /** More than the message says, or empty. */
  public String details() {
    return details;
  }
}
