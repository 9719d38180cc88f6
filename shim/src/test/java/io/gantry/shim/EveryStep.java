package io.gantry.shim;

import io.gantry.linux.Device;
import io.gantry.linux.Fd;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A plan that holds each operation once, for tests of the format. */
final class EveryStep {

  private EveryStep() {}

  static Plan plan() {
    Fd fd = Fd.owning(100, number -> {});
    Fd other = Fd.owning(101, number -> {});
    PlanBuilder plan = Plan.builder().cloneInto(EnumSet.allOf(Namespace.class)).enterPid(fd);
    plan.cgroup(fd)
        .tasks(other)
        .killFile(fd)
        .killTasks(other)
        .pidsMax(fd)
        .events(fd)
        .enterUser(fd, 100000, 200000)
        .openStdin()
        .shimCgroup(fd);
    mounts(plan, fd);
    plan.hostname("host").domainname("").sysctl("net.ipv4.ip_forward", "1");
    plan.rlimit(7, 1024, -1L)
        .oomScoreAdj(-998)
        .umask(022)
        .chdir("/work")
        .keyring("_ses")
        .apparmor("gantry-default");
    plan.setsid().terminal(24, 80, "/dev/console").setgroups(List.of(1, 2, -2)).setgid(7);
    plan.setuid(-2).capabilities(new CapabilitySets(-1L, 1, 2, 3, 4)).noNewPrivileges();
    plan.hook(
        new HookStep(
            true, "/bin/hook", List.of("hook"), List.of("A=b"), Duration.ofSeconds(3), "{"));
    return plan.seccomp(new byte[16])
        .closeFds()
        .hold()
        .emptyRoot()
        .exec(List.of("/bin/sh", "-c", "é\n"), List.of("A=b", "PATH=/bin"))
        .build()
        .rotatingLog(Fd.owning(102, number -> {}), "0.log", 1 << 20, 5);
  }

  private static void mounts(PlanBuilder plan, Fd fd) {
    plan.writeFd(fd, new byte[] {1, 2, 3}).setns(fd, Namespace.NET).unshare(Set.of(Namespace.UTS));
    plan.rootPropagation(MountFlags.MS_SLAVE).attachRoot(fd);
    plan.mount(new NewMount("tmpfs", "shm", 6, List.of("size=64m", "ro"), "/dev/shm"));
    plan.attachDirectory(fd, "/data").attachFile(fd, "/etc/hosts").mkdir("/run", 01777);
    plan.symlink("/proc/self/fd", "/dev/fd").mknod("/dev/null", 020666, new Device(1, 3), 0, -1);
    plan.mask("/proc/kcore").readOnly("/proc/sys").pivot();
  }
}
