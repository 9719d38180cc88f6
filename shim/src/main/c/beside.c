/*
 * A program beside the daemon: it lives as long as the daemon wants it, and not longer than the
 * daemon, whatever ends that. What it has started goes with it.
 */
#include "kernel.h"
#include "shim.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { TERM_MS = 2000, KILL_MS = 2000, NOT_EXECUTED = 127, OF_SIGNAL = 128, PIDS_READ = 4096 };

/* The daemon is what the kernel is to spare last; this is not. */
static void take_no_privilege_over_others(void)
{
	CLEANUP_FD int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (score < 0 || write_all(score, "0", 1) < 0)
		dprintf(2, "oom_score_adj stays as it is: %s\n", strerror(errno));
}

__attribute__((noreturn)) static void become(const char *path, int connection, pid_t parent)
{
	char *arguments[] = {strdup(path), NULL};
	sigset_t none;

	sigemptyset(&none);
	setsid();
	umask(022);
	take_no_privilege_over_others();
	/* Its parent ends it; should that be killed, the kernel does. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent &&
	    arguments[0] != NULL && chdir("/") == 0 && dup2(connection, FD_LISTEN) >= 0 &&
	    k_close_range(FD_LISTEN + 1, ~0U) == 0 && sigprocmask(SIG_SETMASK, &none, NULL) == 0)
		execve(path, arguments, environ);
	dprintf(2, "cannot be executed: %s\n", strerror(errno));
	_exit(NOT_EXECUTED);
}

static bool has_ended(int pidfd, int64_t for_ms)
{
	struct pollfd end = {.fd = pidfd, .events = POLLIN};

	return poll(&end, 1, (int)for_ms) == 1;
}

/* Until it ends by itself, or the pipe does: then it is asked to, and not asked again. */
static void stay_with(pid_t pid, int pidfd, int life)
{
	struct pollfd watched[] = {{.fd = pidfd, .events = POLLIN}, {.fd = life, .events = POLLIN}};

	while (poll(watched, 2, -1) < 0 && errno == EINTR)
		;
	if (watched[0].revents != 0)
		return;
	kill(pid, SIGTERM);
	if (!has_ended(pidfd, TERM_MS))
		kill(pid, SIGKILL);
}

/* Orphans below this process become its children, so each look finds those that are left. */
static void kill_children(void)
{
	CLEANUP_FD int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	char text[PIDS_READ + 1];
	ssize_t got = file < 0 ? -1 : read(file, text, PIDS_READ);
	char *next = text;

	if (got <= 0)
		return;
	text[got] = '\0';
	/* A number that is cut off has no blank behind it: it is found the next time. */
	for (char *end = strchr(next, ' '); end != NULL; end = strchr(next, ' ')) {
		kill((pid_t)strtol(next, NULL, 10), SIGKILL);
		next = end + 1;
	}
}

/*
 * Returns the status of the program. A process that the kernel does not let die, as with a device
 * that hangs, is left to it.
 */
static int end_all(pid_t program)
{
	int64_t deadline = now_ns() + KILL_MS * NS_PER_MS;
	int result = OF_SIGNAL + SIGKILL;
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGCHLD); /* blocked, so one that comes in between is not lost */
	for (;;) {
		int64_t left = deadline - now_ns();
		struct timespec limit = {.tv_sec = left / NS_PER_SECOND, .tv_nsec = left % NS_PER_SECOND};
		int status;
		pid_t pid;

		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == program)
				result = WIFEXITED(status) ? WEXITSTATUS(status)
							   : OF_SIGNAL + WTERMSIG(status);
		if (pid < 0 || left <= 0)
			return result;
		kill_children();
		sigtimedwait(&ends, NULL, &limit);
	}
}

int beside_run(const char *path)
{
	pid_t self = getpid();
	CLEANUP_FD int connection = -1;
	CLEANUP_FD int pidfd = -1;
	pid_t pid;

	setsid();
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return -errno;
	/* Who connects does it before this is started. */
	connection = accept4(FD_LISTEN, NULL, NULL, SOCK_CLOEXEC);
	if (connection < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		become(path, connection, self);
	/* What it was given is its own: its end is to be seen at the other side. */
	close_fd(&connection);
	for (int fd = 0; fd <= FD_LISTEN; fd++)
		close(fd);
	pidfd = k_pidfd_open(pid);
	if (pidfd >= 0)
		stay_with(pid, pidfd, FD_PLAN);
	return end_all(pid);
}
