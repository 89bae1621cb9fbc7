/*
 * The program to compare with: answers every request with the same bytes (the
 * content of a file), by libfcgi and threads, and does nothing else.
 *
 *   hello_fcgi SOCKET BODY_FILE THREADS
 */
#include <fcgiapp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hello {
	int fd;
	char *body;
	int len;
};

static void *serve(void *arg)
{
	struct hello *hello = arg;
	FCGX_Request request;
	char head[200];

	FCGX_InitRequest(&request, hello->fd, 0);
	snprintf(head, sizeof(head),
	    "Status: 200 OK\r\nContent-Type: text/html\r\n"
	    "Content-Length: %d\r\n\r\n", hello->len);
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutS(head, request.out);
		FCGX_PutStr(hello->body, hello->len, request.out);
		FCGX_Finish_r(&request);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct hello hello;
	FILE *f;
	int threads;

	if (argc != 4 || FCGX_Init() != 0)
		return 2;
	hello.fd = FCGX_OpenSocket(argv[1], 128);
	hello.body = malloc(1 << 20);
	f = fopen(argv[2], "rb");
	threads = atoi(argv[3]);
	if (hello.fd < 0 || !hello.body || !f || threads < 1)
		return 1;
	hello.len = (int)fread(hello.body, 1, 1 << 20, f);
	fclose(f);
	for (int i = 1; i < threads; i++) {
		pthread_t t;

		if (pthread_create(&t, NULL, serve, &hello) != 0)
			return 1;
	}
	serve(&hello);
	return 0;
}
