#include "conformance/backend.h"

#include <stddef.h>

static const char *const ios_pending[] = { "configure terminal revert timer 5",
	"ip route 192.0.2.77 255.255.255.255 Null0", "end", NULL };
static const char *const ios_lock[] = { "configure terminal lock", NULL };

static const char *const ios_meanwhile[] = { "configure terminal",
	"ip route 10.99.0.0 255.255.0.0 Null0", "end", NULL };

const struct backend backend_ios = {
	.name = "ios",
	.merge = "interface GigabitEthernet3\n"
		 " description to spine2\n"
		 " ip address 10.9.9.1 255.255.255.254\n"
		 " no shutdown\n"
		 "router bgp 65001\n"
		 " bgp router-id 10.255.0.1\n"
		 " neighbor 10.9.9.0 remote-as 65100\n"
		 " address-family ipv4\n"
		 "  neighbor 10.9.9.0 activate\n"
		 " exit-address-family\n"
		 "banner motd @\n"
		 "Authorised access only?\n"
		 "  All of it is recorded!\n"
		 "@\n"
		 "no ip domain name example.net\n"
		 "ip route 10.77.0.0 255.255.0.0 Null0\n"
		 "end\n",
	.shows = "description to spine2",
	.edits = { { "hostname ios", "hostname edge-router-with-a-long-name" },
	    { "ip domain name example.net\n", "" },
	    { " description uplink\n", " description \"to spine9\"\n" } },
	.gone = "ip domain name",
	.bad = "interface GigabitEthernet2\n description x\n bogus line\n"
	       "ip route 10.78.0.0 255.255.0.0 Null0\n",
	.bad_word = "bogus",
	.no_section = "ip http server\n"
		      " ip route 10.81.0.0 255.255.0.0 Null0\n",
	.many = "ip route 10.80.%u.0 255.255.255.0 Null0\n",
	.bad_secret = "username joe password 7 s3cr3t\n",
	.command = "interface GigabitEthernet2\n description y\ndo reload\n",
	.cut_off = "interface GigabitEthernet1\n no ip address\n",
	.pending = ios_pending,
	.meanwhile = ios_meanwhile,
	.meanwhile_word = "10.99.0.0",
	.lock = ios_lock,
};
