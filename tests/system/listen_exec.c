/*
 * listen_exec SOCKET COMMAND…: stands in for a service manager that keeps the
 * listening socket. Runs the command with the socket as descriptor 0, and again
 * whenever it ends well; 1 when it does not.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(int fd, char **command)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fd, STDIN_FILENO);
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return status;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc < 3 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	memcpy(address.sun_path, argv[1], strlen(argv[1]) + 1);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, 64) != 0) {
		perror(argv[1]);
		return 1;
	}
	while (run(fd, argv + 2) == 0)
		;
	return 1;
}
