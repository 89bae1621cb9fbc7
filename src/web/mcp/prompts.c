/*
 * Prompts: what a person can ask an assistant to do here, in words that keep
 * to the way it is meant to be done.
 */
#include "web/mcp/mcp.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

#define MAX_PROMPT ((size_t)4096)
#define MAX_ARGUMENT 255 /* bytes */

/* `argument` takes the place of "%s" in the text. */
static const struct prompt {
	const char *name;
	const char *title;
	const char *description;
	const char *argument;
	const char *argument_help;
	const char *text;
} prompts[] = {
	{ "provision-device", "Provision a device",
	    "Show what would change on a device, and push it after consent",
	    "device", "The device's name",
	    "Provision the network device %s. Make a dry run with "
	    "provision_device and follow it with run_status until it has "
	    "ended. Show me its difference, say in a few sentences what it "
	    "does, and name what looks risky. Push it only after I have "
	    "agreed, with the diff_hash of that dry run, and tell me how it "
	    "ended." },
	{ "explain-device", "Explain a device",
	    "What a device is, how it differs from what is intended, and why",
	    "device", "The device's name",
	    "Explain the state of the network device %s: read its record with "
	    "get_device, the difference from its last backup to its intended "
	    "configuration with get_config, and its last commits with "
	    "device_history. Say what differs, since when, and who changed it. "
	    "Change nothing." },
	{ "provision-server", "Provision a server",
	    "Choose a server, confirm, deploy an image and follow it", "image",
	    "The image's name or id",
	    "Provision a bare-metal server with the image %s. List those that "
	    "are available with list_servers, propose one, and wait for my "
	    "consent, because its disk is overwritten. Then call "
	    "provision_server and follow check_provision_status to the end." },
};

#define COUNT (sizeof(prompts) / sizeof(prompts[0]))

enum err_code mcp_list_prompts(
    struct mcp_call *call, json_t **ret, struct err *e)
{
	json_t *list = json_array();

	(void)call;
	for (size_t i = 0; i < COUNT; i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:[{s:s, s:s, s:b}]}", "name",
			prompts[i].name, "title", prompts[i].title,
			"description", prompts[i].description, "arguments",
			"name", prompts[i].argument, "description",
			prompts[i].argument_help, "required", 1));
	*ret = json_pack("{s:o}", "prompts", list);
	return *ret ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

static const struct prompt *find_prompt(const char *name)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (strcmp(prompts[i].name, name) == 0)
			return &prompts[i];
	}
	return NULL;
}

static json_t *prompt_json(const struct prompt *p, const char *value)
{
	const char *at = strstr(p->text, "%s");
	struct buf text = BUF_INIT(MAX_PROMPT);
	json_t *o = NULL;

	buf_add(&text, p->text, (size_t)(at - p->text));
	buf_puts(&text, value);
	buf_puts(&text, at + 2);
	if (buf_ok(&text))
		o = json_pack("{s:s, s:[{s:s, s:{s:s, s:s}}]}", "description",
		    p->description, "messages", "role", "user", "content",
		    "type", "text", "text", buf_text(&text));
	buf_release(&text);
	return o;
}

enum err_code mcp_get_prompt(struct mcp_call *call, json_t **ret, struct err *e)
{
	const json_t *params = call->message->params;
	const char *name = json_text(params, "name", "");
	const struct prompt *p = find_prompt(name);
	const char *value;
	size_t len;

	if (!p)
		return mcp_refuse(call, RPC_INVALID_PARAMS, NULL, e,
		    "there is no prompt \"%.60s\"", name);
	value =
	    json_text(json_object_get(params, "arguments"), p->argument, "");
	len = strlen(value);
	if (len == 0 || len > MAX_ARGUMENT ||
	    !text_has_no_control(value, len, false))
		return mcp_refuse(call, RPC_INVALID_PARAMS, NULL, e,
		    "the argument \"%s\" must be a line of 1 to %d bytes",
		    p->argument, MAX_ARGUMENT);
	*ret = prompt_json(p, value);
	return *ret ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}
