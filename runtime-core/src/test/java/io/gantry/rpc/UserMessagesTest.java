package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.cri.v1.IDMapping;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.api.cri.v1.UserNamespace;
import io.gantry.error.InvalidException;
import io.gantry.pod.IdRange;
import io.gantry.pod.NamespaceOptions;
import io.gantry.pod.UserMapping;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class UserMessagesTest {

  private static final Field FIELD = Field.of("options");
  private static final UserMapping MAPPING =
      new UserMapping(new IdRange(100_000, 65_536), new IdRange(200_000, 70_000));

  private static IDMapping ids(int container, long host, long length) {
    return IDMapping.newBuilder()
        .setContainerId(container)
        .setHostId((int) host)
        .setLength((int) length)
        .build();
  }

  private static NamespaceOption.Builder pod() {
    return NamespaceOption.newBuilder()
        .setUsernsOptions(
            UserNamespace.newBuilder()
                .setMode(NamespaceMode.POD)
                .addUids(ids(0, 100_000, 65_536))
                .addGids(ids(0, 200_000, 70_000)));
  }

  private static void refused(Consumer<NamespaceOption.Builder> change, String message) {
    NamespaceOption.Builder option = pod();
    change.accept(option);
    assertThatThrownBy(() -> NamespaceMessages.options(option.build(), FIELD))
        .isInstanceOf(InvalidException.class)
        .hasMessageStartingWith(message);
  }

  private static void refusedUsers(Consumer<UserNamespace.Builder> change, String message) {
    refused(option -> change.accept(option.getUsernsOptionsBuilder()), message);
  }

  @Test
  void aMappingComesThroughAndBack() {
    NamespaceOption wanted = pod().build();

    NamespaceOptions options = NamespaceMessages.options(wanted, FIELD);

    assertThat(options.users()).isEqualTo(MAPPING);
    assertThat(NamespaceMessages.message(options)).isEqualTo(wanted);
  }

  @Test
  void idsBeyondTheSignBitAreIds() {
    NamespaceOption.Builder option = pod();
    option.getUsernsOptionsBuilder().setUids(0, ids(0, 0xffff_0000L, 0xffff));

    assertThat(NamespaceMessages.options(option.build(), FIELD).users())
        .isEqualTo(new UserMapping(new IdRange(0xffff_0000L, 0xffff), MAPPING.gids()));
    refusedUsers(
        users -> users.setUids(0, ids(0, 0xffff_0000L, 0x1_0000)),
        "options.userns_options.uids[0].length is 65536");
  }

  @Test
  void noUsersAreTheMachines() {
    NamespaceOption node =
        NamespaceOption.newBuilder()
            .setUsernsOptions(UserNamespace.newBuilder().setMode(NamespaceMode.NODE))
            .build();

    assertThat(NamespaceMessages.options(NamespaceOption.getDefaultInstance(), FIELD).users())
        .isNull();
    assertThat(NamespaceMessages.options(node, FIELD).users()).isNull();
  }

  @Test
  void mappingsThatCannotBeAreRefusedByField() {
    String users = "options.userns_options.";
    refusedUsers(UserNamespace.Builder::clearUids, users + "uids is missing");
    refusedUsers(UserNamespace.Builder::clearGids, users + "gids is missing");
    refusedUsers(each -> each.addGids(ids(0, 1, 1)), users + "gids has 2 mappings");
    refusedUsers(each -> each.setUids(0, ids(1, 7, 7)), users + "uids[0].container_id is 1");
    refusedUsers(each -> each.setUids(0, ids(0, 0, 7)), users + "uids[0].host_id is 0");
    refusedUsers(each -> each.setUids(0, ids(0, 7, 0)), users + "uids[0].length is 0");
    refusedUsers(each -> each.setMode(NamespaceMode.CONTAINER), users + "mode is no mode");
    refusedUsers(each -> each.setMode(NamespaceMode.TARGET), users + "mode is no mode");
    refusedUsers(each -> each.setMode(NamespaceMode.NODE), users + "uids maps ids");
  }

  @Test
  void whatIsTheMachinesIsRefused() {
    refused(option -> option.setNetwork(NamespaceMode.NODE), "options.network is NODE");
    refused(option -> option.setPid(NamespaceMode.NODE), "options.pid is NODE");
    refused(option -> option.setIpc(NamespaceMode.NODE), "options.ipc is NODE");
  }

  @Test
  void aContainerHasItsPodsUsers() {
    NamespaceOptions mapped = NamespaceOptions.DEFAULT.withUsers(MAPPING);
    NamespaceOption other =
        pod().setUsernsOptions(UserNamespace.newBuilder().setMode(NamespaceMode.NODE)).build();

    assertThat(NamespaceMessages.options(pod().build(), mapped, FIELD)).isEqualTo(mapped);
    assertThat(NamespaceMessages.options(NamespaceOption.getDefaultInstance(), mapped, FIELD))
        .isEqualTo(mapped);
    assertThatThrownBy(() -> NamespaceMessages.options(other, mapped, FIELD))
        .hasMessageStartingWith("options.userns_options is not the pod's");
    assertThatThrownBy(
            () -> NamespaceMessages.options(pod().build(), NamespaceOptions.DEFAULT, FIELD))
        .hasMessageStartingWith("options.userns_options is not the pod's");
  }

  @Test
  void aMountIsMappedAsThePodOrNotAtAll() {
    List<IDMapping> uids = List.of(ids(0, 100_000, 65_536));
    List<IDMapping> gids = List.of(ids(0, 200_000, 70_000));

    assertThat(UserMessages.isMapped(List.of(), List.of(), MAPPING, FIELD)).isFalse();
    assertThat(UserMessages.isMapped(uids, gids, MAPPING, FIELD)).isTrue();
    assertThatThrownBy(() -> UserMessages.isMapped(uids, uids, MAPPING, FIELD))
        .hasMessageStartingWith("options.uidMappings and gidMappings are not the pod's");
    assertThatThrownBy(() -> UserMessages.isMapped(uids, List.of(), MAPPING, FIELD))
        .hasMessageStartingWith("options.gidMappings is missing");
    assertThatThrownBy(() -> UserMessages.isMapped(uids, gids, null, FIELD))
        .hasMessageContaining("the pod has no user namespace");
  }
}
