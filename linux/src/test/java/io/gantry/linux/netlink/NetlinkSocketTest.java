package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.SocketCalls;
import io.gantry.linux.SyscallException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetlinkSocketTest {

  private static final int ENTRY = Rtnetlink.RTM_NEWLINK;
  private static final int MULTI = Rtnetlink.NLM_F_MULTI;

  private final Deque<byte[]> datagrams = new ArrayDeque<>();
  private final List<byte[]> sent = new ArrayList<>();
  private boolean closed;
  private NetlinkSocket socket;

  @BeforeEach
  void open() throws Exception {
    socket = NetlinkSocket.open(calls());
  }

  @AfterEach
  void close() {
    socket.close();
    assertThat(closed).isTrue();
  }

  private SocketCalls calls() {
    return (SocketCalls)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {SocketCalls.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "socket" -> Fd.owning(9, number -> closed = true);
                  case "send" -> send((ByteBuffer) arguments[1]);
                  case "receive" -> receive((ByteBuffer) arguments[1]);
                  default -> null;
                });
  }

  private int send(ByteBuffer message) {
    byte[] bytes = new byte[message.remaining()];
    message.get(bytes);
    sent.add(bytes);
    return bytes.length;
  }

  private int receive(ByteBuffer buffer) {
    byte[] datagram = datagrams.remove();
    buffer.put(datagram);
    return datagram.length;
  }

  private static byte[] message(int type, int flags, int sequence, byte[] payload) {
    ByteBuffer buffer = ByteBuffer.allocate(16 + payload.length).order(ByteOrder.nativeOrder());
    buffer.putInt(buffer.capacity()).putShort((short) type).putShort((short) flags);
    return buffer.putInt(sequence).putInt(0).put(payload).array();
  }

  private static byte[] entry(int flags, int sequence, int value) {
    return message(ENTRY, flags, sequence, number(value));
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static byte[] done(int sequence) {
    return message(Rtnetlink.NLMSG_DONE, MULTI, sequence, number(0));
  }

  private static byte[] together(byte[]... messages) {
    ByteBuffer all = ByteBuffer.allocate(1024);
    for (byte[] message : messages) {
      all.put(message);
    }
    byte[] bytes = new byte[all.position()];
    all.flip().get(bytes);
    return bytes;
  }

  private List<Integer> dump() throws SyscallException {
    NetlinkMessage message = new NetlinkMessage(Rtnetlink.RTM_GETLINK, Rtnetlink.NLM_F_DUMP);
    return socket.dump(message.link(0, 0), payload -> payload.getInt(0));
  }

  private void change() throws SyscallException {
    socket.change(new NetlinkMessage(Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_ACK), "br0");
  }

  @Test
  void aDumpIsReadOverSeveralDatagramsUntilItsEnd() throws Exception {
    datagrams.add(together(entry(MULTI, 1, 10), entry(MULTI, 1, 20)));
    datagrams.add(together(entry(MULTI, 1, 30), done(1)));
    assertThat(dump()).containsExactly(10, 20, 30);
  }

  @Test
  void aDumpThatRacedWithAChangeIsRepeated() throws Exception {
    int torn = MULTI | Rtnetlink.NLM_F_DUMP_INTR;
    datagrams.add(together(entry(torn, 1, 10), done(1)));
    datagrams.add(together(entry(MULTI, 2, 10), entry(MULTI, 2, 20), done(2)));
    assertThat(dump()).containsExactly(10, 20);
    assertThat(sent).hasSize(2);
  }

  @Test
  void aDumpThatNeverSettlesIsGivenUp() {
    int torn = MULTI | Rtnetlink.NLM_F_DUMP_INTR;
    for (int sequence = 1; sequence <= 10; sequence++) {
      datagrams.add(together(entry(torn, sequence, 10), done(sequence)));
    }
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(this::dump)
        .withMessage("RTM_GETLINK dump: EAGAIN");
  }

  @Test
  void anAnswerToAnEarlierRequestIsPassedOver() throws Exception {
    datagrams.add(together(entry(MULTI, 77, 10), done(77)));
    datagrams.add(message(Rtnetlink.NLMSG_ERROR, 0, 1, number(0)));
    change();
    assertThat(datagrams).isEmpty();
  }

  @Test
  void aRefusalCarriesTheKernelsWordsBehindACappedRequest() {
    byte[] text = "no such thing\0".getBytes(StandardCharsets.UTF_8);
    ByteBuffer payload = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
    payload.putInt(-22).put(new byte[16]);
    payload.putShort((short) (4 + text.length)).putShort((short) 1).put(text);
    byte[] bytes = new byte[payload.position()];
    payload.flip().get(bytes);
    int flags = Rtnetlink.NLM_F_CAPPED | Rtnetlink.NLM_F_ACK_TLVS;
    datagrams.add(message(Rtnetlink.NLMSG_ERROR, flags, 1, bytes));
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(this::change)
        .withMessage("RTM_NEWLINK br0: EINVAL (no such thing)");
  }

  @Test
  void aRefusalWithoutWordsIsItsNumber() {
    datagrams.add(message(Rtnetlink.NLMSG_ERROR, 0, 1, number(-Errno.EPERM.number())));
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(this::change)
        .withMessage("RTM_NEWLINK br0: EPERM");
  }

  @Test
  void aMessageCutShortIsAnErrorAndNotALoop() {
    byte[] whole = entry(MULTI, 1, 10);
    whole[0] = 100;
    datagrams.add(whole);
    datagrams.add(new byte[] {1, 2, 3});
    assertThatExceptionOfType(SyscallException.class).isThrownBy(this::dump);
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(this::dump)
        .withMessage("recv netlink: EBADMSG (message cut short)");
  }

  @Test
  void attributesArePaddedNestedAndCounted() throws Exception {
    NetlinkMessage message =
        new NetlinkMessage(Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_ACK)
            .link(7, Rtnetlink.IFF_UP)
            .attribute(Rtnetlink.IFLA_IFNAME, "br0")
            .nested(
                Rtnetlink.IFLA_LINKINFO,
                info -> info.attribute(Rtnetlink.IFLA_INFO_KIND, "bridge"));
    datagrams.add(message(Rtnetlink.NLMSG_ERROR, 0, 1, number(0)));
    socket.change(message, "br0");

    ByteBuffer bytes = ByteBuffer.wrap(sent.getFirst()).order(ByteOrder.nativeOrder());
    assertThat(bytes.getInt(0)).isEqualTo(bytes.capacity()).isEqualTo(16 + 16 + 8 + 16);
    assertThat(bytes.getShort(6)).isEqualTo((short) 5);
    assertThat(bytes.getInt(16 + 12)).as("ifi_change").isEqualTo(1);
    Attributes attributes = new Attributes(bytes.slice(32, bytes.capacity() - 32));
    assertThat(attributes.text(Rtnetlink.IFLA_IFNAME)).isEqualTo("br0");
    assertThat(attributes.nested(Rtnetlink.IFLA_LINKINFO).text(Rtnetlink.IFLA_INFO_KIND))
        .isEqualTo("bridge");
    assertThat(bytes.getShort(32 + 8)).as("nested length").isEqualTo((short) 16);
    assertThat(bytes.getShort(32 + 8 + 4)).as("inner length").isEqualTo((short) 11);
  }

  @Test
  void attributesThatLieAboutTheirLengthEndTheReading() {
    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.nativeOrder());
    bytes.putShort((short) 400).putShort((short) 3).putInt(1).putShort((short) 0);
    bytes.position(0);
    Attributes attributes = new Attributes(bytes);
    assertThat(attributes.text(3)).isEmpty();
    assertThat(attributes.number(4, -1)).isEqualTo(-1);
    assertThat(new Attributes(ByteBuffer.allocate(3)).data(1)).isNull();
    assertThat(new Attributes(ByteBuffer.allocate(8)).data(1)).isNull();
  }
}
