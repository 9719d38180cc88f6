package io.gantry.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.Container;
import io.gantry.container.ContainerFixtures;
import io.gantry.container.ContainerState;
import io.gantry.error.InvalidException;
import io.gantry.error.NotFoundException;
import io.gantry.pod.PodId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {

  @TempDir Path root;

  private Table<Container> table;

  @BeforeEach
  void open() {
    table = reopened();
  }

  private Table<Container> reopened() {
    Table<Container> opened =
        new Table<>(
            "container",
            container -> container.id().value(),
            new RecordFiles<>(root.resolve("containers"), "container", Container.class));
    opened.load();
    return opened;
  }

  private static Container container(ContainerState state) {
    return ContainerFixtures.container(PodId.random(), "a", state);
  }

  @Test
  void whatIsWrittenIsReadBackByTheNextDaemon() {
    Container running = container(new ContainerState.Running(42, ContainerFixtures.THEN));
    table.insert(running);

    assertThat(reopened().values()).containsExactly(running);
  }

  @Test
  void aChangeIsOnDiskBeforeItIsSeen() {
    Container created = container(new ContainerState.Created());
    table.insert(created);
    table.update(created.id().value(), c -> c.in(new ContainerState.Starting()));

    assertThat(reopened().require(created.id().value()).state())
        .isEqualTo(new ContainerState.Starting());
  }

  @Test
  void aChangeThatCannotBeWrittenIsNotSeenEither() throws IOException {
    Container created = container(new ContainerState.Created());
    table.insert(created);
    Path record = root.resolve("containers").resolve(created.id().value());
    Files.createDirectories(record.resolve("record.json.new/in the way"));

    assertThatThrownBy(
            () -> table.update(created.id().value(), c -> c.in(new ContainerState.Starting())))
        .hasMessageContaining("writing the record of container");
    assertThat(table.require(created.id().value()).state()).isEqualTo(new ContainerState.Created());
  }

  @Test
  void anIdIsFoundByItsBeginningUnlessSeveralBeginSo() {
    Container one = container(new ContainerState.Created());
    table.insert(one);
    assertThat(table.require(one.id().brief())).isEqualTo(one);

    String digit = one.id().value().substring(0, 1);
    Container twin = container(new ContainerState.Created());
    while (!twin.id().value().startsWith(digit)) {
      twin = container(new ContainerState.Created());
    }
    table.insert(twin);
    assertThatThrownBy(() -> table.require(digit))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("several containers have ids that begin with");
  }

  @Test
  void anUnknownIdIsNamedWithTheWayToFindTheRightOne() {
    assertThatThrownBy(() -> table.require("abc"))
        .isInstanceOf(NotFoundException.class)
        .hasMessage("no such container \"abc\"");
    assertThat(table.find("")).isEmpty();
  }

  @Test
  void aRemovedObjectLeavesNoFile() {
    Container created = container(new ContainerState.Created());
    table.insert(created);
    table.remove(created.id().value());
    table.remove(created.id().value());

    assertThat(root.resolve("containers")).isEmptyDirectory();
    assertThat(reopened().values()).isEmpty();
  }

  @Test
  void aDamagedRecordIsSetAsideAndTheRestGoesOn() throws IOException {
    Container good = container(new ContainerState.Created());
    Container bad = container(new ContainerState.Created());
    table.insert(good);
    table.insert(bad);
    Path directory = root.resolve("containers").resolve(bad.id().value());
    Files.writeString(directory.resolve("record.json"), "{\"version\":1,\"kind\":\"con");

    assertThat(reopened().values()).containsExactly(good);
    assertThat(directory.resolve("record.json.damaged")).exists();
    assertThat(reopened().values()).containsExactly(good);
  }

  @Test
  void anInterruptedFirstWriteIsCleanedAway() throws IOException {
    Path directory =
        Files.createDirectories(root.resolve("containers").resolve(PodId.random().value()));
    Files.writeString(directory.resolve("record.json.new"), "{");

    assertThat(reopened().values()).isEmpty();
    assertThat(directory).doesNotExist();
  }

  @Test
  void aRecordOfAnotherVersionIsNotGuessedAt() throws IOException {
    Container good = container(new ContainerState.Created());
    table.insert(good);
    Path record = root.resolve("containers").resolve(good.id().value()).resolve("record.json");
    Files.writeString(record, Files.readString(record).replace("\"version\":1", "\"version\":99"));

    assertThat(reopened().values()).isEmpty();
    assertThat(record).doesNotExist();
    assertThat(record.resolveSibling("record.json.damaged")).exists();
  }

  @Test
  void everyStateSurvivesTheRoundTrip() {
    ContainerState.Exited exited =
        new ContainerState.Exited(
            null, ContainerFixtures.THEN, 127, "StartError", "exec /nope: ENOENT");
    for (ContainerState state :
        new ContainerState[] {
          new ContainerState.Creating(),
          new ContainerState.Created(),
          new ContainerState.Starting(),
          new ContainerState.Running(1, ContainerFixtures.THEN),
          exited,
          new ContainerState.Removing(exited)
        }) {
      Container container = container(state);
      table.insert(container);
      assertThat(reopened().require(container.id().value())).isEqualTo(container);
    }
  }
}
