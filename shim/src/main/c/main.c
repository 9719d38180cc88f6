/*
 * gantry-shim: carries out a plan and stays with the process it starts. See shim/README.md for the
 * formats and for what is inherited at which descriptor.
 */
#include "kernel.h"
#include "shim.h"
#include "steps.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static struct shim the_shim;

#ifdef __SANITIZE_ADDRESS__
/* We exit without freeing anything, and a process that cannot be traced cannot be searched. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:abort_on_error=1";
}
#endif

/*
 * Nothing may interrupt or end the shim but SIGKILL; nobody inside a container may look into it,
 * nor into a clone of it that has not executed the container's program yet; and no clone of it
 * comes with the keys of the daemon's session.
 */
static int harden(void)
{
	sigset_t all;

	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL); /* the daemon's ignored signals end here */
	prctl(PR_SET_NAME, "gantry-shim", 0, 0, 0);
	return identity_session_keyring(NULL);
}

/* The whole plan in memory of its own that goes back to the kernel after the start. */
static int read_plan(struct shim *shim)
{
	struct stat status;
	size_t have = 0;
	size_t offset;
	uint8_t *bytes;

	if (fstat(FD_PLAN, &status) < 0)
		return -errno;
	if (status.st_size <= 0 || status.st_size > PLAN_LARGEST)
		return -EMSGSIZE;
	shim->plan_length = (size_t)status.st_size;
	bytes = mmap(NULL, shim->plan_length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	while (have < shim->plan_length) {
		ssize_t got = pread(FD_PLAN, bytes + have, shim->plan_length - have, (off_t)have);

		if (got <= 0)
			return got < 0 ? -errno : -EINVAL;
		have += (size_t)got;
	}
	shim->plan_bytes = bytes;
	return plan_open(&shim->plan, bytes, have, &offset);
}

static void prepare(struct shim *shim)
{
	shim->epoll = -1;
	shim->cgroup = -1;
	shim->enter = -1;
	shim->user = -1;
	shim->kill_file = -1;
	shim->hooks_done = -1;
	shim->kill_tasks = -1;
	shim->pids_max = -1;
	shim->events = -1;
	shim->log.fd = FD_LOG;
	shim->log.directory = -1;
	shim->procs[FIRST_PROCESS].failure.index = -1;
}

/* Only what the plan counts is ours to keep; what else was inherited is closed. */
static int take_fds(const struct shim *shim)
{
	int end = PLAN_FIRST_FD + (int)shim->plan.fds;

	for (int fd = FD_LISTEN; fd < end; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
			return -errno;
	return k_close_range((unsigned)end, ~0U);
}

static int set_up(struct shim *shim)
{
	int error = read_plan(shim);

	if (error == 0)
		error = take_fds(shim);
	return error;
}

/* A start that fails before any step is told like the failure of a step. */
static void refuse(struct shim *shim, const char *step, int error)
{
	struct proc *first = &shim->procs[FIRST_PROCESS];

	copy_text(first->failure.step, sizeof(first->failure.step), step);
	first->failure.error = -error;
	first->failed = true;
	first->ended = true;
}

static int run(struct shim *shim)
{
	int error;

	setsid();
	error = set_up(shim);
	shim->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (shim->epoll < 0 || fcntl(FD_LISTEN, F_SETFL, O_NONBLOCK | O_RDWR) < 0)
		return -errno;
	shim->accepting = true;
	if (error < 0)
		refuse(shim, "plan", error);
	else if (loop_watch(shim, FD_LISTEN, WATCH_LISTEN, 0) == 0)
		proc_start_container(shim);
	/* A start that failed at once has no event to wait for. */
	if (shim->procs[FIRST_PROCESS].ended)
		proc_tick(shim, now_ns(), true);
	return loop_run(shim);
}

/* Clones the first process of a pid namespace as a sibling and answers with its pid. */
static int hold(struct shim *shim)
{
	struct proc *first = &shim->procs[FIRST_PROCESS];
	struct spawn request = {.plan = &shim->plan, .join = -1, .stdio = STDIO_TERMINAL};
	uint8_t frame[MESSAGE_MOST];
	int error = set_up(shim);

	*first = (struct proc){.pidfd = -1, .usher = -1, .report = -1, .in = -1, .out = {-1, -1}};
	if (error == 0)
		error = spawn_prepare(shim, &first->failure);
	if (error == 0 && shim->enter >= 0)
		error = -EINVAL; /* who holds a pid namespace is the first in it */
	request.clone_flags = shim->clone_flags | K_CLONE_PARENT;
	/* This program ends at once: it can be its own usher. */
	if (error == 0 && shim->user >= 0)
		error = users_enter(shim, &first->failure);
	shim->user = -1;
	if (error == 0)
		error = spawn_process(shim, &request, first, &first->failure);
	while (error == 0) {
		struct pollfd report = {.fd = first->report, .events = POLLIN};

		poll(&report, 1, -1);
		if (spawn_report(shim, first) == 0)
			break;
	}
	if (error < 0)
		first->failure.error = -error;
	shim->state = error < 0 || first->failed ? FAILED : RUNNING;
	shim->started_ns = clock_ns(CLOCK_REALTIME);
	size_t payload = message_state(shim, frame);
	message_head(frame, MSG_STATE, payload);
	return write_all(FD_LISTEN, frame, FRAME_HEADER + payload);
}

/*
 * Stays in the mount namespace it was started in until somebody kills it. The byte says that it is
 * written down; without one nobody would ever find it, so it ends.
 */
static int keep(void)
{
	char written_down;

	setsid();
	if (read(FD_LISTEN, &written_down, 1) != 1)
		return -EPIPE;
	if (k_close_range(FD_LISTEN, ~0U) < 0)
		return -errno;
	for (;;)
		pause(); /* every signal is blocked: only SIGKILL ends this */
}

/* Reads an encoded plan from standard input and prints it: for people, tests and fuzzers. */
static int check_plan(void)
{
	uint8_t *bytes = calloc(1, PLAN_LARGEST + 1);
	struct plan plan;
	size_t offset = 0;
	size_t length;
	int error;

	if (bytes == NULL)
		return -ENOMEM;
	length = fread(bytes, 1, PLAN_LARGEST + 1, stdin);
	error = plan_open(&plan, bytes, length, &offset);
	if (error == 0)
		plan_print(&plan);
	else
		fprintf(stderr, "gantry-shim: plan of %zu bytes is wrong at byte %zu\n", length, offset);
	free(bytes);
	return error;
}

static int usage(void)
{
	fputs("usage: gantry-shim run ID | hold ID | keep ID | users ID | beside PROGRAM |\n"
	      "  check-plan < PLAN\n"
	      "gantryd starts this; people have no use for it but check-plan\n",
	      stderr);
	return 2;
}

/* What needs no plan, or a negative number when it is something else. */
static int run_without_plan(const char *what, const char *argument)
{
	if (strcmp(what, "keep") == 0)
		return keep() < 0 ? 1 : 0;
	if (strcmp(what, "users") == 0)
		return users_make() < 0 ? 1 : 0;
	if (strcmp(what, "beside") == 0) {
		int status = beside_run(argument);

		return status < 0 ? 1 : status;
	}
	return -1;
}

static bool is_known(const char *what)
{
	static const char *const all[] = {"run", "hold", "keep", "users", "beside"};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(what, all[i]) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct shim *shim = &the_shim;
	int status;

	if (argc == 2 && strcmp(argv[1], "check-plan") == 0)
		return check_plan() < 0 ? 1 : 0;
	if (argc != 3 || !is_known(argv[1]))
		return usage();
	if (harden() < 0)
		return 1;
	status = run_without_plan(argv[1], argv[2]);
	if (status >= 0)
		return status;
	shim->id = argv[2];
	prepare(shim);
	return (strcmp(argv[1], "run") == 0 ? run(shim) : hold(shim)) < 0 ? 1 : 0;
}
