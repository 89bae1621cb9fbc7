/*
 * Ansible's and netutils' filters, against values from their documentation
 * (docs.ansible.com: ipaddr, general filters; netutils.readthedocs.io).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness.h"

static const struct setup strict = { .options = { .undefined = JINJA_STRICT } };

#define ADDRESSES                                                           \
	"{\"l\":[\"192.24.2.1\",\"host.fqdn\",\"::1\",\"192.168.32.0/24\"," \
	"\"fe80::100/10\",true,\"\","                                       \
	"\"42540766412265424405338506004571095040/64\"],"                   \
	"\"h\":[\"2001:db8:deaf:be11::ef3/64\",\"192.0.2.48/24\","          \
	"\"127.0.0.1\",\"192.168.0.0/16\"]}"

static void test_ipaddr(void **state)
{
	static const struct golden cases[] = {
		{ "{{ l|ipaddr }}", ADDRESSES,
		    "['192.24.2.1', '::1', '192.168.32.0/24', 'fe80::100/10', "
		    "'2001:db8:32c:faad::/64']" },
		{ "{{ l|ansible.utils.ipv4 }}", ADDRESSES,
		    "['192.24.2.1', '192.168.32.0/24']" },
		{ "{{ l|ipv6 }}", ADDRESSES,
		    "['::1', 'fe80::100/10', '2001:db8:32c:faad::/64']" },
		{ "{{ l|ipwrap }}", ADDRESSES,
		    "['192.24.2.1', 'host.fqdn', '[::1]', '192.168.32.0/24', "
		    "'[fe80::100]/10', True, '', '[2001:db8:32c:faad::]/64']" },
		{ "{{ l|ipaddr('address') }}", ADDRESSES,
		    "['192.24.2.1', '::1', 'fe80::100']" },
		{ "{{ l|ipaddr('host') }}", ADDRESSES,
		    "['192.24.2.1/32', '::1/128', 'fe80::100/10']" },
		{ "{{ l|ipaddr('private') }}", ADDRESSES,
		    "['192.168.32.0/24', 'fe80::100/10']" },
		{ "{{ l|ipaddr('net') }}", ADDRESSES,
		    "['192.168.32.0/24', '2001:db8:32c:faad::/64']" },
		{ "{{ l|ipaddr('192.0.0.0/8') }}", ADDRESSES,
		    "['192.24.2.1', '192.168.32.0/24']" },
		{ "{{ l|ipaddr('net')|ipaddr('1') }}", ADDRESSES,
		    "['192.168.32.1/24', '2001:db8:32c:faad::1/64']" },
		{ "{{ l|ipaddr('net')|ipaddr('-1') }}", ADDRESSES,
		    "['192.168.32.255/24', "
		    "'2001:db8:32c:faad:ffff:ffff:ffff:ffff/64']" },
		{ "{{ l|ipaddr('net')|ipaddr(-200) }}", ADDRESSES,
		    "['192.168.32.56/24', "
		    "'2001:db8:32c:faad:ffff:ffff:ffff:ff38/64']" },
		{ "{{ l|ipaddr('net')|ipaddr('400') }}", ADDRESSES,
		    "['2001:db8:32c:faad::190/64']" },
		{ "{{ h|ipaddr('host/prefix') }}", ADDRESSES,
		    "['2001:db8:deaf:be11::ef3/64', '192.0.2.48/24']" },
		{ "{{ h|ipaddr('host/prefix')|ipaddr('subnet') }}", ADDRESSES,
		    "['2001:db8:deaf:be11::/64', '192.0.2.0/24']" },
		{ "{{ h|ipaddr('host/prefix')|ipaddr('prefix') }}", ADDRESSES,
		    "[64, 24]" },
		{ "{{ l|ipv4('ipv6') }}", ADDRESSES,
		    "['::ffff:192.24.2.1/128', '::ffff:192.168.32.0/120']" },
		{ "{{ l|ipv6('ipv4') }}", ADDRESSES, "['0.0.0.1/32']" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, cases, harness_expect);
}

static void test_ipaddr_single(void **state)
{
	static const struct golden cases[] = {
		{ "{{ '192.0.2.48/24'|ipaddr('address') }}", NULL,
		    "192.0.2.48" },
		{ "{{ '192.0.2.48/24'|ipaddr('network') }}", NULL,
		    "192.0.2.0" },
		{ "{{ '192.0.2.48/24'|ipaddr('netmask') }}", NULL,
		    "255.255.255.0" },
		{ "{{ '192.0.2.48/24'|ipaddr('broadcast') }}", NULL,
		    "192.0.2.255" },
		{ "{{ '192.0.2.0/24'|ipaddr('hostmask') }}", NULL,
		    "0.0.0.255" },
		{ "{{ '192.168.0.0/255.255.255.0'|ipaddr('prefix') }}", NULL,
		    "24" },
		{ "{{ '192.168.0.0/255.255.255.0'|ipaddr('net') }}", NULL,
		    "192.168.0.0/24" },
		{ "{{ '192.168.0.11/255.255.255.0'|ipaddr('network/prefix') }}",
		    NULL, "192.168.0.0/24" },
		{ "{{ '10.1.1.1/24'|ipaddr('wildcard') }}", NULL, "0.0.0.255" },
		{ "{{ 'localhost'|ipaddr }} {{ ''|ipaddr }} {{ ':'|ipaddr }}",
		    NULL, "False False False" },
		{ "{{ 45443646733|ipaddr }} {{ '523454/24'|ipaddr }}", NULL,
		    "::a:94a7:50d 0.7.252.190/24" },
		{ "{{ '192.168.122.1/24'|ipaddr('next_usable') }}", NULL,
		    "192.168.122.2" },
		{ "{{ '192.168.122.1/24'|ipaddr('last_usable') }}", NULL,
		    "192.168.122.254" },
		{ "{{ '192.168.122.1/24'|ipaddr('range_usable') }}", NULL,
		    "192.168.122.1-192.168.122.254" },
		{ "{{ '192.168.122.1/31'|ipaddr('peer') }}", NULL,
		    "192.168.122.0" },
		{ "{{ '192.168.122.1/30'|ipaddr('peer') }}", NULL,
		    "192.168.122.2" },
		{ "{{ '192.24.2.1'|ipaddr('revdns') }}", NULL,
		    "1.2.24.192.in-addr.arpa." },
		{ "{{ '192.24.2.1'|ipaddr('int') }}", NULL, "3222798849" },
		{ "{{ '192.168.1.5'|ip4_hex }} {{ '192.168.1.5'|ip4_hex(':') "
		  "}}",
		    NULL, "c0a80105 c0:a8:01:05" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, cases, harness_expect);
}

static void test_ipmath(void **state)
{
	static const struct golden cases[] = {
		{ "{{ '192.168.1.5'|ipmath(5) }}", NULL, "192.168.1.10" },
		{ "{{ '192.168.0.5'|ipmath(-10) }}", NULL, "192.167.255.251" },
		{ "{{ '192.168.1.1/24'|ipmath(5) }}", NULL, "192.168.1.6" },
		{ "{{ '2001::5'|ipmath(-10) }}", NULL,
		    "2000:ffff:ffff:ffff:ffff:ffff:ffff:fffb" },
		{ "{{ '10.0.0.0/8'|nthhost(305) }}", NULL, "10.0.1.49" },
		{ "{{ '10.0.0.0/8'|nthhost(-1) }}", NULL, "10.255.255.255" },
		{ "{{ '192.168.144.5'|ipsubnet }}", NULL, "192.168.144.5/32" },
		{ "{{ '192.168.0.0/16'|ipsubnet(20) }}", NULL, "16" },
		{ "{{ '192.168.0.0/16'|ipsubnet(20, 0) }}", NULL,
		    "192.168.0.0/20" },
		{ "{{ '192.168.0.0/16'|ipsubnet(20, -1) }}", NULL,
		    "192.168.240.0/20" },
		{ "{{ '192.168.0.0/16'|ipsubnet(20, -5) }}", NULL,
		    "192.168.176.0/20" },
		{ "{{ '192.168.144.5'|ipsubnet(20) }}", NULL,
		    "192.168.144.0/20" },
		{ "{{ '192.168.144.5'|ipsubnet(18, 0) }}", NULL,
		    "192.168.128.0/18" },
		{ "{{ '192.168.144.5'|ipsubnet(18, -1) }}", NULL,
		    "192.168.144.4/31" },
		{ "{{ '192.168.144.5'|ipsubnet(18, 5) }}", NULL,
		    "192.168.144.0/23" },
		{ "{{ '192.168.144.5'|ipsubnet(18, -5) }}", NULL,
		    "192.168.144.0/27" },
		{ "{{ '192.168.144.5'|ipsubnet('192.168.0.0/16') }}", NULL,
		    "36870" },
		{ "{{ '192.168.144.16/30'|ipsubnet('192.168.144.0/24') }}",
		    NULL, "5" },
		{ "{{ '192.168.0.0/24'|network_in_usable('192.168.0.255') }}",
		    NULL, "False" },
		{ "{{ '192.168.0.0/16'|network_in_network('192.168.0.0/24') }}",
		    NULL, "True" },
		{ "{{ ['192.168.0.34', '10.3.0.3']|"
		  "reduce_on_network('192.168.0.0/24') }}",
		    NULL, "['192.168.0.34']" },
		{ "{{ '1a:2b:3c:4d:5e:6f'|hwaddr('cisco') }}", NULL,
		    "1a2b.3c4d.5e6f" },
		{ "{{ '1a:2b:3c:4d:5e:6f'|hwaddr('bare') }}", NULL,
		    "1A2B3C4D5E6F" },
		{ "{{ '1a:2b:3c:4d:5e:6f'|hwaddr('int') }}", NULL,
		    "28772997619311" },
		{ "{{ '1a:2b:3c:4d:5e:6f'|hwaddr('pgsql') }}", NULL,
		    "1a2b3c:4d5e6f" },
		{ "{{ '1a2b.3c4d.5e6f'|hwaddr('win') }}", NULL,
		    "1A-2B-3C-4D-5E-6F" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, cases, harness_expect);
}

static void test_netutils(void **state)
{
	static const struct golden cases[] = {
		{ "{{ '10.1.1.1'|ipaddress_address('version') }} "
		  "{{ '10.1.1.1'|ipaddress_address('__int__') }} "
		  "{{ '10.1.1.1'|ipaddress_address('is_loopback') }}",
		    NULL, "4 167837953 False" },
		{ "{{ '10.1.1.1/24'|ipaddress_interface('ip') }} "
		  "{{ '10.1.1.1/24'|ipaddress_interface('netmask') }}",
		    NULL, "10.1.1.1 255.255.255.0" },
		{ "{{ '10.1.1.0/24'|ipaddress_network('__str__') }}", NULL,
		    "10.1.1.0/24" },
		{ "{{ '255.255.254.0'|netmask_to_cidr }} "
		  "{{ 17|cidr_to_netmask }} "
		  "{{ '255.255.255.0'|netmask_to_wildcardmask }}",
		    NULL, "23 255.255.128.0 0.0.0.255" },
		{ "{{ '10.100.0.0/16'|get_broadcast_address }} "
		  "{{ '10.100.100.0/24'|get_first_usable }} "
		  "{{ '10.0.0.255/31'|get_peer_ip }}",
		    NULL, "10.100.255.255 10.100.100.1 10.0.0.254" },
		{ "{{ '10.100.100.100'|ip_addition(200) }}", NULL,
		    "10.100.101.44" },
		{ "{{ [1, 2, 3, 5, 6, 1000, 1002, 1004, 1006, 1008, 1010, "
		  "1012, 1014, 1016, 1018]|vlanlist_to_config }}",
		    NULL,
		    "['1-3,5,6,1000,1002,1004,1006,1008,1010,1012,1014', "
		    "'1016,1018']" },
		{ "{{ [1,3,5,6,100,101,102,103,104,105,107,109]|"
		  "vlanlist_to_config(min_grouping_size=2) }}",
		    NULL, "['1,3,5-6,100-105,107,109']" },
		{ "{{ 'Gi0/[1-4]'|interface_range_expansion }}", NULL,
		    "['Gi0/1', 'Gi0/2', 'Gi0/3', 'Gi0/4']" },
		{ "{{ 'Fa[1-2]/0/[10-11]'|interface_range_expansion }}", NULL,
		    "['Fa1/0/10', 'Fa1/0/11', 'Fa2/0/10', 'Fa2/0/11']" },
		{ "{{ ['Gi1/0/1','Gi1/0/2','Gi1/0/3','Gi1/0/5']|"
		  "interface_range_compress }}",
		    NULL, "['Gi1/0/1-3', 'Gi1/0/5']" },
		{ "{{ ['Gi0/1','Gi0/2','Gi0/4','Gi1/0','Gi1/1']|"
		  "interface_range_compress }}",
		    NULL, "['Gi0/1-2', 'Gi0/4', 'Gi1/0-1']" },
		{ "{{ 'Gi1/0/1'|canonical_interface_name }} "
		  "{{ 'Eth1'|canonical_interface_name }}",
		    NULL, "GigabitEthernet1/0/1 Ethernet1" },
		{ "{{ 'GigabitEthernet1/0/1'|abbreviated_interface_name }}",
		    NULL, "Gi1/0/1" },
		{ "{{ 'aa.bb.cc.dd.ee.ff'|mac_to_format('MAC_DASH_FOUR') }}",
		    NULL, "aabb-ccdd-eeff" },
		{ "{{ 'cisco'|encrypt_type7(11) }}", NULL, "110A1016141D" },
		{ "{{ 'cisco'|encrypt_type5('nTc1') }}", NULL,
		    "$1$nTc1$Z28sUTcWfXlvVe2x.3XAa." },
		{ "{{ ['Eth10','eth2','Eth1']|natural_sort }}", NULL,
		    "['Eth1', 'eth2', 'Eth10']" },
	};
	static const struct golden bad[] = {
		{ "{{ '10.1.1.1/24'|ipaddress_network('version') }}", NULL,
		    "host bits are set" },
		{ "{{ [4095]|vlanlist_to_config }}", NULL, "1 to 4094" },
		{ "{{ 'x'|mac_to_format }}", NULL, "not a MAC address" },
		{ "{{ 'e[9223372036854775807-99999999999999999999]'|"
		  "interface_range_expansion }}",
		    NULL, "wrong range" },
		{ "{{ 'a'|encrypt_type7(16) }}", NULL, "0 to 15" },
		{ "{{ 33|cidr_to_netmask }}", NULL, "between 0 and 32" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, cases, harness_expect);
	FOR_EACH_GOLDEN(&strict, bad, harness_expect_error);
}

static void test_ansible(void **state)
{
	static const struct golden cases[] = {
		{ "{{ 'yes'|bool }} {{ 'no'|bool }} {{ 1|bool }} {{ none|bool "
		  "}}",
		    NULL, "True False True None" },
		{ "{{ 'ansible'|regex_replace('^a.*i(.*)$', 'a\\\\1') }}", NULL,
		    "able" },
		{ "{{ 'foobar'|regex_replace('^f.*o(.*)$', '\\\\1') }}", NULL,
		    "bar" },
		{ "{{ 'localhost:80'|regex_replace('^(?P<host>.+):(?P<port>"
		  "\\\\d+)$', '\\\\g<host>, \\\\g<port>') }}",
		    NULL, "localhost, 80" },
		{ "{{ 'foobar'|regex_search('(foo)(bar)', '\\\\2') }}", NULL,
		    "['bar']" },
		{ "{{ 'foobar'|regex_search('o+') }} "
		  "{{ 'x'|regex_search('y') }}",
		    NULL, "oo None" },
		{ "{{ 'Some DNS servers are 8.8.8.8 and 8.8.4.4'|"
		  "regex_findall('\\\\b(?:[0-9]{1,3}\\\\.){3}[0-9]{1,3}\\\\b') "
		  "}}",
		    NULL, "['8.8.8.8', '8.8.4.4']" },
		{ "{{ 'CAR\\ntar'|regex_findall('^.ar$', multiline=True, "
		  "ignorecase=True) }}",
		    NULL, "['CAR', 'tar']" },
		{ "{{ 'eth0' is match('eth') }} {{ 'x eth' is match('eth') }} "
		  "{{ 'x eth' is search('eth') }}",
		    NULL, "True False True" },
		{ "{{ {'a':1,'b':2}|combine({'b':3}) }}", NULL,
		    "{'a': 1, 'b': 3}" },
		{ "{{ {'a':{'x':1,'l':[1]}}|combine({'a':{'y':2,'l':[2]}}, "
		  "recursive=true, list_merge='append') }}",
		    NULL, "{'a': {'x': 1, 'l': [1, 2], 'y': 2}}" },
		{ "{{ true|ternary('y','n') }} {{ none|ternary('y','n','z') }}",
		    NULL, "y z" },
		{ "{{ [1,2,3]|difference([2]) }} {{ [1,2,2]|intersect([2,3]) "
		  "}} {{ [1,2]|union([2,3]) }} "
		  "{{ [1,2]|symmetric_difference([2,3]) }}",
		    NULL, "[1, 3] [2] [1, 2, 3] [1, 3]" },
		{ "{{ [3, [4, 2]]|flatten }} {{ [3, [4, [2]]]|flatten(levels=1)"
		  " }}",
		    NULL, "[3, 4, 2] [3, 4, [2]]" },
		{ "{{ {'b':[1,2],'a':'x'}|to_json }}", NULL,
		    "{\"b\": [1, 2], \"a\": \"x\"}" },
		{ "{{ '{\"a\": [1, null]}'|from_json }}", NULL,
		    "{'a': [1, None]}" },
		{ "{{ {'a':{'b':[1,2]},'c':'yes','d':none}|to_yaml }}", NULL,
		    "a:\n  b: [1, 2]\nc: 'yes'\nd: null\n" },
		{ "{{ {'a':{'b':[1,{'x':2}]}}|to_nice_yaml }}", NULL,
		    "a:\n    b:\n    - 1\n    -   x: 2\n" },
		{ "{{ 'a: 1\\nb:\\n  - x\\n  - y: [1, \"q\"]\\n    z: no\\n'|"
		  "from_yaml }}",
		    NULL, "{'a': 1, 'b': ['x', {'y': [1, 'q'], 'z': False}]}" },
		{ "{{ {'a':1}|dict2items }}", NULL,
		    "[{'key': 'a', 'value': 1}]" },
	};
	static const struct golden bad[] = {
		{ "{{ nope|mandatory }}", NULL, "'nope' is not defined" },
		{ "{{ 'a'|regex_replace('(', '') }}", NULL,
		    "regular expression" },
		{ "{{ 'a'|regex_replace('a', '\\\\1') }}", NULL,
		    "invalid group reference" },
		{ "{{ '{'|from_json }}", NULL, "from_json" },
		{ "{{ 'a: [1'|from_yaml }}", NULL, "is missing" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, cases, harness_expect);
	FOR_EACH_GOLDEN(&strict, bad, harness_expect_error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipaddr),
		cmocka_unit_test(test_ipaddr_single),
		cmocka_unit_test(test_ipmath),
		cmocka_unit_test(test_netutils),
		cmocka_unit_test(test_ansible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
