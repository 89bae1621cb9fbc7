/*
 * A FastCGI program for tests of nginx's configuration: it answers with every
 * parameter it was given, one NAME=value a line, and the length of the body it
 * read. It holds no answer of its own, so a test sees what nginx really sent.
 *
 * Usage: fcgi_echo SOCKET. Single-threaded; ends on SIGTERM.
 * Source: FastCGI Specification 1.0, section 6.2 (Responder).
 */
#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static long read_body(FCGX_Stream *in)
{
	char chunk[4096];
	long total = 0;
	int got;

	while ((got = FCGX_GetStr(chunk, (int)sizeof(chunk), in)) > 0)
		total += got;
	return total;
}

static void answer(FCGX_Request *request)
{
	char line[64];

	snprintf(line, sizeof(line), "BODY_READ=%ld\n", read_body(request->in));
	FCGX_PutS("Content-Type: text/plain\r\n\r\n", request->out);
	FCGX_PutS(line, request->out);
	for (char **param = request->envp; *param; param++) {
		FCGX_PutS(*param, request->out);
		FCGX_PutS("\n", request->out);
	}
}

int main(int argc, char **argv)
{
	FCGX_Request request;
	int listener;

	if (argc != 2 || FCGX_Init() != 0) {
		fputs("usage: fcgi_echo SOCKET\n", stderr);
		return 2;
	}
	umask(0117);
	listener = FCGX_OpenSocket(argv[1], 64);
	if (listener < 0 || FCGX_InitRequest(&request, listener, 0) != 0) {
		perror(argv[1]);
		return 1;
	}
	while (FCGX_Accept_r(&request) == 0) {
		answer(&request);
		FCGX_Finish_r(&request);
	}
	return 0;
}
