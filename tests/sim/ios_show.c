/*
 * What IOS-XE shows.
 */
#include "sim/ios.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ios_format_config(const struct conf_node *config, struct buf *out)
{
	conf_format(config, &ios_lang.style, out);
	buf_puts(out, "!\nend\n");
}

static void ios_format_header(struct cli *cli, struct buf *out)
{
	const struct ios *ios = ios_of(cli->device);
	char when[DEVICE_TIME_SIZE];

	if (ios->changed_ms) {
		device_format_time(
		    ios->changed_ms, "%H:%M:%S UTC %a %b %e %Y", when);
		buf_printf(out, "!\n! Last configuration change at %s by %s\n",
		    when, ios->changed_by);
	}
	if (ios->saved_ms) {
		device_format_time(
		    ios->saved_ms, "%H:%M:%S UTC %a %b %e %Y", when);
		buf_printf(out, "! NVRAM config last updated at %s by %s\n",
		    when, ios->changed_by);
	}
	buf_puts(out, "!\n");
}

/* `show running-config interface X` shows it alone. */
static void ios_show_part(struct cli *cli, const char *name)
{
	char *line = mem_printf("interface %s", name);
	const struct conf_node *c =
	    conf_find(ios_of(cli->device)->running, line);
	struct buf text = BUF_INIT(CLI_TEXT_MAX);

	if (c)
		conf_format_section(c, &ios_lang.style, &text);
	cli_printf(cli,
	    "Building configuration...\n\n"
	    "Current configuration : %zu bytes\n!\n%send\n\n",
	    text.len + 8, buf_text(&text));
	buf_release(&text);
	free(line);
}

static void ios_show_section(struct cli *cli, const char *pattern)
{
	for (const struct conf_node *c = ios_of(cli->device)->running->first; c;
	     c = c->next)
		if (strstr(c->text, pattern))
			conf_format_section(c, &ios_lang.style, &cli->text);
}

void ios_show_running(struct cli *cli, const struct grammar_match *m)
{
	struct buf text = BUF_INIT(CLI_TEXT_MAX);
	char prompt[128];

	if (grammar_has_keyword(m, "interface")) {
		ios_show_part(cli, grammar_rest(m, 3));
		return;
	}
	if (grammar_has_keyword(m, "section")) {
		ios_show_section(cli, grammar_rest(m, 3));
		return;
	}
	ios_format_header(cli, &text);
	ios_format_config(ios_of(cli->device)->running, &text);
	cli_printf(cli,
	    "Building configuration...\n\n"
	    "Current configuration : %zu bytes\n%s\n",
	    text.len, buf_text(&text));
	buf_release(&text);
	snprintf(prompt, sizeof(prompt), "%s#", ios_hostname(cli->device));
	hostile_spoil_config(&cli->device->hostile, prompt, &cli->text);
}

void ios_show_startup(struct cli *cli, const struct grammar_match *m)
{
	struct buf text = BUF_INIT(CLI_TEXT_MAX);

	(void)m;
	ios_format_header(cli, &text);
	ios_format_config(ios_of(cli->device)->startup, &text);
	cli_printf(cli, "Using %zu out of 33554432 bytes\n%s\n", text.len,
	    buf_text(&text));
	buf_release(&text);
}

static void ios_format_uptime(const struct device *d, struct buf *out)
{
	long minutes = (long)((device_now_ms(d) - d->booted_ms) / 60000);

	if (minutes >= 24 * 60)
		buf_printf(out, "%ld days, ", minutes / (24 * 60));
	if (minutes >= 60)
		buf_printf(out, "%ld hours, ", minutes / 60 % 24);
	buf_printf(out, "%ld minutes", minutes % 60);
}

void ios_show_version(struct cli *cli, const struct grammar_match *m)
{
	const struct device *d = cli->device;

	(void)m;
	cli_printf(cli,
	    "Cisco IOS XE Software, Version %s\n"
	    "Cisco IOS Software [Amsterdam], Virtual XE Software "
	    "(X86_64_LINUX_IOSD-UNIVERSALK9-M), Version %s, RELEASE SOFTWARE "
	    "(fc3)\n"
	    "Technical Support: http://www.cisco.com/techsupport\n"
	    "Copyright (c) 1986-2021 by Cisco Systems, Inc.\n"
	    "Compiled Thu 04-Mar-21 12:49 by mcpre\n\n\n"
	    "ROM: IOS-XE ROMMON\n\n%s uptime is ",
	    d->os_version, d->os_version, ios_hostname(d));
	ios_format_uptime(d, &cli->text);
	cli_printf(cli, "\nUptime for this control processor is ");
	ios_format_uptime(d, &cli->text);
	cli_printf(cli,
	    "\nSystem returned to ROM by reload\n"
	    "System image file is \"bootflash:packages.conf\"\n"
	    "Last reload reason: reload\n\n\n"
	    "License Level: ax\nLicense Type: N/A(Smart License Enabled)\n\n"
	    "cisco CSR1000V (VXE) processor (revision VXE) with "
	    "2071640K/3075K bytes of memory.\n"
	    "Processor board ID %s\n"
	    "Router operating mode: Autonomous\n"
	    "4 Gigabit Ethernet interfaces\n"
	    "32768K bytes of non-volatile configuration memory.\n"
	    "3978420K bytes of physical memory.\n"
	    "6139904K bytes of virtual hard disk at bootflash:.\n\n"
	    "Configuration register is 0x2102\n\n",
	    d->serial);
}

void ios_show_inventory(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_printf(cli,
	    "NAME: \"Chassis\", DESCR: \"Cisco CSR1000V Chassis\"\n"
	    "PID: CSR1000V          , VID: V00  , SN: %s\n\n"
	    "NAME: \"module R0\", DESCR: \"Cisco CSR1000V Route Processor\"\n"
	    "PID: CSR1000V          , VID: V00  , SN: JAB1303001C\n\n\n",
	    cli->device->serial);
}

/* --- interfaces -------------------------------------------------------- */

struct ios_interface {
	const char *name;
	const char *description;
	char address[32]; /* "" if it has none */
	char mask[32];
	bool enabled;
};

static bool ios_next_interface(
    const struct conf_node **at, struct ios_interface *ret)
{
	const struct conf_node *c;

	while (*at && !text_starts_with((*at)->text, "interface "))
		*at = (*at)->next;
	if (!*at)
		return false;
	*ret = (struct ios_interface){ .description = "" };
	ret->name = (*at)->text + strlen("interface ");
	ret->enabled = !conf_find(*at, "shutdown");
	c = conf_find_words(*at, "description");
	if (c)
		ret->description = c->text + strlen("description ");
	c = conf_find_words(*at, "ip address");
	if (c)
		sscanf(
		    c->text, "ip address %31s %31s", ret->address, ret->mask);
	*at = (*at)->next;
	return true;
}

static unsigned ios_prefix(const char *mask)
{
	unsigned bytes[4] = { 0 };
	unsigned bits = 0;

	sscanf(mask, "%u.%u.%u.%u", &bytes[0], &bytes[1], &bytes[2], &bytes[3]);
	for (int i = 0; i < 4; i++)
		bits += (unsigned)__builtin_popcount(bytes[i]);
	return bits;
}

void ios_show_interfaces(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *at = ios_of(cli->device)->running->first;
	const char *wanted = grammar_rest(m, 2);
	struct ios_interface i;

	while (ios_next_interface(&at, &i)) {
		const char *up = i.enabled ? "up" : "administratively down";

		if (*wanted && strcmp(wanted, i.name) != 0)
			continue;
		cli_printf(cli, "%s is %s, line protocol is %s \n", i.name, up,
		    i.enabled ? "up" : "down");
		cli_printf(cli,
		    "  Hardware is CSR vNIC, address is %s (bia %s)\n",
		    cli->device->mac, cli->device->mac);
		if (*i.description)
			cli_printf(cli, "  Description: %s\n", i.description);
		if (*i.address)
			cli_printf(cli, "  Internet address is %s/%u\n",
			    i.address, ios_prefix(i.mask));
		cli_printf(cli,
		    "  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec, \n"
		    "     reliability 255/255, txload 1/255, rxload 1/255\n"
		    "  Encapsulation ARPA, loopback not set\n"
		    "  Full Duplex, 1000Mbps, link type is auto, media type is "
		    "Virtual\n");
	}
}

void ios_show_ip(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *at = ios_of(cli->device)->running->first;
	struct ios_interface i;

	(void)m;
	while (ios_next_interface(&at, &i)) {
		cli_printf(cli, "%s is %s, line protocol is %s\n", i.name,
		    i.enabled ? "up" : "administratively down",
		    i.enabled ? "up" : "down");
		if (*i.address)
			cli_printf(cli,
			    "  Internet address is %s/%u\n"
			    "  Broadcast address is 255.255.255.255\n"
			    "  MTU is 1500 bytes\n",
			    i.address, ios_prefix(i.mask));
		else
			cli_printf(
			    cli, "  Internet protocol processing disabled\n");
	}
}

/* Neither protocol runs here, and its command says so. */
void ios_show_neighbors(struct cli *cli, const struct grammar_match *m)
{
	cli_printf(cli, "%% %s is not enabled\n",
	    grammar_has_keyword(m, "lldp") ? "LLDP" : "CDP");
}

void ios_show_brief(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *at = ios_of(cli->device)->running->first;
	struct ios_interface i;

	(void)m;
	cli_printf(cli, "%-22s %-15s %s %-22s%s\n", "Interface", "IP-Address",
	    "OK? Method", "Status", "Protocol");
	while (ios_next_interface(&at, &i))
		cli_printf(cli, "%-22s %-15s YES NVRAM  %-22s%s\n", i.name,
		    *i.address ? i.address : "unassigned",
		    i.enabled ? "up" : "administratively down",
		    i.enabled ? "up" : "down");
}

void ios_show_clock(struct cli *cli, const struct grammar_match *m)
{
	char when[DEVICE_TIME_SIZE];

	(void)m;
	device_format_time(
	    device_now_ms(cli->device), "*%H:%M:%S.000 UTC %a %b %e %Y", when);
	cli_printf(cli, "%s\n", when);
}

void ios_show_privilege(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_printf(cli, "Current privilege level is %d\n",
	    cli->view == CLI_USER ? 1 : 15);
}
