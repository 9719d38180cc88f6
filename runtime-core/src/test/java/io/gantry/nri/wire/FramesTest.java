package io.gantry.nri.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FramesTest {

  @Test
  void messagesAreTheSameInWhateverPiecesTheyCome() throws Exception {
    Random random = new Random(7);
    List<ByteString> sent = new ArrayList<>();
    ByteString all = ByteString.EMPTY;
    for (int i = 1; i <= 50; i++) {
      byte[] data = new byte[random.nextInt(300)];
      random.nextBytes(data);
      sent.add(ByteString.copyFrom(data));
      all = all.concat(ByteString.copyFrom(Frames.bytes(i, Frames.REQUEST, data)));
    }
    for (int piece : new int[] {1, 9, 10, 11, 97, all.size()}) {
      List<Frames.Frame> taken = new ArrayList<>();
      Frames frames = new Frames(taken::add);
      for (int at = 0; at < all.size(); at += piece) {
        frames.take(all.substring(at, Math.min(at + piece, all.size())).toByteArray());
      }

      assertThat(taken).extracting(Frames.Frame::data).isEqualTo(sent);
      assertThat(taken).extracting(Frames.Frame::stream).startsWith(1, 2, 3).endsWith(49, 50);
    }
  }

  /** Copying all that is there for each piece would move 100 GB. */
  @Test
  void theLargestMessageInSmallPiecesKeepsNobodyBusy() {
    byte[] message = Frames.bytes(1, Frames.REQUEST, new byte[Frames.LARGEST]);
    List<Frames.Frame> taken = new ArrayList<>();
    Frames frames = new Frames(taken::add);

    assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          for (int at = 0; at < message.length; at += 64) {
            frames.take(Arrays.copyOfRange(message, at, Math.min(at + 64, message.length)));
          }
        });

    assertThat(taken).extracting(frame -> frame.data().size()).containsExactly(Frames.LARGEST);
  }
}
