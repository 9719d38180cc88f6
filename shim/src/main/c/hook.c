/*
 * Programs that others want to run beside a container's start (OCI runtime-spec, config.md,
 * POSIX-platform Hooks): by the shim in the namespaces of the machine, or by the new process in its
 * own. Each gets the container's state as its standard input.
 */
#include "kernel.h"
#include "shim.h"
#include "steps.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { POLL_MOST_MS = 1000, LAST_READS = 128, KILL_MS = 1000 };

/* A hook that runs, and the beginning of what it says. */
struct hook {
	const char *path;
	pid_t pid;
	int pidfd;
	int output;
	size_t said;
	char *words;
	size_t room;
};

/* The state lacks the pid, which only a process in the right namespace knows, and its end. */
static int write_state(const struct field *begin, pid_t pid)
{
	CLEANUP_FD int file = memfd_create("state", MFD_CLOEXEC);
	char end[32];
	int length = snprintf(end, sizeof(end), "%d}", (int)pid);
	int error;
	int state;

	if (file < 0)
		return -errno;
	error = write_all(file, begin->data, begin->length);
	if (error == 0)
		error = write_all(file, end, (size_t)length);
	if (error < 0)
		return error;
	if (lseek(file, 0, SEEK_SET) < 0)
		return -errno;
	state = file;
	file = -1;
	return state;
}

__attribute__((noreturn)) static void be_the_hook(const struct step *step, int state, int output)
{
	char **arguments = exec_vector(&step->f[2]);
	char **environment = exec_vector(&step->f[3]);
	const char *path = plan_text(&step->f[1]);
	sigset_t none;

	/* Who waits for it may be killed, and then it is nobody's. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	setsid();
	umask(022);
	sigemptyset(&none);
	if (chdir("/") == 0 && arguments != NULL && environment != NULL && dup2(state, 0) >= 0 &&
	    dup2(output, 1) >= 0 && dup2(output, 2) >= 0 && k_close_range(3, ~0U) == 0) {
		sigprocmask(SIG_SETMASK, &none, NULL);
		execve(path, arguments, environment);
	}
	dprintf(1, "%s", strerror(errno));
	_exit(127);
}

static int begin(const struct step *step, pid_t pid, struct hook *hook)
{
	CLEANUP_FD int state = write_state(&step->f[5], pid);
	CLEANUP_FD int output = -1;
	int ends[2];

	if (state < 0)
		return state;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	hook->output = ends[0];
	output = ends[1];
	if (fcntl(hook->output, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	hook->pid = fork();
	if (hook->pid < 0)
		return -errno;
	if (hook->pid == 0)
		be_the_hook(step, state, output);
	hook->pidfd = k_pidfd_open(hook->pid);
	return hook->pidfd < 0 ? hook->pidfd : 0;
}

static bool has_room(const struct hook *hook)
{
	return hook->said < hook->room - 1;
}

/* What does not fit is read all the same, so that the hook is not held up: 0 at the end. */
static ssize_t listen_to(struct hook *hook)
{
	char more[512];
	ssize_t got = read(hook->output, more, sizeof(more));

	for (ssize_t i = 0; i < got && has_room(hook); i++)
		hook->words[hook->said++] = more[i];
	hook->words[hook->said] = '\0';
	return got;
}

/* Until it has ended; others may still hold its output. */
static int wait_for(struct hook *hook, int64_t deadline)
{
	struct pollfd watched[] = {{.fd = hook->pidfd, .events = POLLIN},
				   {.fd = hook->output, .events = POLLIN}};

	for (;;) {
		int64_t left = (deadline - now_ns()) / NS_PER_MS;

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(watched, 2, left < POLL_MOST_MS ? (int)left : POLL_MOST_MS) < 0)
			return -errno;
		if (watched[1].revents != 0 && listen_to(hook) == 0)
			watched[1].fd = -1;
		if (watched[0].revents != 0) {
			for (int i = 0; i < LAST_READS && watched[1].fd >= 0; i++)
				if (listen_to(hook) <= 0)
					break;
			return 0;
		}
	}
}

/* One line without an end of its own. */
static void trim(struct hook *hook)
{
	while (hook->said > 0 && (unsigned char)hook->words[hook->said - 1] <= ' ')
		hook->words[--hook->said] = '\0';
	for (size_t i = 0; i < hook->said; i++)
		if ((unsigned char)hook->words[i] < ' ')
			hook->words[i] = ' ';
}

static int judge(struct hook *hook, struct failure *failure)
{
	size_t used;
	int status;

	if (waitpid(hook->pid, &status, 0) < 0)
		return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		snprintf(failure->detail, sizeof(failure->detail), "exit %d: ",
			 WEXITSTATUS(status));
	else
		snprintf(failure->detail, sizeof(failure->detail), "signal %d: ",
			 WTERMSIG(status));
	trim(hook);
	used = strlen(failure->detail);
	copy_text(failure->detail + used, sizeof(failure->detail) - used, hook->words);
	return -ECANCELED;
}

/* One that the kernel does not let die, as with a device that hangs, is left to it. */
static void end(const struct hook *hook)
{
	struct pollfd gone = {.fd = hook->pidfd, .events = POLLIN};

	kill(-hook->pid, SIGKILL);
	kill(hook->pid, SIGKILL);
	if (hook->pidfd >= 0)
		poll(&gone, 1, KILL_MS);
	waitpid(hook->pid, NULL, WNOHANG);
}

int hook_run(const struct step *step, pid_t pid, struct failure *failure)
{
	char words[sizeof(failure->detail)] = "";
	struct hook hook = {.pidfd = -1, .output = -1, .words = words, .room = sizeof(words)};
	int64_t deadline = now_ns() + (int64_t)step->f[4].number * NS_PER_MS;
	int error = begin(step, pid, &hook);

	fail_on(failure, 0, plan_text(&step->f[1]));
	if (error == 0)
		error = wait_for(&hook, deadline);
	if (error < 0 && hook.pid > 0) {
		end(&hook);
	} else if (error == 0) {
		error = judge(&hook, failure);
	}
	if (error == -ETIMEDOUT)
		snprintf(failure->detail, sizeof(failure->detail), "not done after %u ms",
			 (unsigned)step->f[4].number);
	close_fd(&hook.pidfd);
	close_fd(&hook.output);
	return error;
}

/* The shim does it, and answers with how it went. */
int hook_ask(const struct child *child, int32_t index, struct failure *failure)
{
	struct report question = {.kind = REPORT_HOOK, .failure = {.index = index}};
	struct failure answer;
	int error = write_all(child->report, &question, sizeof(question));
	ssize_t length;

	if (error < 0)
		return error;
	do
		length = read(child->report, &answer, sizeof(answer));
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return -errno;
	if (length != (ssize_t)sizeof(answer))
		return -EPIPE;
	copy_text(failure->detail, sizeof(failure->detail), answer.detail);
	return -answer.error;
}

/*
 * Who traces the process from inside can ask in its name, so each hook of the plan is run once and
 * in the plan's order, whatever is asked.
 */
void hook_serve(struct shim *shim, struct proc *proc, int32_t index)
{
	struct section steps = shim->plan.child;
	struct failure answer = {.error = EINVAL};
	int32_t at = (int32_t)shim->plan.parent_steps;
	struct step step;

	for (; plan_next(&steps, shim->plan.fds, &step) > 0; at++) {
		if (at != index || index <= shim->hooks_done || step.op != OP_HOOK ||
		    step.f[0].number != HOOK_BY_SHIM)
			continue;
		shim->hooks_done = index;
		usher_adopt(shim, proc);
		answer.error = -hook_run(&step, proc->pid, &answer);
	}
	write_all(proc->report, &answer, sizeof(answer)); /* its end tells if it is gone */
}
