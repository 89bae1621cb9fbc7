/*
 * What EOS shows, as text and as the models of eAPI.
 */
#include "sim/eos.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EOS_MODEL "vEOS-lab"

void eos_format_config(const struct device *d, const char *command,
    const struct conf_node *config, struct buf *out)
{
	buf_printf(out,
	    "! Command: %s\n! device: %s (%s, EOS-%s)\n!\n"
	    "! boot system flash:/vEOS-lab.swi\n!\n",
	    command, eos_hostname(d), EOS_MODEL, d->os_version);
	conf_format(config, &eos_lang.style, out);
	buf_puts(out, "!\nend\n");
}

static const struct conf_node *eos_config_meant(
    struct cli *cli, const struct grammar_match *m)
{
	const struct eos *eos = eos_of(cli->device);

	return grammar_has_keyword(m, "startup-config") ? eos->startup
							: eos->running;
}

static void eos_show_section(
    struct cli *cli, const struct conf_node *config, const char *pattern)
{
	for (const struct conf_node *c = config->first; c; c = c->next)
		if (strstr(c->text, pattern))
			conf_format_section(c, &eos_lang.style, &cli->text);
}

/* What `show running-config all` adds: settings nobody made. */
static const struct {
	const char *section; /* first words of its line */
	const char *setting; /* unless a line begins so */
	const char *line;
} eos_defaults[] = {
	{ "vlan", "state", "state active" },
	{ "interface", "shutdown", "no shutdown" },
	{ "interface", "mtu", "mtu 1500" },
	{ "interface", "load-interval", "no load-interval" },
	{ "router bgp", "maximum-paths", "maximum-paths 1 ecmp 128" },
	{ "router ospf", "max-lsa", "max-lsa 12000" },
};

static struct conf_node *eos_with_defaults(const struct conf_node *config)
{
	struct conf_node *all = conf_clone(config);

	for (struct conf_node *c = all->first; c; c = c->next)
		for (size_t i = 0;
		     i < sizeof(eos_defaults) / sizeof(*eos_defaults); i++)
			if (conf_has_words(c->text, eos_defaults[i].section) &&
			    !conf_find_words(c, eos_defaults[i].setting))
				conf_insert(
				    c, eos_defaults[i].line, NULL, UINT32_MAX);
	return all;
}

static void eos_show_all(
    struct cli *cli, const char *command, const struct conf_node *config)
{
	struct conf_node *all = eos_with_defaults(config);

	eos_format_config(cli->device, command, all, &cli->text);
	conf_free(all);
}

void eos_show_config(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *config = eos_config_meant(cli, m);
	char prompt[128];

	if (grammar_has_keyword(m, "section")) {
		eos_show_section(cli, config, grammar_rest(m, 3));
		return;
	}
	if (grammar_has_keyword(m, "interfaces")) {
		eos_show_section(cli, config, grammar_rest(m, 3));
		return;
	}
	if (grammar_has_keyword(m, "all"))
		eos_show_all(cli, m->text, config);
	else
		eos_format_config(cli->device, m->text, config, &cli->text);
	snprintf(prompt, sizeof(prompt), "%s#", eos_hostname(cli->device));
	hostile_spoil_config(&cli->device->hostile, prompt, &cli->text);
}

static json_t *eos_model_commands(const struct conf_node *node)
{
	json_t *cmds = json_object();

	for (const struct conf_node *c = node->first; c; c = c->next)
		json_object_set_new(cmds, c->text,
		    c->first ? json_pack("{s:o, s:[]}", "cmds",
				   eos_model_commands(c), "comments")
			     : json_null());
	return cmds;
}

json_t *eos_model_config(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *config = eos_config_meant(cli, m);
	json_t *header = json_array();

	json_array_append_new(header, json_string(m->text));
	return json_pack("{s:o, s:[], s:o}", "header", header, "comments",
	    "cmds", eos_model_commands(config));
}

static double eos_uptime(const struct device *d)
{
	return (double)(device_now_ms(d) - d->booted_ms) / 1000;
}

static void eos_format_uptime(const struct device *d, struct buf *out)
{
	long minutes = (long)(eos_uptime(d) / 60);

	if (minutes >= 24 * 60)
		buf_printf(out, "%ld days, ", minutes / (24 * 60));
	buf_printf(
	    out, "%ld hours and %ld minutes", minutes / 60 % 24, minutes % 60);
}

void eos_show_version(struct cli *cli, const struct grammar_match *m)
{
	const struct device *d = cli->device;

	(void)m;
	cli_printf(cli,
	    "Arista " EOS_MODEL "\nHardware version: \nSerial number: %s\n"
	    "Hardware MAC address: %s\nSystem MAC address: %s\n\n"
	    "Software image version: %s\nArchitecture: x86_64\n"
	    "Internal build version: %s-31978112.1\n"
	    "Internal build ID: 4f94ab02-1b1e-4f3a-b1aa-2a9a2a0b9f1c\n"
	    "Image format version: 1.0\nImage optimization: None\n\nUptime: ",
	    d->serial, d->mac, d->mac, d->os_version, d->os_version);
	eos_format_uptime(d, &cli->text);
	cli_printf(
	    cli, "\nTotal memory: 2006640 kB\nFree memory: 1099352 kB\n\n");
}

static void eos_format_mac(const struct device *d, char mac[18])
{
	snprintf(mac, 18, "%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", d->mac, d->mac + 2,
	    d->mac + 5, d->mac + 7, d->mac + 10, d->mac + 12);
}

json_t *eos_model_version(struct cli *cli, const struct grammar_match *m)
{
	const struct device *d = cli->device;
	char mac[18];

	(void)m;
	eos_format_mac(d, mac);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
			 "s:s, s:s, s:s, s:f, s:f, s:i, s:i, s:b}",
	    "mfgName", "Arista", "modelName", EOS_MODEL, "hardwareRevision", "",
	    "serialNumber", d->serial, "systemMacAddress", mac, "hwMacAddress",
	    mac, "configMacAddress", "00:00:00:00:00:00", "version",
	    d->os_version, "architecture", "x86_64", "internalVersion",
	    d->os_version, "internalBuildId",
	    "4f94ab02-1b1e-4f3a-b1aa-2a9a2a0b9f1c", "imageFormatVersion", "1.0",
	    "imageOptimization", "None", "bootupTimestamp",
	    (double)d->booted_ms / 1000, "uptime", eos_uptime(d), "memTotal",
	    2006640, "memFree", 1099352, "isIntlVersion", 0);
}

/* The hostname with the domain behind it. */
static char *eos_fqdn(const struct device *d)
{
	const struct conf_node *domain =
	    conf_find_words(((struct eos *)d->state)->running, "dns domain");

	return domain ? mem_printf("%s.%s", eos_hostname(d),
			    domain->text + strlen("dns domain "))
		      : mem_strdup(eos_hostname(d));
}

void eos_show_hostname(struct cli *cli, const struct grammar_match *m)
{
	char *fqdn = eos_fqdn(cli->device);

	(void)m;
	cli_printf(cli, "Hostname: %s\nFQDN:     %s\n",
	    eos_hostname(cli->device), fqdn);
	free(fqdn);
}

json_t *eos_model_hostname(struct cli *cli, const struct grammar_match *m)
{
	char *fqdn = eos_fqdn(cli->device);
	json_t *model = json_pack(
	    "{s:s, s:s}", "hostname", eos_hostname(cli->device), "fqdn", fqdn);

	(void)m;
	free(fqdn);
	return model;
}

void eos_show_inventory(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_printf(cli,
	    "System information\n"
	    "  Model                    Description\n"
	    "  ------------------------ "
	    "----------------------------------------\n"
	    "  %-24s vEOS\n\n"
	    "  HW Version  Serial Number  Mfg Date   Epoch\n"
	    "  ----------- -------------- ---------- -----\n"
	    "              %-14s\n",
	    EOS_MODEL, cli->device->serial);
}

json_t *eos_model_inventory(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	return json_pack("{s:{s:s, s:s, s:s, s:s, s:s}, s:{}, s:{}}",
	    "systemInformation", "name", EOS_MODEL, "description", "vEOS",
	    "serialNum", cli->device->serial, "hardwareRev", "", "mfgDate", "",
	    "xcvrSlots", "fanTraySlots");
}

/* --- interfaces -------------------------------------------------------- */

struct eos_interface {
	const char *name;
	const char *description;
	const char *address; /* "10.0.0.1/24" or "" */
	bool up;
	const char *status; /* "connected", "disabled" */
	long mtu;
};

static const char *eos_setting(
    const struct conf_node *section, const char *words)
{
	const struct conf_node *c = conf_find_words(section, words);

	return c ? c->text + strlen(words) + 1 : "";
}

static bool eos_next_interface(
    const struct conf_node **at, struct eos_interface *ret)
{
	const char *mtu;

	while (*at && !text_starts_with((*at)->text, "interface "))
		*at = (*at)->next;
	if (!*at)
		return false;
	ret->name = (*at)->text + strlen("interface ");
	ret->description = eos_setting(*at, "description");
	ret->address = eos_setting(*at, "ip address");
	ret->up = !conf_find(*at, "shutdown");
	ret->status = ret->up ? "connected" : "disabled";
	mtu = eos_setting(*at, "mtu");
	ret->mtu = *mtu ? strtol(mtu, NULL, 10) : 1500;
	*at = (*at)->next;
	return true;
}

void eos_show_interfaces(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *at = eos_of(cli->device)->running->first;
	struct eos_interface i;

	(void)m;
	while (eos_next_interface(&at, &i)) {
		cli_printf(cli, "%s is %s, line protocol is %s (%s)\n", i.name,
		    i.up ? "up" : "administratively down", i.up ? "up" : "down",
		    i.up ? "connected" : "disabled");
		cli_printf(cli,
		    "  Hardware is Ethernet, address is %s (bia %s)"
		    "\n",
		    cli->device->mac, cli->device->mac);
		if (*i.description)
			cli_printf(cli, "  Description: %s\n", i.description);
		if (*i.address)
			cli_printf(
			    cli, "  Internet address is %s\n", i.address);
		cli_printf(cli, "  IP MTU %ld bytes, BW 1000000 kbit\n", i.mtu);
	}
}

static json_t *eos_model_address(const char *address)
{
	json_t *all = json_array();
	char ip[32];
	unsigned len = 0;

	if (sscanf(address, "%31[0-9.]/%u", ip, &len) == 2)
		json_array_append_new(
		    all, json_pack("{s:{s:s, s:i}, s:{}, s:s}", "primaryIp",
			     "address", ip, "maskLen", len, "secondaryIps",
			     "broadcastAddress", "255.255.255.255"));
	return all;
}

json_t *eos_model_interfaces(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *at = eos_of(cli->device)->running->first;
	json_t *all = json_object();
	struct eos_interface i;
	char mac[18];

	(void)m;
	eos_format_mac(cli->device, mac);
	while (eos_next_interface(&at, &i))
		json_object_set_new(all, i.name,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:I, "
			      "s:o, s:f}",
			"name", i.name, "description", i.description,
			"interfaceStatus", i.status, "lineProtocolStatus",
			i.up ? "up" : "down", "hardware", "ethernet", "mtu",
			(int)i.mtu, "physicalAddress", mac, "duplex",
			"duplexFull", "bandwidth", (json_int_t)1000000000,
			"interfaceAddress", eos_model_address(i.address),
			"lastStatusChangeTimestamp",
			(double)cli->device->booted_ms / 1000));
	return json_pack("{s:o}", "interfaces", all);
}

void eos_show_status(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *at = eos_of(cli->device)->running->first;
	struct eos_interface i;

	(void)m;
	cli_printf(cli, "%-10s %-28s %-12s %-8s %-6s %-6s %s\n", "Port", "Name",
	    "Status", "Vlan", "Duplex", "Speed", "Type");
	while (eos_next_interface(&at, &i))
		cli_printf(cli,
		    "%.2s%-8s %-28.28s %-12s %-8s full   1G     "
		    "EbraTestPhyPort\n",
		    i.name, i.name + strcspn(i.name, "0123456789"),
		    i.description, i.status, *i.address ? "routed" : "1");
}

json_t *eos_model_status(struct cli *cli, const struct grammar_match *m)
{
	const struct conf_node *at = eos_of(cli->device)->running->first;
	json_t *all = json_object();
	struct eos_interface i;

	(void)m;
	while (eos_next_interface(&at, &i))
		json_object_set_new(all, i.name,
		    json_pack("{s:s, s:s, s:s, s:I}", "description",
			i.description, "linkStatus", i.status, "duplex",
			"duplexFull", "bandwidth", (json_int_t)1000000000));
	return json_pack("{s:o}", "interfaceStatuses", all);
}

void eos_show_clock(struct cli *cli, const struct grammar_match *m)
{
	char when[DEVICE_TIME_SIZE];

	(void)m;
	device_format_time(
	    device_now_ms(cli->device), "%a %b %e %H:%M:%S %Y", when);
	cli_printf(cli, "%s\nTimezone: UTC\nClock source: NTP server\n", when);
}

void eos_show_privilege(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_printf(cli, "Current privilege level is %d\n",
	    cli->view == CLI_USER ? 1 : 15);
}

void eos_show_lldp(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_printf(cli, "Number of table inserts : 0\n\n%-12s %-24s %-20s %s\n",
	    "Port", "Neighbor Device ID", "Neighbor Port ID", "TTL");
}

json_t *eos_model_lldp(struct cli *cli, const struct grammar_match *m)
{
	(void)cli;
	(void)m;
	return json_pack("{s:i, s:[]}", "tablesInserts", 0, "lldpNeighbors");
}
