#include "log.h"

#include "base.h"

#include <string.h>
#include <sys/mman.h>

/* "2026-11-23T01:02:03.123456789Z stdout F " */
enum { STAMP = 30, SECONDS_PART = 19, PREFIX = STAMP + 10, FLUSH_AFTER_MS = 100 };

static const char *const stream_names[LOG_STREAMS] = {" stdout ", " stderr "};

char *log_room(struct log *log)
{
	return log->in + LOG_LINE;
}

/* A log that cannot be written must not stop the container: what does not fit is lost. */
static void write_out(struct log *log)
{
	size_t length = log->out_length;
	size_t done = 0;

	log->out_length = 0;
	if (log->cut && write_all(log->fd, "\n", 1) < 0)
		return;
	log->cut = false;
	while (done < length) {
		ssize_t written = write(log->fd, log->out + done, length - done);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			break;
		done += (size_t)written;
	}
	log->size += done;
	log->cut = done > 0 && log->out[done - 1] != '\n';
	rotation_check(log);
}

/* The calendar part is made once a second, the rest for each read. */
static void stamp_now(struct log *log)
{
	int64_t now = clock_ns(CLOCK_REALTIME);
	time_t second = (time_t)(now / NS_PER_SECOND);
	int64_t nanos = now % NS_PER_SECOND;
	struct tm utc;

	if (second != log->second) {
		gmtime_r(&second, &utc);
		strftime(log->stamp, sizeof(log->stamp), "%Y-%m-%dT%H:%M:%S.", &utc);
		log->second = second;
	}
	for (int digit = STAMP - 2; digit > SECONDS_PART; digit--) {
		log->stamp[digit] = (char)('0' + nanos % 10);
		nanos /= 10;
	}
	log->stamp[STAMP - 1] = 'Z';
}

static void put_line(struct log *log, int stream, char kind, const char *text, size_t length)
{
	char *to;

	if (log->out_length + PREFIX + length + 1 > LOG_OUT)
		write_out(log);
	to = log->out + log->out_length;
	memcpy(to, log->stamp, STAMP);
	memcpy(to + STAMP, stream_names[stream], 8);
	to[STAMP + 8] = kind;
	to[STAMP + 9] = ' ';
	memcpy(to + PREFIX, text, length);
	to[PREFIX + length] = '\n';
	log->out_length += (uint32_t)(PREFIX + length + 1);
	log->stream[stream].broken = kind == 'P';
}

/* Writes all lines of a stretch; what is left of it is an unfinished line. */
static const char *put_lines(struct log *log, int stream, const char *text, const char *end)
{
	while (text < end) {
		size_t left = (size_t)(end - text);
		const char *newline = memchr(text, '\n', left > LOG_LINE ? LOG_LINE + 1 : left);

		if (newline != NULL) {
			put_line(log, stream, 'F', text, (size_t)(newline - text));
			text = newline + 1;
		} else if (left > LOG_LINE) {
			put_line(log, stream, 'P', text, LOG_LINE);
			text += LOG_LINE;
		} else {
			break;
		}
	}
	return text;
}

void log_take(struct log *log, int stream, size_t length, int64_t now)
{
	struct log_stream *unfinished = &log->stream[stream];
	char *start = log->in + LOG_LINE - unfinished->length;
	const char *end = log->in + LOG_LINE + length;
	const char *rest;

	memcpy(start, unfinished->text, unfinished->length);
	stamp_now(log);
	rest = put_lines(log, stream, start, end);
	if (rest != start || unfinished->length == 0)
		unfinished->due = now + FLUSH_AFTER_MS * NS_PER_MS;
	unfinished->length = (uint32_t)(end - rest);
	memcpy(unfinished->text, rest, unfinished->length);
	if (unfinished->length == 0)
		unfinished->due = 0;
	if (log->out_length > 0)
		write_out(log);
}

void log_flush(struct log *log, int stream)
{
	struct log_stream *unfinished = &log->stream[stream];

	if (unfinished->length == 0)
		return;
	stamp_now(log);
	put_line(log, stream, 'P', unfinished->text, unfinished->length);
	unfinished->length = 0;
	unfinished->due = 0;
	write_out(log);
}

void log_trim(struct log *log)
{
	madvise(log->in, sizeof(log->in), MADV_DONTNEED);
	madvise(log->out, sizeof(log->out), MADV_DONTNEED);
}
