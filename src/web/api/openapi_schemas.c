#include "web/api/openapi_schemas.h"

#include "app/outbox.h"
#include "domain/reach.h"
#include "domain/run.h"
#include "domain/server.h"

#include <string.h>

#define TEXT "{\"type\":\"string\"}"
#define NUMBER "{\"type\":\"integer\"}"
#define FLAG "{\"type\":\"boolean\"}"
#define ANY_OBJECT "{\"type\":\"object\"}"
#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"
#define OR_NULL(type) "{\"type\":[\"" type "\",\"null\"]}"
#define REF(name) "{\"$ref\":\"#/components/schemas/" name "\"}"
#define LIST(item) "{\"type\":\"array\",\"items\":" item "}"
#define OBJECT(properties, required)                       \
	"{\"type\":\"object\",\"properties\":{" properties \
	"},\"required\":[" required "]}"
#define PAGE(item)                                                        \
	OBJECT("\"items\":" LIST(item) ",\"next\":{\"type\":[\"string\"," \
				       "\"null\"]}",                      \
	    "\"items\",\"next\"")

static const struct {
	const char *name;
	const char *schema;
} fixed[] = {
	{ "Text", TEXT },
	{ "Object", ANY_OBJECT },
	{ "Export", LIST(ANY_OBJECT) },
	{ "Nothing", OBJECT("", "") },
	{ "Problem",
	    OBJECT("\"type\":" TEXT ",\"title\":" TEXT ",\"status\":" NUMBER
		   ",\"detail\":" TEXT ",\"instance\":" TEXT
		   ",\"errors\":" LIST(OBJECT("\"field\":" TEXT
					      ",\"message\":" TEXT,
		       "\"field\",\"message\"")) ",\"current\":" ANY_OBJECT
						 ",\"submitted\":" ANY_OBJECT
						 ",\"template\":" TEXT
						 ",\"line\":" NUMBER
						 ",\"column\":" NUMBER,
		"\"type\",\"title\",\"status\",\"detail\"") },
	{ "Health",
	    OBJECT("\"status\":" TEXT ",\"version\":" TEXT, "\"status\"") },
	{ "Commit",
	    OBJECT("\"commit\":" TEXT ",\"author\":" TEXT ",\"time\":" TIME
		   ",\"subject\":" TEXT ",\"trailers\":" ANY_OBJECT
		   ",\"branch\":" TEXT ",\"changes\":" LIST(OBJECT(
		       "\"kind\":" TEXT ",\"what\":" TEXT ",\"path\":" TEXT
		       ",\"old_path\":" TEXT ",\"added\":" NUMBER
		       ",\"removed\":" NUMBER,
		       "\"kind\",\"what\",\"path\"")),
		"\"commit\",\"author\",\"time\",\"subject\",\"trailers\"") },
	{ "CommitList", PAGE(REF("Commit")) },
	{ "SearchText",
	    OBJECT("\"device\":" TEXT ",\"config\":" TEXT ",\"matches\":" NUMBER
		   ",\"lines\":" LIST(OBJECT(
		       "\"number\":" NUMBER ",\"text\":" TEXT
		       ",\"match\":" FLAG,
		       "\"number\",\"text\",\"match\"")),
		"\"device\",\"config\",\"matches\",\"lines\"") },
	{ "SearchResult",
	    OBJECT("\"items\":" LIST(REF("SearchText")) ",\"next\":" OR_NULL(
		       "string") ",\"records\":" LIST(OBJECT(
		       "\"kind\":" TEXT ",\"key\":" TEXT ",\"field\":" TEXT
		       ",\"text\":" TEXT,
		       "\"kind\",\"key\",\"field\",\"text\"")),
		"\"items\",\"next\",\"records\"") },
	{ "Run",
	    OBJECT("\"id\":" TEXT ",\"job\":" TEXT
		   ",\"state\":" REF("RunState") ",\"trigger\":" REF(
		       "RunTrigger") ",\"actor\":" TEXT
				     ",\"parameters\":" ANY_OBJECT
				     ",\"created_at\":" TIME
				     ",\"started_at\":" TIME
				     ",\"finished_at\":" TIME
				     ",\"result\":" TEXT
				     ",\"devices\":" LIST(REF("RunDevice"))
					 ",\"counts\":" ANY_OBJECT
					 ",\"progress\":" ANY_OBJECT
					 ",\"again_of\":" TEXT,
		"\"id\",\"job\",\"state\",\"trigger\",\"actor\"") },
	{ "RunDevice",
	    OBJECT("\"name\":" TEXT ",\"state\":" REF(
		       "RunState") ",\"result\":" TEXT ",\"added\":" NUMBER
				   ",\"removed\":" NUMBER ",\"diff\":" TEXT
				   ",\"diff_hash\":" TEXT
				   ",\"intended_commit\":" TEXT
				   ",\"changed\":" FLAG
				   ",\"left_alone\":" FLAG
				   ",\"quarantined\":" FLAG
				   ",\"hostkey\":" TEXT
				   ",\"retries\":" NUMBER,
		"\"name\"") },
	{ "RunDeviceList", PAGE(REF("RunDevice")) },
	{ "RunList", PAGE(REF("Run")) },
	{ "RunLog", OBJECT("\"lines\":" LIST(OBJECT(
			       "\"n\":" NUMBER ",\"t\":" TIME ",\"level\":" TEXT
			       ",\"device\":" TEXT ",\"text\":" TEXT,
			       "\"n\"")) ",\"last\":" NUMBER
					 ",\"state\":" REF("RunState"),
			"\"lines\",\"last\",\"state\"") },
	{ "Job",
	    OBJECT("\"name\":" TEXT ",\"title\":" TEXT ",\"summary\":" TEXT
		   ",\"role\":" TEXT ",\"can_write\":" FLAG
		   ",\"time_limit_s\":" NUMBER ",\"parameters\":" ANY_OBJECT,
		"\"name\",\"title\"") },
	{ "JobList", PAGE(REF("Job")) },
	{ "PublicKey",
	    OBJECT("\"type\":" TEXT ",\"key\":" TEXT ",\"fingerprint\":" TEXT,
		"\"type\",\"key\",\"fingerprint\"") },
	{ "Hostkey", OBJECT("\"device\":" TEXT ",\"keys\":" LIST(
				REF("PublicKey")) ",\"approved_by\":" TEXT
						  ",\"pending\":{\"type\":["
						  "\"object\",\"null\"]}",
			 "\"device\",\"keys\",\"pending\"") },
	{ "HostkeyApproval", "{\"oneOf\":[" OBJECT("\"keys\":" LIST(TEXT),
				 "\"keys\"") "," OBJECT("\"fingerprint\":" TEXT,
				 "\"fingerprint\"") "]}" },
	{ "TokenRequest",
	    OBJECT("\"name\":" TEXT ",\"role\":" TEXT ",\"expires_at\":" TIME,
		"\"name\",\"role\"") },
	{ "NewToken",
	    OBJECT("\"name\":" TEXT ",\"token\":" TEXT, "\"name\",\"token\"") },
	{ "FileList", PAGE(OBJECT("\"name\":" TEXT ",\"version\":" TEXT,
			  "\"name\",\"version\"")) },
	{ "FileResult", OBJECT("\"name\":" TEXT ",\"changed\":" FLAG,
			    "\"name\",\"changed\"") },
	{ "Provisioning",
	    OBJECT("\"operation_id\":" TEXT ",\"server_id\":" TEXT
		   ",\"server_name\":" TEXT
		   ",\"status\":" REF("ServerStatus") ",\"message\":" TEXT
		   ",\"started_at\":" TIME ",\"run_id\":" TEXT,
		"\"operation_id\",\"server_id\",\"server_name\","
		"\"status\",\"message\",\"started_at\"") },
	{ "ProvisionStatus",
	    OBJECT("\"operation_id\":" TEXT ",\"server_id\":" TEXT
		   ",\"server_name\":" TEXT
		   ",\"status\":" REF("ServerStatus")
		   ",\"provision_state\":" TEXT
		   ",\"progress_percent\":" OR_NULL("integer")
		   ",\"message\":" TEXT ",\"started_at\":" OR_NULL("string")
		  
		   ",\"completed_at\":" OR_NULL("string"),
		"\"operation_id\",\"server_id\",\"status\","
		"\"provision_state\",\"progress_percent\",\"message\","
		"\"started_at\",\"completed_at\"") },
	{ "Server",
	    OBJECT("\"id\":" TEXT ",\"name\":" TEXT
		   ",\"provision_state\":" TEXT
		   ",\"target_provision_state\":" OR_NULL("string")
		   ",\"power_state\":" OR_NULL("string")
		   ",\"resource_class\":" OR_NULL("string")
		   ",\"driver\":" TEXT ",\"description\":" TEXT
		   ",\"maintenance\":" FLAG
		   ",\"maintenance_reason\":" OR_NULL("string")
		   ",\"protected\":" FLAG ",\"retired\":" FLAG
		   ",\"locked\":" FLAG
		   ",\"instance_id\":" OR_NULL("string")
		   ",\"image\":" OR_NULL("string")
		   ",\"last_error\":" OR_NULL("string")
		   ",\"state_since\":" OR_NULL("string")
		   ",\"traits\":" LIST(TEXT) ",\"properties\":" ANY_OBJECT,
		"\"id\",\"name\",\"provision_state\",\"power_state\","
		"\"resource_class\",\"maintenance\"") },
	{ "ServerList", PAGE(REF("Server")) },
	{ "ValidationList",
	    PAGE(OBJECT("\"interface\":" TEXT ",\"verdict\":" TEXT
			",\"reason\":" OR_NULL("string"),
		"\"interface\",\"verdict\",\"reason\"")) },
	{ "PowerRequest",
	    OBJECT("\"target\":{\"enum\":[\"on\",\"off\",\"reboot\"]}",
		"\"target\"") },
	{ "MaintenanceRequest",
	    OBJECT("\"target\":{\"enum\":[\"on\",\"off\"]}"
		   ",\"reason\":" TEXT,
		"\"target\"") },
	{ "Reachability",
	    OBJECT("\"device\":" TEXT ",\"verdict\":" REF("ReachVerdict")
		   ",\"since\":" TIME ",\"checked_at\":" TIME
		   ",\"address\":" TEXT ",\"flapping\":" FLAG
		   ",\"uptime_s\":" NUMBER ",\"probes\":" LIST(
		       OBJECT("\"probe\":" REF("Probe") ",\"ok\":" FLAG
			      ",\"counts\":" FLAG
			      ",\"latency_ms\":" OR_NULL("number")
			      ",\"reason\":" TEXT,
			   "\"probe\",\"ok\",\"counts\"")),
		"\"device\",\"verdict\",\"since\",\"checked_at\","
		"\"address\",\"probes\"") },
	{ "ReachabilityList", PAGE(REF("Reachability")) },
	{ "Notification",
	    OBJECT("\"id\":" TEXT ",\"place\":" REF("OutboxPlace")
		   ",\"channel\":" TEXT ",\"type\":" TEXT ",\"event\":" TEXT
		   ",\"title\":" TEXT ",\"time\":" TEXT
		   ",\"attempts\":" NUMBER ",\"why\":" TEXT
		   ",\"next_at\":" TIME,
		"\"id\",\"place\",\"channel\",\"event\",\"title\","
		"\"attempts\"") },
	{ "NotificationList", PAGE(REF("Notification")) },
	{ "IntendedResult", OBJECT("\"device\":" TEXT ",\"changed\":" FLAG,
				"\"device\",\"changed\"") },
};

static json_t *words_schema(const char *const *words)
{
	json_t *list = json_array();

	for (size_t i = 0; words[i]; i++)
		json_array_append_new(list, json_string(words[i]));
	return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

json_t *openapi_fixed_schemas(void)
{
	json_t *all = json_object();

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		json_object_set_new(all, fixed[i].name,
		    json_loads(fixed[i].schema, JSON_REJECT_DUPLICATES, NULL));
	json_object_set_new(
	    all, "ServerStatus", words_schema(server_status_words));
	json_object_set_new(all, "ProvisionRequest",
	    schema_to_json_schema(
		&server_action_get(SERVER_PROVISION)->parameters));
	json_object_set_new(all, "RebuildRequest",
	    schema_to_json_schema(
		&server_action_get(SERVER_REBUILD)->parameters));
	json_object_set_new(all, "ReachVerdict", words_schema(reach_words));
	json_object_set_new(
	    all, "OutboxPlace", words_schema(outbox_place_words));
	json_object_set_new(all, "Probe", words_schema(probe_words));
	json_object_set_new(all, "RunState", words_schema(run_state_words));
	json_object_set_new(all, "RunTrigger", words_schema(run_trigger_words));
	return all;
}
