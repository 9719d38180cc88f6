package io.gantry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.junit.jupiter.api.Test;

/** Which way the arrows of the house point, and who alone may do what. */
class ArchitectureTest {

  private static final JavaClasses HOUSE =
      new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("io.gantry");

  private static final String GENERATED = "io.gantry.api..";

  /** The modules below the daemon's own, each with all its packages. */
  private static final String LINUX = "io.gantry.linux..";

  private static final String SHIM = "io.gantry.shim..";
  private static final String IMAGES = "io.gantry.image..";
  private static final String NETWORKS = "io.gantry.cni..";
  private static final String METRICS = "io.gantry.metrics..";

  private static final String[] DAEMON = {
    "io.gantry.error..",
    "io.gantry.pod..",
    "io.gantry.container..",
    "io.gantry.oci..",
    "io.gantry.state..",
    "io.gantry.logs..",
    "io.gantry.config..",
    "io.gantry.launch..",
    "io.gantry.stats..",
    "io.gantry.streaming..",
    "io.gantry.event..",
    "io.gantry.nri..",
    "io.gantry.rpc..",
    "io.gantry.daemon.."
  };

  @Test
  void allModulesAreLookedAt() {
    for (String room : new String[] {"linux", "shim", "image", "cni", "pod", "container", "rpc"}) {
      assertThat(HOUSE).anyMatch(type -> type.getPackageName().startsWith("io.gantry." + room));
    }
  }

  @Test
  void theKernelModuleKnowsNobodyAboveIt() {
    noClasses()
        .that()
        .resideInAPackage(LINUX)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(SHIM, IMAGES, NETWORKS, METRICS, GENERATED)
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage(DAEMON)
        .check(HOUSE);
  }

  @Test
  void theModulesInTheMiddleKnowOnlyTheKernel() {
    knowsNoneOf(SHIM, IMAGES, NETWORKS, METRICS);
    knowsNoneOf(IMAGES, SHIM, NETWORKS, METRICS);
    knowsNoneOf(NETWORKS, SHIM, IMAGES, METRICS);
    knowsNoneOf(METRICS, SHIM, IMAGES, NETWORKS);
  }

  private static void knowsNoneOf(String module, String... beside) {
    noClasses()
        .that()
        .resideInAPackage(module)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(beside)
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage(DAEMON)
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage(GENERATED)
        .allowEmptyShould(true)
        .check(HOUSE);
  }

  @Test
  void onlyTheKernelModuleCallsNativeCode() {
    noClasses()
        .that()
        .resideOutsideOfPackage(LINUX)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.sun.jna..")
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(HOUSE);
  }

  @Test
  void noOneElseDeclaresNativeMethods() {
    assertThat(HOUSE)
        .filteredOn(type -> !type.getPackageName().startsWith("io.gantry.linux"))
        .flatExtracting(type -> type.getMethods())
        .noneMatch(method -> method.getModifiers().contains(JavaModifier.NATIVE));
  }

  /** Namespaces are entered through one thread class; the calls behind it are not for others. */
  @Test
  void theCallsThatChangeAThreadsNamespacesAreHidden() {
    assertThat(HOUSE.get("io.gantry.linux.NamespaceCalls").getModifiers())
        .doesNotContain(JavaModifier.PUBLIC);
  }

  @Test
  void onlyTheEdgeSpeaksGrpc() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.gantry.rpc..", "io.gantry.daemon..", GENERATED)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.grpc..")
        .check(HOUSE);
  }

  @Test
  void onlyTheEdgesKnowMessages() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.gantry.rpc..", "io.gantry.daemon..", "io.gantry.nri..", GENERATED)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.google.protobuf..", GENERATED)
        .check(HOUSE);
  }

  @Test
  void pluginsAreNoClientsOfTheEdge() {
    noClasses()
        .that()
        .resideInAPackage("io.gantry.nri..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.gantry.rpc..", "io.gantry.daemon..", "io.gantry.streaming..")
        .check(HOUSE);
  }

  @Test
  void whatDecidesDoesNotKnowWhoAsks() {
    noClasses()
        .that()
        .resideInAnyPackage("io.gantry.pod..", "io.gantry.container..", "io.gantry.oci..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.gantry.rpc..", "io.gantry.streaming..", "io.gantry.daemon..")
        .check(HOUSE);
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching("io.gantry.(**)").should().beFreeOfCycles().check(HOUSE);
  }

  @Test
  void nobodyPrintsAndNobodyUsesAnotherLogger() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.gantry.pod..", "io.gantry.container..", LINUX, SHIM, IMAGES, NETWORKS)
        // Programs of their own: by which scripts pack images, and the plugins for other runtimes.
        .and()
        .doNotHaveFullyQualifiedName("io.gantry.image.archive.PackImage")
        .and()
        .doNotHaveFullyQualifiedName("io.gantry.cni.launcher.Main")
        .should()
        .accessClassesThat()
        .resideInAPackage("java.util.logging..")
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(HOUSE);
  }
}
