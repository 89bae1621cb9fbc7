/*
 * What NX-OS shows, as text and as the models of NX-API.
 */
#include "sim/nxos.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NXOS_CHASSIS "Nexus9000 C9300v Chassis"

void nxos_format_config(struct device *d, const char *command,
    const struct conf_node *config, struct buf *out)
{
	char when[DEVICE_TIME_SIZE];

	device_format_time(device_now_ms(d), "%a %b %e %H:%M:%S %Y", when);
	buf_printf(out, "\n!%s\n!Time: %s\n\n", command, when);
	conf_format(config, &nxos_lang.style, out);
	buf_putc(out, '\n');
}

/* `show running-config interface X` */
static void nxos_show_part(struct cli *cli, const char *name)
{
	char *line = mem_printf("interface %s", name);
	const struct conf_node *c =
	    conf_find(nxos_of(cli->device)->running, line);

	cli_printf(
	    cli, "\n!Command: show running-config interface %s\n\n", name);
	if (c)
		conf_format_section(c, &nxos_lang.style, &cli->text);
	cli_printf(cli, "\n");
	free(line);
}

static void nxos_show_section(struct cli *cli, const char *pattern)
{
	for (const struct conf_node *c = nxos_of(cli->device)->running->first;
	     c; c = c->next)
		if (strstr(c->text, pattern))
			conf_format_section(c, &nxos_lang.style, &cli->text);
}

void nxos_show_config(struct cli *cli, const struct grammar_match *m)
{
	const struct nxos *nxos = nxos_of(cli->device);
	bool startup = grammar_has_keyword(m, "startup-config");
	char prompt[128];

	if (grammar_has_keyword(m, "interface")) {
		nxos_show_part(cli, grammar_rest(m, 3));
		return;
	}
	if (grammar_has_keyword(m, "section")) {
		nxos_show_section(cli, grammar_rest(m, 3));
		return;
	}
	nxos_format_config(cli->device,
	    startup ? "Command: show startup-config"
		    : "Command: show running-config",
	    startup ? nxos->startup : nxos->running, &cli->text);
	snprintf(prompt, sizeof(prompt), "%s#", nxos_hostname(cli->device));
	hostile_spoil_config(&cli->device->hostile, prompt, &cli->text);
}

struct nxos_uptime {
	int days;
	int hours;
	int minutes;
	int seconds;
};

static struct nxos_uptime nxos_get_uptime(const struct device *d)
{
	int64_t s = (device_now_ms(d) - d->booted_ms) / 1000;

	return (struct nxos_uptime){ .days = (int)(s / 86400),
		.hours = (int)(s / 3600 % 24),
		.minutes = (int)(s / 60 % 60),
		.seconds = (int)(s % 60) };
}

void nxos_show_version(struct cli *cli, const struct grammar_match *m)
{
	const struct device *d = cli->device;
	struct nxos_uptime up = nxos_get_uptime(d);

	(void)m;
	cli_printf(cli,
	    "Cisco Nexus Operating System (NX-OS) Software\n"
	    "TAC support: http://www.cisco.com/tac\n"
	    "Copyright (C) 2002-2021, Cisco and/or its affiliates.\n"
	    "All rights reserved.\n\n"
	    "Nexus 9000v is a demo version of the Nexus Operating System\n\n"
	    "Software\n"
	    "  BIOS: version \n"
	    "  NXOS: version %s\n"
	    "  BIOS compile time:  \n"
	    "  NXOS image file is: bootflash:///nxos.9.3.8.bin\n"
	    "  NXOS compile time:  8/4/2021 13:00:00 [08/04/2021 22:20:33]\n"
	    "\n\nHardware\n"
	    "  cisco " NXOS_CHASSIS " \n"
	    "  Intel(R) Xeon(R) CPU with 8161400 kB of memory.\n"
	    "  Processor Board ID %s\n\n"
	    "  Device name: %s\n"
	    "  bootflash:    4287040 kB\n\n"
	    "Kernel uptime is %d day(s), %d hour(s), %d minute(s), %d "
	    "second(s)\n\n"
	    "Last reset \n  Reason: Unknown\n  System version: \n"
	    "  Service: \n\nplugin\n  Core Plugin, Ethernet Plugin\n\n",
	    d->os_version, d->serial, nxos_hostname(d), up.days, up.hours,
	    up.minutes, up.seconds);
}

json_t *nxos_model_version(struct cli *cli, const struct grammar_match *m)
{
	const struct device *d = cli->device;
	struct nxos_uptime up = nxos_get_uptime(d);

	(void)m;
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, "
			 "s:i, s:i, s:s, s:s}",
	    "header_str", "Cisco Nexus Operating System (NX-OS) Software",
	    "kickstart_ver_str", d->os_version, "nxos_ver_str", d->os_version,
	    "sys_ver_str", d->os_version, "nxos_file_name",
	    "bootflash:///nxos.9.3.8.bin", "chassis_id", NXOS_CHASSIS,
	    "host_name", nxos_hostname(d), "proc_board_id", d->serial,
	    "kern_uptm_days", up.days, "kern_uptm_hrs", up.hours,
	    "kern_uptm_mins", up.minutes, "kern_uptm_secs", up.seconds,
	    "manufacturer", "Cisco Systems, Inc.", "rr_reason", "Unknown");
}

void nxos_show_inventory(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_printf(cli,
	    "NAME: \"Chassis\",  DESCR: \"" NXOS_CHASSIS "\"         \n"
	    "PID: N9K-C9300v          ,  VID: V02 ,  SN: %s          \n\n"
	    "NAME: \"Slot 1\",  DESCR: \"Nexus 9000v Ethernet Module\"      \n"
	    "PID: N9K-X9364v          ,  VID: V02 ,  SN: 9SIM0000001      \n\n",
	    cli->device->serial);
}

json_t *nxos_model_inventory(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	return json_pack("{s:{s:[{s:s, s:s, s:s, s:s, s:s}]}}", "TABLE_inv",
	    "ROW_inv", "name", "Chassis", "desc", NXOS_CHASSIS, "productid",
	    "N9K-C9300v", "vendorid", "V02", "serialnum", cli->device->serial);
}

void nxos_show_hostname(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_printf(cli, "%s \n", nxos_hostname(cli->device));
}

json_t *nxos_model_hostname(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	return json_pack("{s:s}", "hostname", nxos_hostname(cli->device));
}

/* --- interfaces -------------------------------------------------------- */

struct nxos_interface {
	const char *name;
	const char *description;
	const char *address; /* "10.0.0.1/31" or "" */
	bool enabled;
};

static bool nxos_next_interface(
    const struct conf_node **at, struct nxos_interface *ret)
{
	const struct conf_node *c;

	while (*at && !text_starts_with((*at)->text, "interface "))
		*at = (*at)->next;
	if (!*at)
		return false;
	ret->name = (*at)->text + strlen("interface ");
	c = conf_find_words(*at, "description");
	ret->description = c ? c->text + strlen("description ") : "";
	c = conf_find_words(*at, "ip address");
	ret->address = c ? c->text + strlen("ip address ") : "";
	ret->enabled = !conf_find(*at, "shutdown");
	*at = (*at)->next;
	return true;
}

void nxos_show_interface(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *at = nxos_of(cli->device)->running->first;
	const char *wanted = grammar_rest(m, 2);
	struct nxos_interface i;

	while (nxos_next_interface(&at, &i)) {
		if (*wanted && strcmp(wanted, i.name) != 0)
			continue;
		cli_printf(cli,
		    "%s is %s\nadmin state is %s, Dedicated "
		    "Interface\n",
		    i.name, i.enabled ? "up" : "down (Administratively down)",
		    i.enabled ? "up" : "down");
		cli_printf(cli,
		    "  Hardware: 100/1000/10000/25000 Ethernet, "
		    "address: %s (bia %s)\n",
		    cli->device->mac, cli->device->mac);
		if (*i.description)
			cli_printf(cli, "  Description: %s\n", i.description);
		if (*i.address)
			cli_printf(
			    cli, "  Internet Address is %s\n", i.address);
		cli_printf(cli, "  MTU 1500 bytes, BW 1000000 Kbit , DLY 10 "
				"usec\n\n");
	}
}

json_t *nxos_model_interface(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *at = nxos_of(cli->device)->running->first;
	const char *wanted = grammar_rest(m, 2);
	json_t *rows = json_array();
	struct nxos_interface i;
	char ip[32];
	unsigned len;

	while (nxos_next_interface(&at, &i)) {
		json_t *row;

		if (*wanted && strcmp(wanted, i.name) != 0)
			continue;
		row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
		    "interface", i.name, "state", i.enabled ? "up" : "down",
		    "admin_state", i.enabled ? "up" : "down", "eth_hw_desc",
		    "100/1000/10000/25000 Ethernet", "eth_hw_addr",
		    cli->device->mac, "eth_mtu", "1500", "eth_bw", "1000000",
		    "eth_duplex", "full", "eth_speed", "1000 Mb/s");
		if (*i.description)
			json_object_set_new(
			    row, "desc", json_string(i.description));
		if (sscanf(i.address, "%31[0-9.]/%u", ip, &len) == 2) {
			json_object_set_new(
			    row, "eth_ip_addr", json_string(ip));
			json_object_set_new(
			    row, "eth_ip_mask", json_integer(len));
		}
		json_array_append_new(rows, row);
	}
	return json_pack("{s:{s:o}}", "TABLE_interface", "ROW_interface", rows);
}

void nxos_show_brief(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *at = nxos_of(cli->device)->running->first;
	struct nxos_interface i;

	(void)m;
	cli_printf(cli, "%-16s %-8s %-24s %s\n", "Interface", "Status",
	    "IP Address", "Description");
	while (nxos_next_interface(&at, &i))
		cli_printf(cli, "%-16s %-8s %-24s %s\n", i.name,
		    i.enabled ? "up" : "down", *i.address ? i.address : "--",
		    i.description);
}

void nxos_show_clock(struct cli *cli, const struct grammar_match *m)
{
	char when[DEVICE_TIME_SIZE];

	(void)m;
	device_format_time(
	    device_now_ms(cli->device), "%H:%M:%S.000 UTC %a %b %d %Y", when);
	cli_printf(cli, "%s\nTime source is NTP\n", when);
}

void nxos_show_privilege(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_printf(cli,
	    "User name: %s\nCurrent privilege level: -1\n"
	    "Feature privilege: Disabled\n",
	    cli->user);
}
