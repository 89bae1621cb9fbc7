/* Model, version, serial number, uptime and interfaces, by Junos's own
 * operations. */
#include "infra/driver/junos_internal.h"

#include "base/text.h"

#include <string.h>

#define FACT_MAX 4096

static const char *text_at(
    const struct xml_node *node, const char *path, struct arena *arena)
{
	struct buf text = BUF_INIT(FACT_MAX);
	const char *p, *copy;
	size_t len;

	xml_text(xml_find(node, path), &text);
	p = buf_text(&text) + strspn(buf_text(&text), " \n");
	len = strcspn(p, "\n");
	copy = text_has_no_control(p, len, false) ? arena_memdup(arena, p, len)
						  : "";
	buf_release(&text);
	return copy != NULL ? copy : "";
}

static void take_software(
    const struct xml_node *reply, struct arena *arena, struct driver_facts *to)
{
	const struct xml_node *n = xml_child(reply, "software-information");

	/* Of a chassis with several engines the first tells. */
	if (n == NULL)
		n = xml_find(reply, "multi-routing-engine-results/"
				    "multi-routing-engine-item/"
				    "software-information");
	to->hostname = text_at(n, "host-name", arena);
	to->model = text_at(n, "product-model", arena);
	to->os_version = text_at(n, "junos-version", arena);
}

static void take_inventory(
    const struct xml_node *reply, struct arena *arena, struct driver_facts *to)
{
	to->serial =
	    text_at(reply, "chassis-inventory/chassis/serial-number", arena);
}

static void take_uptime(
    const struct xml_node *reply, struct arena *arena, struct driver_facts *to)
{
	const struct xml_node *n = xml_find(
	    reply, "system-uptime-information/system-booted-time/time-length");
	struct buf seconds = BUF_INIT(32);
	long value;

	(void)arena;
	if (n != NULL && xml_attribute(n, "seconds", &seconds) &&
	    text_to_long(buf_text(&seconds), 0, INT32_MAX, &value))
		to->uptime_s = value;
	buf_release(&seconds);
}

static void take_interfaces(
    const struct xml_node *reply, struct arena *arena, struct driver_facts *to)
{
	static const char name[] = "physical-interface";
	const struct xml_node *all = xml_child(reply, "interface-information");
	struct driver_interface *list;
	size_t n = 0;

	for (const struct xml_node *i = xml_child(all, name); i != NULL;
	     i = xml_next(i, name))
		n++;
	list = arena_zalloc(arena, (n + 1) * sizeof *list);
	if (list == NULL)
		return;
	n = 0;
	for (const struct xml_node *i = xml_child(all, name); i != NULL;
	     i = xml_next(i, name))
		list[n++] = (struct driver_interface){
			.name = text_at(i, "name", arena),
			.description = text_at(i, "description", arena),
			.enabled = strcmp(text_at(i, "admin-status", arena),
				       "up") == 0,
			.up =
			    strcmp(text_at(i, "oper-status", arena), "up") == 0,
		};
	to->interfaces = list;
	to->n_interfaces = n;
}

static const struct {
	const char *request;
	void (*take)(const struct xml_node *reply, struct arena *arena,
	    struct driver_facts *to);
} questions[] = {
	{ "<get-software-information/>", take_software },
	{ "<get-chassis-inventory/>", take_inventory },
	{ "<get-system-uptime-information/>", take_uptime },
	{ "<get-interface-information><brief/></get-interface-information>",
	    take_interfaces },
};

enum err_code junos_get_facts(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_facts *ret,
    struct err *e)
{
	struct driver_facts f = {
		.vendor = "Juniper",
		.hostname = "",
		.model = "",
		.os_version = "",
		.serial = "",
		.uptime_s = -1,
	};

	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
		struct netconf_reply reply = { .doc = NULL };
		enum err_code code =
		    netconf_call(s->base.nc, questions[i].request,
			netconf_base_exchange(deadline), &reply, e);

		if (code != ERR_OK)
			return code;
		/* What it refuses to tell is left out. */
		if (reply.fault.n_errors == 0)
			questions[i].take(reply.root, arena, &f);
		netconf_reply_free(&reply);
	}
	if (arena_failed(arena))
		return err_set(e, ERR_SYSTEM, "no memory for the facts");
	*ret = f;
	return ERR_OK;
}
