package io.gantry.cni.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDirectoryTest {

  @TempDir Path temp;

  private ConfigDirectory directory;

  @BeforeEach
  void open() {
    directory = new ConfigDirectory(temp);
  }

  private void write(String file, String json) throws IOException {
    Files.writeString(temp.resolve(file), json.replace('\'', '"'));
  }

  private static String list(String name) {
    return "{'cniVersion':'1.0.0','name':'%s','plugins':[{'type':'bridge'}]}".formatted(name);
  }

  @Test
  void listsComeInTheOrderOfFileNamesAndOtherFilesAreNotLookedAt() throws Exception {
    write("20-b.conflist", list("b"));
    write("10-a.conf", "{'cniVersion':'0.3.1','name':'a','type':'ptp'}");
    write("05-c.conflist.tmp", "half");
    Files.createDirectory(temp.resolve("00-d.conflist"));
    assertThat(directory.content().lists()).extracting(NetworkList::name).containsExactly("a", "b");
    assertThat(directory.content().problems()).isEmpty();
  }

  @Test
  void aChangeIsSeenAtTheNextLookAndNothingIsReadAgainWithoutOne() throws Exception {
    assertThat(directory.content().isEmpty()).isTrue();
    write("10-a.conflist", list("a"));
    ConfigDirectory.Content first = directory.content();
    assertThat(first.lists()).hasSize(1);
    assertThat(directory.content()).isSameAs(first);
    write("10-a.conflist", list("other"));
    assertThat(directory.content().lists()).extracting(NetworkList::name).containsExactly("other");
    Files.delete(temp.resolve("10-a.conflist"));
    assertThat(directory.content().isEmpty()).isTrue();
  }

  @Test
  void whatCannotBeUsedIsNamedWithFileAndLineAndTheOthersGoOn() throws Exception {
    write("10-a.conflist", "{\n  'name': 'a',\n  'plugins': [{'type': 'bridge'},]\n}");
    write("20-b.conflist", list("b"));
    write("30-c.conflist", list("b"));
    write("40-d.conflist", "{\n'cniVersion':'9.0.0','name':'d','plugins':[{'type':'x'}]}");
    write("50-e.conflist", "{'cniVersion':'1.0.0','name':'e','plugins':[{}]}");
    write("60-f.conflist", "{'cniVersion':'1.0.0','name':'a/b','plugins':[{'type':'x'}]}");
    write("70-g.conflist", "[]");
    ConfigDirectory.Content content = directory.content();
    assertThat(content.lists()).extracting(NetworkList::name).containsExactly("b");
    assertThat(content.problems().stream().map(ConfigProblem::toString))
        .satisfiesExactly(
            one -> assertThat(one).startsWith(temp + "/10-a.conflist:3: "),
            one ->
                assertThat(one)
                    .isEqualTo(
                        temp
                            + "/30-c.conflist:1: network b is in "
                            + temp
                            + "/20-b.conflist already"),
            one ->
                assertThat(one)
                    .startsWith(
                        temp
                            + "/40-d.conflist:2: field cniVersion: version \"9.0.0\" is not spoken here")
                    .contains("1.1.0"),
            one ->
                assertThat(one)
                    .isEqualTo(temp + "/50-e.conflist:1: field plugins[0].type is missing"),
            one -> assertThat(one).startsWith(temp + "/60-f.conflist:1: field name: "),
            one ->
                assertThat(one)
                    .isEqualTo(temp + "/70-g.conflist: a network's configuration is an object"));
  }

  @Test
  void anEntryThatCannotBeLookedAtIsNamedAndTheOthersGoOn() throws Exception {
    write("20-b.conflist", list("b"));
    Path loop = temp.resolve("10-loop.conf");
    Files.createSymbolicLink(loop, loop);
    Files.write(temp.resolve("30-large.conf"), new byte[2 << 20]);
    ConfigDirectory.Content content = directory.content();
    assertThat(content.lists()).extracting(NetworkList::name).containsExactly("b");
    assertThat(content.problems().stream().map(ConfigProblem::toString))
        .satisfiesExactly(
            one -> assertThat(one).startsWith(loop + ": cannot read: "),
            one -> assertThat(one).isEqualTo(temp + "/30-large.conf: is too large"));
  }

  @Test
  void theNewestVersionThatIsOfferedIsSpoken() throws Exception {
    write(
        "10-a.conflist",
        "{'cniVersion':'2.0.0','cniVersions':['0.4.0','1.1.0','2.0.0'],'name':'a',"
            + "'disableCheck':'true','disableGC':true,'plugins':[{'type':'x'}]}");
    NetworkList list = directory.content().lists().getFirst();
    assertThat(list.version().text()).isEqualTo("1.1.0");
    assertThat(list.disableCheck()).isTrue();
    assertThat(list.disableGc()).isTrue();
  }
}
