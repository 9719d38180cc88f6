#include "plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MAGIC = 0x314c5047, HEADER = 24, STEP_HEADER = 6 };

/*
 * Every operation with its fields: u, i and q are numbers of 32, 32 signed and 64 bits, f a
 * descriptor's index, s text, b bytes, L a list of texts, G a list of 32-bit numbers.
 */
static const struct shape {
	enum op op;
	const char *name;
	const char *fields;
} shapes[] = {
	{OP_CLONE, "clone", "q"},
	{OP_ENTER, "enter", "fu"},
	{OP_CGROUP, "cgroup", "f"},
	{OP_TASKS, "tasks", "f"},
	{OP_KILL_FILE, "kill_file", "f"},
	{OP_KILL_TASKS, "kill_tasks", "f"},
	{OP_STDIO, "stdio", "u"},
	{OP_SHIM_CGROUP, "shim_cgroup", "f"},
	{OP_PIDS_MAX, "pids_max", "f"},
	{OP_USER, "user", "fuu"},
	{OP_LOG_ROTATION, "log_rotation", "fsqu"},
	{OP_EVENTS, "events", "f"},
	{OP_WRITE_FD, "write_fd", "fb"},
	{OP_SETNS, "setns", "fu"},
	{OP_UNSHARE, "unshare", "q"},
	{OP_ROOT_PROPAGATION, "root_propagation", "q"},
	{OP_ATTACH_ROOT, "attach_root", "fs"},
	{OP_MOUNT, "mount", "ssuLs"},
	{OP_ATTACH, "attach", "fsu"},
	{OP_MKDIR, "mkdir", "su"},
	{OP_SYMLINK, "symlink", "ss"},
	{OP_MKNOD, "mknod", "suuuuu"},
	{OP_MASK, "mask", "s"},
	{OP_READ_ONLY, "read_only", "s"},
	{OP_PIVOT, "pivot", ""},
	{OP_SYSCTL, "sysctl", "ss"},
	{OP_HOSTNAME, "hostname", "s"},
	{OP_DOMAINNAME, "domainname", "s"},
	{OP_RLIMIT, "rlimit", "uqq"},
	{OP_OOM_SCORE_ADJ, "oom_score_adj", "i"},
	{OP_UMASK, "umask", "u"},
	{OP_CHDIR, "chdir", "su"},
	{OP_KEYRING, "keyring", "s"},
	{OP_SETSID, "setsid", ""},
	{OP_TTY, "tty", "uus"},
	{OP_SETGROUPS, "setgroups", "G"},
	{OP_SETGID, "setgid", "u"},
	{OP_SETUID, "setuid", "u"},
	{OP_CAPABILITIES, "capabilities", "qqqqq"},
	{OP_NO_NEW_PRIVILEGES, "no_new_privileges", ""},
	{OP_SECCOMP, "seccomp", "ub"},
	{OP_CLOSE_FDS, "close_fds", ""},
	{OP_EXEC, "exec", "LL"},
	{OP_HOLD, "hold", ""},
	{OP_EMPTY_ROOT, "empty_root", ""},
	{OP_APPARMOR, "apparmor", "s"},
	{OP_HOOK, "hook", "usLLub"},
};

/* Bytes still to be read; every take checks. */
struct reader {
	const uint8_t *next;
	const uint8_t *end;
};

static bool take(struct reader *in, size_t length, const uint8_t **bytes)
{
	if ((size_t)(in->end - in->next) < length)
		return false;
	*bytes = in->next;
	in->next += length;
	return true;
}

uint32_t plan_u32(const uint8_t *b)
{
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static bool take_u32(struct reader *in, uint32_t *value)
{
	const uint8_t *bytes;

	if (!take(in, 4, &bytes))
		return false;
	*value = plan_u32(bytes);
	return true;
}

static bool take_bytes(struct reader *in, struct field *field)
{
	return take_u32(in, &field->length) && take(in, field->length, &field->data);
}

/* Text has its NUL at the end and nowhere else. */
static bool take_text(struct reader *in, struct field *field)
{
	return take_bytes(in, field) && field->length > 0 &&
	       memchr(field->data, 0, field->length) == field->data + field->length - 1;
}

static bool take_texts(struct reader *in, struct field *list)
{
	struct field item;

	if (!take_u32(in, &list->length))
		return false;
	list->data = in->next;
	for (uint32_t i = 0; i < list->length; i++)
		if (!take_text(in, &item))
			return false;
	return true;
}

static bool take_numbers(struct reader *in, struct field *list)
{
	return take_u32(in, &list->length) && list->length <= UINT32_MAX / 4 &&
	       take(in, (size_t)list->length * 4, &list->data);
}

static bool take_u64(struct reader *in, uint64_t *value)
{
	uint32_t low, high;

	if (!take_u32(in, &low) || !take_u32(in, &high))
		return false;
	*value = (uint64_t)high << 32 | low;
	return true;
}

static bool take_number(struct reader *in, uint32_t most, struct field *field)
{
	uint32_t value;

	if (!take_u32(in, &value) || value > most)
		return false;
	field->number = value;
	return true;
}

static bool take_field(struct reader *in, char kind, uint32_t fds, struct field *field)
{
	switch (kind) {
	case 'f':
		return fds > 0 && take_number(in, fds - 1, field);
	case 'q':
		return take_u64(in, &field->number);
	case 's':
		return take_text(in, field);
	case 'b':
		return take_bytes(in, field);
	case 'L':
		return take_texts(in, field);
	case 'G':
		return take_numbers(in, field);
	default:
		return take_number(in, UINT32_MAX, field);
	}
}

static const struct shape *shape_of(unsigned op)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if ((unsigned)shapes[i].op == op)
			return &shapes[i];
	return NULL;
}

int plan_next(struct section *section, uint32_t fds, struct step *step)
{
	struct reader in = {section->next, section->end};
	const struct shape *shape;
	const uint8_t *head;
	uint32_t length;

	if (in.next == in.end)
		return 0;
	if (!take(&in, STEP_HEADER, &head))
		return -EINVAL;
	shape = shape_of((unsigned)head[0] | (unsigned)head[1] << 8);
	length = plan_u32(head + 2);
	if (shape == NULL || length > (size_t)(in.end - in.next))
		return -EINVAL;
	in.end = in.next + length;
	*step = (struct step){.op = shape->op, .name = shape->name, .fields = shape->fields};
	for (size_t i = 0; shape->fields[i] != '\0'; i++)
		if (!take_field(&in, shape->fields[i], fds, &step->f[i]))
			return -EINVAL;
	if (in.next != in.end)
		return -EINVAL;
	section->next = in.end;
	return 1;
}

/* Walks a section to its end; the number of steps or -EINVAL. */
static int check_section(struct section *section, uint32_t fds, bool child, enum op *last)
{
	struct step step;
	int count = 0;
	int more;

	while ((more = plan_next(section, fds, &step)) > 0) {
		if ((step.op >= PLAN_FIRST_CHILD_OP) != child)
			return -EINVAL;
		*last = step.op;
		count++;
	}
	return more < 0 ? more : count;
}

int plan_open(struct plan *plan, const uint8_t *bytes, size_t length, size_t *offset)
{
	enum op last = OP_CLONE;
	struct section walk;
	uint32_t parent, child;
	int count;

	*offset = 0;
	if (length < HEADER || length > PLAN_LARGEST || plan_u32(bytes) != MAGIC ||
	    plan_u32(bytes + 4) != length)
		return -EINVAL;
	plan->fds = plan_u32(bytes + 8);
	parent = plan_u32(bytes + 12);
	child = plan_u32(bytes + 16);
	if (plan->fds > PLAN_FDS_MOST || parent > length - HEADER ||
	    child != length - HEADER - parent || plan_u32(bytes + 20) != 0)
		return -EINVAL;
	plan->parent = (struct section){bytes + HEADER, bytes + HEADER + parent};
	plan->child = (struct section){plan->parent.end, bytes + length};
	walk = plan->parent;
	count = check_section(&walk, plan->fds, false, &last);
	if (count >= 0) {
		plan->parent_steps = (uint32_t)count;
		walk = plan->child;
		count = check_section(&walk, plan->fds, true, &last);
	}
	*offset = (size_t)(walk.next - bytes);
	return count >= 0 && (last == OP_EXEC || last == OP_HOLD) ? 0 : -EINVAL;
}

const char *plan_text(const struct field *field)
{
	return (const char *)field->data;
}

const char *plan_list_text(const uint8_t **cursor)
{
	const uint8_t *text = *cursor + 4;

	*cursor = text + plan_u32(*cursor);
	return (const char *)text;
}

static void print_text(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c < 0x7f && c != '"' && c != '\\')
			putchar(c);
		else
			printf("\\x%02x", (unsigned)c);
	}
	putchar('"');
}

static void print_list(char kind, const struct field *field)
{
	const uint8_t *cursor = field->data;

	putchar('[');
	for (uint32_t i = 0; i < field->length; i++) {
		if (i > 0)
			putchar(' ');
		if (kind == 'L') {
			print_text(plan_list_text(&cursor));
		} else {
			printf("%" PRIu32, plan_u32(cursor));
			cursor += 4;
		}
	}
	putchar(']');
}

static void print_field(char kind, const struct field *field)
{
	putchar(' ');
	switch (kind) {
	case 'f':
		printf("fd%" PRIu64, field->number);
		break;
	case 'i':
		printf("%" PRId32, (int32_t)(uint32_t)field->number);
		break;
	case 's':
		print_text(plan_text(field));
		break;
	case 'b':
		printf("bytes(%" PRIu32 ")", field->length);
		break;
	case 'L':
	case 'G':
		print_list(kind, field);
		break;
	default:
		printf("%" PRIu64, field->number);
	}
}

static void print_section(struct section section, uint32_t fds)
{
	struct step step;

	while (plan_next(&section, fds, &step) > 0) {
		fputs(step.name, stdout);
		for (size_t i = 0; step.fields[i] != '\0'; i++)
			print_field(step.fields[i], &step.f[i]);
		putchar('\n');
	}
}

void plan_print(const struct plan *plan)
{
	print_section(plan->parent, plan->fds);
	print_section(plan->child, plan->fds);
}
