package io.gantry.nri.wire;

/** The other side's answer to a call is a failure; the connection is as good as before. */
public final class CallException extends Exception {

  private static final long serialVersionUID = 1L;

  public static final int UNKNOWN = 2;
  public static final int INVALID = 3;
  public static final int EXHAUSTED = 8;
  public static final int UNIMPLEMENTED = 12;

  private final int code;

  /**
   * @param code a number of gRPC
   */
  public CallException(int code, String message) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }
}
