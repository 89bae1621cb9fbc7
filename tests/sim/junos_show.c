/*
 * What Junos shows in operational mode, as text and as XML.
 */
#include "sim/junos.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JUNOS_MODEL "vmx"

void junos_show_version(struct device *d, struct buf *out)
{
	buf_printf(out,
	    "Hostname: %s\nModel: " JUNOS_MODEL "\nJunos: %s\n"
	    "JUNOS OS Kernel 64-bit  [20211216.be8e4e3_builder_stable_12]\n"
	    "JUNOS OS libs [20211216.be8e4e3_builder_stable_12]\n",
	    junos_hostname(d), d->os_version);
}

void junos_xml_software(struct device *d, struct buf *out)
{
	buf_puts(out, "<software-information><host-name>");
	junos_xml_escape(junos_hostname(d), out);
	buf_printf(out,
	    "</host-name><product-model>" JUNOS_MODEL "</product-model>"
	    "<product-name>" JUNOS_MODEL "</product-name>"
	    "<junos-version>%s</junos-version></software-information>",
	    d->os_version);
}

void junos_xml_system(struct device *d, struct buf *out)
{
	buf_puts(out, "<system-information><hardware-model>" JUNOS_MODEL
		      "</hardware-model><os-name>junos</os-name>");
	buf_printf(out,
	    "<os-version>%s</os-version><serial-number>%s</serial-number>"
	    "<host-name>",
	    d->os_version, d->serial);
	junos_xml_escape(junos_hostname(d), out);
	buf_puts(out, "</host-name></system-information>");
}

void junos_show_hardware(struct device *d, struct buf *out)
{
	buf_printf(out,
	    "Hardware inventory:\n"
	    "Item             Version  Part number  Serial number     "
	    "Description\n"
	    "Chassis                                %-17s VMX\n"
	    "Routing Engine 0                                         RE-VMX\n",
	    d->serial);
}

void junos_xml_inventory(struct device *d, struct buf *out)
{
	buf_printf(out,
	    "<chassis-inventory><chassis><name>Chassis</name>"
	    "<serial-number>%s</serial-number><description>VMX</description>"
	    "<chassis-module><name>Routing Engine 0</name>"
	    "<description>RE-VMX</description></chassis-module>"
	    "</chassis></chassis-inventory>",
	    d->serial);
}

/* --- interfaces -------------------------------------------------------- */

static const struct jnode *junos_section(struct device *d, const char *name)
{
	return jnode_find(junos_of(d)->active,
	    junos_schema_child(junos_schema(), name), NULL);
}

static const char *junos_leaf(const struct jnode *n, const char *name)
{
	const struct jschema *s = junos_schema_child(n->schema, name);
	const struct jnode *c = s ? jnode_find(n, s, NULL) : NULL;

	return c && c->value ? c->value : "";
}

static bool junos_is_disabled(const struct jnode *n)
{
	return jnode_find(n, junos_schema_child(n->schema, "disable"), NULL) !=
	       NULL;
}

void junos_show_interfaces(struct device *d, struct buf *out)
{
	const struct jnode *all = junos_section(d, "interfaces");

	buf_puts(out, "Interface               Admin Link Description\n");
	for (const struct jnode *i = all ? all->first : NULL; i; i = i->next)
		buf_printf(out, "%-24s%-6s%-5s%s\n", i->value,
		    junos_is_disabled(i) ? "down" : "up",
		    junos_is_disabled(i) ? "down" : "up",
		    junos_leaf(i, "description"));
}

void junos_xml_interfaces(struct device *d, struct buf *out)
{
	const struct jnode *all = junos_section(d, "interfaces");

	buf_puts(out, "<interface-information>");
	for (const struct jnode *i = all ? all->first : NULL; i; i = i->next) {
		const char *state = junos_is_disabled(i) ? "down" : "up";

		buf_printf(out,
		    "<physical-interface><name>%s</name>"
		    "<admin-status>%s</admin-status>"
		    "<oper-status>%s</oper-status><description>",
		    i->value, state, state);
		junos_xml_escape(junos_leaf(i, "description"), out);
		buf_printf(out,
		    "</description><mtu>1514</mtu><speed>1000mbps</speed>"
		    "<current-physical-address>02:00:00:00:00:01"
		    "</current-physical-address></physical-interface>");
	}
	buf_puts(out, "</interface-information>");
}

/* --- time and commits -------------------------------------------------- */

static long long junos_uptime_s(struct device *d)
{
	return (long long)(device_now_ms(d) - d->booted_ms) / 1000;
}

void junos_show_uptime(struct device *d, struct buf *out)
{
	char now[DEVICE_TIME_SIZE];
	char boot[DEVICE_TIME_SIZE];

	device_format_time(device_now_ms(d), "%Y-%m-%d %H:%M:%S UTC", now);
	device_format_time(d->booted_ms, "%Y-%m-%d %H:%M:%S UTC", boot);
	buf_printf(out,
	    "Current time: %s\nTime Source:  LOCAL CLOCK \n"
	    "System booted: %s (%lld:%02lld ago)\n",
	    now, boot, junos_uptime_s(d) / 3600, junos_uptime_s(d) / 60 % 60);
}

void junos_xml_uptime(struct device *d, struct buf *out)
{
	char now[DEVICE_TIME_SIZE];

	device_format_time(device_now_ms(d), "%Y-%m-%d %H:%M:%S UTC", now);
	buf_printf(out,
	    "<system-uptime-information><current-time><date-time>%s"
	    "</date-time></current-time><system-booted-time><time-length "
	    "seconds=\"%lld\">%lld seconds</time-length>"
	    "</system-booted-time></system-uptime-information>",
	    now, junos_uptime_s(d), junos_uptime_s(d));
}

void junos_xml_engine(struct device *d, struct buf *out)
{
	buf_printf(out,
	    "<route-engine-information><route-engine><slot>0</slot>"
	    "<mastership-state>master</mastership-state><status>OK</status>"
	    "<model>RE-VMX</model><up-time seconds=\"%lld\">%lld seconds"
	    "</up-time></route-engine></route-engine-information>",
	    junos_uptime_s(d), junos_uptime_s(d));
}

void junos_show_commits(struct device *d, struct buf *out)
{
	const struct junos *j = junos_of(d);
	char when[DEVICE_TIME_SIZE];

	for (size_t i = 0; i < JUNOS_HISTORY && j->history[i].config; i++) {
		const struct junos_commit *c = &j->history[i];

		device_format_time(c->made_ms, "%Y-%m-%d %H:%M:%S UTC", when);
		buf_printf(out, "%zu   %s by %s via %s%s\n", i, when, c->user,
		    c->client,
		    i == 0 && j->before_confirm
			? " commit confirmed, rollback pending"
			: "");
		if (c->comment[0])
			buf_printf(out, "    %s\n", c->comment);
	}
}
