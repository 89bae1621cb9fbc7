/*
 * A FastCGI client for tests: sends one request past nginx and prints what
 * comes back (the CGI header block and the body).
 *
 * Usage: fcgi_client SOCKET NAME=value... [-- BODY-FIRST BODY-REST]
 * Between the two halves of the body it prints "half" to stderr and waits for a
 * line on stdin, so that a test can act while the request is under way.
 * Exit status: 0 if a whole answer came, 1 otherwise.
 *
 * Source: FastCGI Specification 1.0, sections 3.3 (records), 3.4 (pairs), 5.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BEGIN_REQUEST = 1, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };

#define MAX_CONTENT 65535

static int send_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int send_record(int fd, uint8_t type, const void *content, size_t len)
{
	uint8_t header[8] = { 1, type, 0, 1, (uint8_t)(len >> 8),
		(uint8_t)len };

	if (len > MAX_CONTENT || send_all(fd, header, sizeof(header)) != 0)
		return -1;
	return len ? send_all(fd, content, len) : 0;
}

/* Lengths as four bytes each, with the highest bit set. */
static int send_param(int fd, const char *pair)
{
	static uint8_t content[MAX_CONTENT];
	const char *equals = strchr(pair, '=');
	size_t len[2], at = 0;

	if (!equals)
		return -1;
	len[0] = (size_t)(equals - pair);
	len[1] = strlen(equals + 1);
	if (len[0] + len[1] + 8 > sizeof(content))
		return -1;
	for (int i = 0; i < 2; i++) {
		content[at++] = (uint8_t)(len[i] >> 24 | 0x80);
		content[at++] = (uint8_t)(len[i] >> 16);
		content[at++] = (uint8_t)(len[i] >> 8);
		content[at++] = (uint8_t)len[i];
	}
	memcpy(content + at, pair, len[0]);
	memcpy(content + at + len[0], equals + 1, len[1]);
	return send_record(fd, PARAMS, content, at + len[0] + len[1]);
}

static int read_all(int fd, uint8_t *to, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, to, len);

		if (n <= 0)
			return -1;
		to += n;
		len -= (size_t)n;
	}
	return 0;
}

static int print_answer(int fd)
{
	static uint8_t content[MAX_CONTENT + 255];
	uint8_t header[8];

	for (;;) {
		size_t len;

		if (read_all(fd, header, sizeof(header)) != 0)
			return -1;
		len = (size_t)header[4] << 8 | header[5];
		if (read_all(fd, content, len + header[6]) != 0)
			return -1;
		if (header[1] == END_REQUEST)
			return 0;
		if (header[1] == STDOUT)
			fwrite(content, 1, len, stdout);
	}
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		return -1;
	return fd;
}

static int send_body(int fd, char **halves)
{
	if (send_record(fd, STDIN, halves[0], strlen(halves[0])) != 0)
		return -1;
	fputs("half\n", stderr);
	if (getchar() == EOF)
		return -1;
	return send_record(fd, STDIN, halves[1], strlen(halves[1]));
}

int main(int argc, char **argv)
{
	static const uint8_t begin[8] = { 0, 1 /* responder */, 0 };
	int fd = argc > 1 ? connect_to(argv[1]) : -1;
	int i = 2;

	if (fd < 0) {
		perror(argc > 1 ? argv[1] : "usage: fcgi_client SOCKET ...");
		return 1;
	}
	if (send_record(fd, BEGIN_REQUEST, begin, sizeof(begin)) != 0)
		return 1;
	for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (send_param(fd, argv[i]) != 0)
			return 1;
	}
	if (send_record(fd, PARAMS, NULL, 0) != 0)
		return 1;
	if (argc - i == 3 && send_body(fd, argv + i + 1) != 0)
		return 1;
	if (send_record(fd, STDIN, NULL, 0) != 0)
		return 1;
	return print_answer(fd) == 0 && fflush(stdout) == 0 ? 0 : 1;
}
