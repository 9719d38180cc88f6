/*
 * usage: exec-count PID
 *
 * Counts the programs that a process and its descendants execute: prints "ready", waits for the end
 * of its standard input, prints the number. The kernel itself tells of every fork, execve and exit
 * (linux/cn_proc.h); each fork is told before the child runs, and nothing is sampled. Only what
 * descends from the process after the start is counted.
 */
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_PIDS = 1 << 22, RECEIVE_BUFFER = 32 << 20, PATIENCE_MS = 1000 };

static unsigned char family[MOST_PIDS / 8];
static unsigned long executed;
static bool acknowledged;

static bool belongs(int pid)
{
	return pid > 0 && pid < MOST_PIDS && (family[pid / 8] >> (pid % 8) & 1);
}

static void join_family(int pid)
{
	if (pid > 0 && pid < MOST_PIDS)
		family[pid / 8] |= (unsigned char)(1 << (pid % 8));
}

static void leave_family(int pid)
{
	if (pid > 0 && pid < MOST_PIDS)
		family[pid / 8] &= (unsigned char)~(1 << (pid % 8));
}

static void fail(const char *step)
{
	fprintf(stderr, "exec-count: %s: %s\n", step, strerror(errno));
	exit(1);
}

static int subscribe(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC };
	enum proc_cn_mcast_op listen = PROC_CN_MCAST_LISTEN;
	char packet[NLMSG_SPACE(sizeof(struct cn_msg) + sizeof listen)];
	struct nlmsghdr *header = (struct nlmsghdr *)packet;
	struct cn_msg *message = NLMSG_DATA(header);
	int room = RECEIVE_BUFFER;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);

	if (fd < 0)
		fail("netlink socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
		fail("netlink receive buffer");
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
		fail("bind to the kernel's process events");
	memset(packet, 0, sizeof packet);
	header->nlmsg_len = NLMSG_LENGTH(sizeof *message + sizeof listen);
	header->nlmsg_type = NLMSG_DONE;
	message->id.idx = CN_IDX_PROC;
	message->id.val = CN_VAL_PROC;
	message->len = sizeof listen;
	memcpy(message->data, &listen, sizeof listen);
	if (send(fd, packet, header->nlmsg_len, 0) < 0)
		fail("subscription to the kernel's process events");
	return fd;
}

static void take(const struct proc_event *event)
{
	switch (event->what) {
	case PROC_EVENT_NONE:
		/* The answer to a subscription, which names an error or none. */
		if (event->event_data.ack.err != 0) {
			errno = (int)event->event_data.ack.err;
			fail("subscription to the kernel's process events");
		}
		acknowledged = true;
		break;
	case PROC_EVENT_FORK:
		/* A thread has its leader's tgid, which is in the family already. */
		if (belongs(event->event_data.fork.parent_tgid))
			join_family(event->event_data.fork.child_tgid);
		break;
	case PROC_EVENT_EXEC:
		if (belongs(event->event_data.exec.process_tgid))
			executed++;
		break;
	case PROC_EVENT_EXIT:
		if (event->event_data.exit.process_pid == event->event_data.exit.process_tgid)
			leave_family(event->event_data.exit.process_tgid);
		break;
	default:
		break;
	}
}

/* Takes all events that are there. The kernel tells by ENOBUFS when it had to drop some. */
static void drain(int fd)
{
	_Alignas(struct nlmsghdr) char packet[4096];
	ssize_t size;

	while ((size = recv(fd, packet, sizeof packet, MSG_DONTWAIT)) > 0) {
		const struct cn_msg *message = NLMSG_DATA((struct nlmsghdr *)packet);
		struct proc_event event = { 0 };

		/* Newer kernels may have longer events: what comes later in them is of no use here. */
		memcpy(&event, message->data,
		       message->len < sizeof event ? message->len : sizeof event);
		take(&event);
	}
	if (size < 0 && errno != EAGAIN)
		fail("the kernel's process events");
}

/* A kernel without process events, and one in another namespace, say nothing at all. */
static void await_acknowledgement(int fd)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };

	while (!acknowledged) {
		if (poll(&waiting, 1, PATIENCE_MS) != 1) {
			errno = ENOTSUP;
			fail("answer of the kernel to a subscription to its process events");
		}
		drain(fd);
	}
}

int main(int argc, char **argv)
{
	struct pollfd waiting[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .events = POLLIN } };

	if (argc != 2 || atoi(argv[1]) <= 0) {
		fprintf(stderr, "usage: exec-count PID\n");
		return 2;
	}
	join_family(atoi(argv[1]));
	waiting[1].fd = subscribe();
	await_acknowledgement(waiting[1].fd);
	puts("ready");
	fflush(stdout);
	while (waiting[0].revents == 0) {
		if (poll(waiting, 2, -1) < 0)
			fail("poll");
		drain(waiting[1].fd);
	}
	printf("%lu\n", executed);
	return 0;
}
