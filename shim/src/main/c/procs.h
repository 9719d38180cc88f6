/* What the container's first process and its execs have in common. */
#ifndef GANTRY_PROCS_H
#define GANTRY_PROCS_H

#include "shim.h"

enum { READS_AT_ONCE = 8 };

/* procs.c */
int proc_index(const struct shim *shim, const struct proc *proc);
void proc_clear(struct proc *proc);
/* A process that was just cloned has copies of our descriptors, so close(2) alone leaves events. */
void proc_drop_fd(const struct shim *shim, int *fd);
void proc_release(struct shim *shim, struct proc *proc);
int proc_watch_start(const struct shim *shim, struct proc *proc);
void proc_watch_output(const struct shim *shim, struct proc *proc);
void proc_close_output(const struct shim *shim, struct proc *proc, int stream);
/* Most bytes that can wait in a pipe or, with a wide margin, in a terminal. */
int64_t proc_capacity(int fd);
bool proc_is_silent(const struct proc *proc);

/* execs.c */
void exec_started(struct shim *shim, struct proc *proc);
/* One read of an exec's output and one frame: how many bytes, 0 when there are no more for now. */
ssize_t exec_relay(struct shim *shim, struct proc *proc, int stream);
/* Relays what is in the pipes now; bounded, for somebody may write faster than we read. */
void exec_sweep(struct shim *shim, struct proc *proc);
/* Answers the client; a process that cannot be killed right now stays until it is reaped. */
void exec_finish(struct shim *shim, struct proc *proc);
void exec_finish_if_silent(struct shim *shim, struct proc *proc);
/* What is told of an exec that its container's end has killed, also when it cannot die at once. */
void exec_cut_off(struct proc *proc);
/* An exec whose process has ended: its output is read, and its client answered when it is over. */
void exec_ended(struct shim *shim, struct proc *proc);
void exec_tick(struct shim *shim, struct proc *proc, int64_t now);

#endif
