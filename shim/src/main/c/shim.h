/* The supervisor's own state: one container, its execs, and who is connected. */
#ifndef GANTRY_SHIM_H
#define GANTRY_SHIM_H

#include "base.h"
#include "log.h"
#include "plan.h"

#include <stdbool.h>
#include <sys/types.h>

enum {
	FD_LISTEN = 3, /* of `hold`: where the answer goes; of `keep`: says whether to stay */
	FD_PLAN = 4,
	FD_LOG = 5,
	FD_RUN_DIR = 6,
};

enum {
	CONNECTIONS = 256,
	EXECS = 256,
	TASKS_MOST = 16,
	RELAY = 32 << 10,    /* most of an exec's output in one frame */
	PENDING = 48 << 10,  /* most that waits for a slow client */
	INPUT = 16 << 10,    /* most of a client's standard input in one frame */
	SMALL_FRAME = 64,
	FRAME_HEADER = 8,
	FIRST_PROCESS = 0,   /* in procs; the others are execs */
	NOBODY = -1,
	STDIO_STDIN = 1,
	STDIO_TERMINAL = 2,
	EXEC_HANG_UP = 1,    /* a client that goes is a terminal that is closed, not a kill */
	ATTACH_STDIN = 1,
	ATTACH_STDOUT = 2,
	ATTACH_STDERR = 4,
	ATTACH_ONCE = 8,     /* the end of this client's input is that of the container's */
};

enum state { STARTING = 0, RUNNING = 1, EXITED = 2, FAILED = 3 };

/* The first process of the container, or one that was executed in it. */
struct proc {
	bool used;
	bool terminal;
	bool executing; /* all steps are taken, execve is next */
	bool started;
	bool failed;
	bool ended; /* and reaped */
	bool timed_out;
	bool paused; /* output is not read while its client is slow */
	bool ushered; /* pid and pidfd are still those of its usher */
	bool doomed; /* killed; what an usher leaves dies at its birth */
	bool hangs_up; /* without its client it is hung up, and killed later */
	bool input_watched; /* waits for room in its standard input */
	int owner;   /* connection of an exec, or NOBODY */
	pid_t pid;
	int pidfd;
	int usher; /* pidfd of an usher whose process is born, until it has ended; or -1 */
	int report;
	int in; /* of a terminal a second descriptor of its master; -1 without one */
	int out[LOG_STREAMS]; /* -1 at the end; a terminal has only the first */
	int code;
	int signal;
	int64_t deadline;    /* of an exec, 0 for none */
	int64_t drain_until; /* set when it has ended */
	struct failure failure;
};

struct connection {
	int fd; /* 0 when free, so that places nobody has used cost no memory */
	int proc; /* the exec it waits for, or NOBODY */
	bool executed; /* an exec was asked for on it, whether it goes on or has ended */
	uint32_t have; /* of header and body together */
	uint32_t length; /* of the body */
	uint8_t *body;
	uint32_t pending; /* bytes in its buffer */
	unsigned attached; /* to what of the container, ATTACH_* */
	bool input_over; /* no more will come; what is there goes first */
	uint32_t input_at;
	uint32_t input; /* bytes of standard input the process has no room for */
	uint64_t skipped; /* bytes of output it was too slow for and has not been told of */
	uint8_t header[FRAME_HEADER];
	uint8_t small[SMALL_FRAME];
};

struct shim {
	const char *id;
	int epoll;
	enum state state;
	bool done;
	int32_t hooks_done; /* the step of the last hook that was run */
	bool warm; /* buffers hold pages that an idle shim should give back */
	bool accepting;
	int64_t started_ns; /* wall clock */
	int64_t finished_ns;
	int left; /* processes in the control group when it was last looked at, -errno unknown */
	int64_t kill_next; /* when it is looked at again, and until when */
	int64_t kill_pause;
	int64_t kill_until;
	int tasks[TASKS_MOST];
	int tasks_count;
	int cgroup;
	int kill_file;
	int kill_tasks;
	int pids_max;
	int events; /* memory.events, or -1 */
	int oom_kills; /* what it told when the first process had ended, or -errno */
	int enter; /* the pid namespace the first process is to be born in, or -1 */
	int32_t enter_index; /* of its step */
	int user; /* the user namespace the first process is to be born in, or -1 */
	int32_t user_index;
	uid_t root_uid; /* who root in there is on the machine; execs need it too */
	gid_t root_gid;
	pid_t *born; /* by index of proc; shared with ushers, never with anybody inside */
	uint64_t clone_flags;
	uint64_t join_flags;
	unsigned stdio;
	int execs; /* in use */
	int execs_end; /* behind the last place in use */
	int attached; /* connections */
	const uint8_t *plan_bytes;
	size_t plan_length;
	struct plan plan;
	struct proc procs[1 + EXECS];
	struct connection connections[CONNECTIONS];
	struct log log;
	_Alignas(LOG_PAGE) uint8_t relay[FRAME_HEADER + RELAY];
	_Alignas(LOG_PAGE) uint8_t waiting[CONNECTIONS][PENDING];
	_Alignas(LOG_PAGE) uint8_t input[CONNECTIONS][INPUT];
};

/* spawn.c */

/* Takes the steps that the shim does itself; the rest of the plan is for spawn_process. */
int spawn_prepare(struct shim *shim, struct failure *failure);

struct spawn {
	const struct plan *plan;
	uint64_t clone_flags;
	unsigned stdio;
	int join; /* pidfd whose namespaces are entered, or -1 */
};

/* Clones; proc then holds its pidfd, its report socket and its pipes. */
int spawn_process(struct shim *shim, const struct spawn *request, struct proc *proc,
		  struct failure *failure);

/* usher.c */
struct child;

/* In the shim, before it clones an usher. */
int usher_prepare(struct shim *shim, struct proc *proc);
/* In the usher, before its first step: what it shares with the shim is not inherited from here. */
int usher_begin(const struct shim *shim, const struct proc *proc, struct child *child);
/* When the process itself is born, pid and pidfd become its own. */
void usher_adopt(struct shim *shim, struct proc *proc);
/* True when there is no usher, or it is reaped, or it has ended without leaving a process. */
bool usher_is_over(struct shim *shim, struct proc *proc);
/* Kills the process with all below it, born or still to be born. */
void usher_kill(struct shim *shim, struct proc *proc);

/* Closes the plan's descriptors that are not needed any more. */
void spawn_forget_plan(struct shim *shim);

/* Reads what the process reported: 1 more may come, 0 the end of it, or -EAGAIN. */
int spawn_report(struct shim *shim, struct proc *proc);

/* hook.c */

/* Runs the hook that a process asks for and answers it. */
void hook_serve(struct shim *shim, struct proc *proc, int32_t index);

/* users.c */

/* As the machine's root, what root inside will not be able to do. */
int users_leave_machine(const struct shim *shim, struct child *child);
/* Enters the plan's user namespace, as its root. */
int users_enter(const struct shim *shim, struct failure *failure);
/* The root of a user namespace that was just entered, with nothing of the machine's root. */
int users_become_root(void);
/* Makes namespaces for a pod and stays in them until the pipe at FD_LISTEN is closed. */
int users_make(void);

/* beside.c */

/*
 * Runs the program, with the connection that waits at FD_LISTEN as its own FD_LISTEN, until it ends
 * or the pipe at FD_PLAN is closed: its exit status, 128 and the signal, or -errno before it was.
 */
int beside_run(const char *path);

/* loop.c */
enum watched {
	WATCH_LISTEN,
	WATCH_CONNECTION,
	WATCH_REPORT,
	WATCH_END,
	WATCH_OUT,
	WATCH_ERR,
	WATCH_IN,
};

int loop_watch(const struct shim *shim, int fd, enum watched kind, int index);
int loop_watch_room(const struct shim *shim, int fd, int index);
void loop_unwatch(const struct shim *shim, int fd);
int loop_run(struct shim *shim);

/* procs.c and execs.c */
int proc_start_container(struct shim *shim);
void proc_start_exec(struct shim *shim, int connection, const uint8_t *body, size_t length);
void proc_reported(struct shim *shim, struct proc *proc);
void proc_output(struct shim *shim, struct proc *proc, int stream);
void proc_ended(struct shim *shim, struct proc *proc);
void proc_resume(struct shim *shim, int index);
void proc_abandon(struct shim *shim, int index);
/* What time brings: timeouts of execs, the end of draining; idle when no event came. */
void proc_tick(struct shim *shim, int64_t now, bool idle);
/* The next moment proc_tick wants to see, or 0. */
int64_t proc_next_tick(const struct shim *shim);

/* connections.c */
void connection_accept(struct shim *shim);
void connection_ready(struct shim *shim, int index, uint32_t events);
void connection_close(struct shim *shim, int index);
/* Sends a frame whose payload starts at FRAME_HEADER of the given buffer. */
void connection_send(struct shim *shim, int index, unsigned type, uint8_t *frame, size_t payload);
void connection_tell_all(struct shim *shim);
void connection_say_goodbye(struct shim *shim);

/* streams.c */

/* Takes a frame of a client's standard input, answered when delivered; one without bytes ends it. */
void stream_input(struct shim *shim, int index, const uint8_t *body, size_t length);
/* There is room in a process's standard input. */
void stream_input_ready(struct shim *shim, struct proc *proc);
/* No more of a client's input can be delivered. */
void stream_forget_input(struct shim *shim, int index);
/* Shows a client the container's output from now on: 0 or -errno. */
int stream_attach(struct shim *shim, int index, const uint8_t *body, size_t length);
/* What the container has just written and the log already has. */
void stream_output(struct shim *shim, int stream, const char *data, size_t length);
/* Tells a client that was too slow how much it has missed, once there is room for it. */
void stream_tell_skipped(struct shim *shim, int index);
/* The client is gone. */
void stream_detach(struct shim *shim, int index);

/* messages.c */
enum message {
	MSG_STATUS = 1,
	MSG_SIGNAL = 2,
	MSG_EXEC = 3,
	MSG_STDIN = 4,
	MSG_RESIZE = 5,
	MSG_REOPEN_LOG = 6,
	MSG_ATTACH = 7,
	MSG_STATE = 64,
	MSG_DONE = 65,
	MSG_EXEC_STARTED = 66,
	MSG_EXEC_FAILED = 67,
	MSG_STDOUT = 68,
	MSG_STDERR = 69,
	MSG_EXEC_EXITED = 70,
	MSG_STDIN_TAKEN = 71,
	MSG_SKIPPED = 72,
};

enum { MESSAGE_MOST = FRAME_HEADER + 64 + sizeof(struct failure) };

void message_head(uint8_t *frame, unsigned type, size_t payload);
/* Each fills a frame's payload and returns its length. */
size_t message_state(const struct shim *shim, uint8_t *frame);
size_t message_failure(const struct failure *failure, uint8_t *frame);
size_t message_numbers(const uint32_t *numbers, size_t count, uint8_t *frame);
void message_take(struct shim *shim, int connection, unsigned type, const uint8_t *body,
		  size_t length);

/* end.c */

/* Leaves the exit record; it replaces an older one in one piece. */
int end_record(const struct shim *shim);

/* Takes down how often memory ran out in the control group, where the plan names its counters. */
void end_count_oom_kills(struct shim *shim);

/*
 * Signals what is left in the container's control group: how many processes a version 1 group still
 * had, which may be dying; or 0, or -errno. SIGKILL also ends all forking there, for good.
 */
int end_signal_group(const struct shim *shim, int signal);

/* Kills a process and everything that descends from it or shares its session. */
void end_kill_tree(pid_t leader);

#endif
