package io.gantry.cni.filter;

import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads elements as nft(8) lists them. */
final class Listing {

  private static final Pattern SET = Pattern.compile("\\s*(?:map|set) (\\S+) \\{");
  private static final Pattern ELEMENT =
      Pattern.compile("([0-9A-Za-z.: ]+?) comment \"([^\"]*)\"(?: : ([^,}]+))?");
  private static final String JUMP = "jump ";

  /** Names of protocols, which are listed where the machine knows them. */
  private static final Map<String, String> PROTOCOLS =
      Map.of("tcp", "6", "udp", "17", "sctp", "132");

  private Listing() {}

  /** The elements that are marked as ours; others are left out. */
  static List<Holding> read(String listing) {
    List<Holding> holdings = new ArrayList<>();
    String set = "";
    for (String line : listing.split("\n", -1)) {
      Matcher opening = SET.matcher(line);
      if (opening.lookingAt()) {
        set = opening.group(1);
      }
      Matcher element = ELEMENT.matcher(line);
      while (element.find()) {
        element(set, element.group(1).strip(), element.group(3))
            .flatMap(known -> Holding.of(element.group(2), known))
            .ifPresent(holdings::add);
      }
    }
    return holdings;
  }

  private static Optional<Element> element(String set, String key, @Nullable String answer) {
    String value = answer == null ? "" : answer.strip();
    if (value.startsWith(JUMP)) {
      return SharedChain.of(value.substring(JUMP.length()))
          .map(chain -> Element.leading(set, plain(key), chain));
    }
    return Optional.of(new Element(set, plain(key), plain(value), Optional.empty()));
  }

  /** The same text for the same thing, however a version of nft(8) shortens it. */
  private static String plain(String text) {
    return Arrays.stream(text.split(Pattern.quote(Element.BETWEEN), -1))
        .map(Listing::plainPiece)
        .collect(Collectors.joining(Element.BETWEEN));
  }

  private static String plainPiece(String piece) {
    return piece.contains(":")
        ? IpPrefix.text(InetAddress.ofLiteral(piece))
        : PROTOCOLS.getOrDefault(piece, piece);
  }
}
