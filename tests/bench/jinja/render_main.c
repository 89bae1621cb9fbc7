/* switchyard render as a program of its own, for the bench. */
#include "cli/render.h"

int main(int argc, char **argv)
{
	return cmd_render(argc, argv);
}
