#include "app/run_archive.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "archived/"

void run_archive_path(const char *day, char path[RUN_ARCHIVE_PATH_SIZE])
{
	snprintf(path, RUN_ARCHIVE_PATH_SIZE, FOLDER "%.10s.json", day);
}

bool run_archive_is_path(const char *path)
{
	return text_starts_with(path, FOLDER) && text_ends_with(path, ".json");
}

/* --- writing ------------------------------------------------------------- */

struct run_archive_day {
	json_t *json;
	json_t *numbers; /* of names, while the day is made */
};

struct run_archive_day *run_archive_day_new(void)
{
	struct run_archive_day *day = calloc(1, sizeof(*day));

	if (!day)
		return NULL;
	day->json = json_pack("{s:[], s:{}, s:[]}", "names", "runs", "sets");
	day->numbers = json_object();
	if (day->json && day->numbers)
		return day;
	run_archive_day_free(day);
	return NULL;
}

void run_archive_day_free(struct run_archive_day *day)
{
	if (!day)
		return;
	json_decref(day->json);
	json_decref(day->numbers);
	free(day);
}

/* Its number among the names; a new one if need be. */
static json_t *number_of(struct run_archive_day *day, const char *name)
{
	json_t *names = json_object_get(day->json, "names");
	json_t *number = json_object_get(day->numbers, name);

	if (number)
		return number;
	number = json_integer((json_int_t)json_array_size(names));
	if (json_array_append_new(names, json_string(name)) != 0 ||
	    json_object_set(day->numbers, name, number) != 0) {
		json_decref(number);
		return NULL;
	}
	json_decref(number);
	return json_object_get(day->numbers, name);
}

static json_t *make_set(struct run_archive_day *day, const json_t *rows)
{
	json_t *set = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		json_t *number = number_of(day, json_text(row, "name", ""));

		if (!number || json_array_append(set, number) != 0) {
			json_decref(set);
			return NULL;
		}
	}
	return set;
}

/* Takes over the set. */
static bool find_set(struct run_archive_day *day, json_t *set, size_t *ret)
{
	json_t *sets = json_object_get(day->json, "sets"), *one;
	size_t i;

	json_array_foreach(sets, i, one)
	{
		if (json_equal(one, set)) {
			json_decref(set);
			*ret = i;
			return true;
		}
	}
	*ret = json_array_size(sets);
	return json_array_append_new(sets, set) == 0;
}

bool run_archive_day_add(struct run_archive_day *day, const json_t *run)
{
	const json_t *rows = json_object_get(run, "devices");
	json_t *set;
	size_t number;

	if (json_array_size(rows) < 2)
		return true;
	set = make_set(day, rows);
	return set && find_set(day, set, &number) &&
	       json_object_set_new(json_object_get(day->json, "runs"),
		   json_text(run, "id", ""),
		   json_integer((json_int_t)number)) == 0;
}

const json_t *run_archive_day_json(const struct run_archive_day *day)
{
	return json_object_size(json_object_get(day->json, "runs")) ? day->json
								    : NULL;
}

/* --- reading ------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* False when out of memory; what names nothing is left out. */
static bool read_set(struct run_words *words, const json_t *names,
    const json_t *numbers, struct run_archive_set *ret)
{
	size_t n = json_array_size(numbers), i;
	struct run_archive_set set = { .words =
					   malloc((n + 1) * sizeof(uint32_t)) };
	const json_t *number;

	json_array_foreach(numbers, i, number)
	{
		const char *name = json_string_value(
		    json_array_get(names, (size_t)json_integer_value(number)));

		if (set.words && name &&
		    !run_words_add(words, name, &set.words[set.n++])) {
			free(set.words);
			return false;
		}
	}
	if (!set.words)
		return false;
	qsort(set.words, set.n, sizeof(*set.words), by_number);
	*ret = set;
	return true;
}

static bool same_set(
    const struct run_archive_set *a, const struct run_archive_set *b)
{
	return a->n == b->n &&
	       memcmp(a->words, b->words, a->n * sizeof(*a->words)) == 0;
}

/* Takes over the words: most days have the sets of the day before. */
static bool keep_set(
    struct run_archive *a, struct run_archive_set *set, uint32_t *ret)
{
	void *grown;

	for (size_t i = a->n_sets; i-- > 0;) {
		if (same_set(&a->sets[i], set)) {
			free(set->words);
			*ret = (uint32_t)i;
			return true;
		}
	}
	grown = realloc(a->sets, (a->n_sets + 1) * sizeof(*a->sets));
	if (!grown) {
		free(set->words);
		return false;
	}
	a->sets = grown;
	a->sets[a->n_sets] = *set;
	*ret = (uint32_t)a->n_sets++;
	return true;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct run_archive_run *)a)->id,
	    ((const struct run_archive_run *)b)->id);
}

/* numbers: of the file's sets, those here. */
static bool add_runs(struct run_archive *a, const json_t *runs,
    const uint32_t *numbers, size_t n_numbers)
{
	json_t *own = (json_t *)(uintptr_t)runs, *number;
	struct run_archive_run *grown = realloc(
	    a->runs, (a->n_runs + json_object_size(runs) + 1) * sizeof(*grown));
	const char *id;

	if (!grown)
		return false;
	a->runs = grown;
	json_object_foreach(own, id, number)
	{
		struct run_archive_run *run = &a->runs[a->n_runs];
		size_t set = (size_t)json_integer_value(number);

		if (!run_id_is_valid(id) || set >= n_numbers)
			continue;
		text_copy(run->id, sizeof(run->id), id);
		run->set = numbers[set];
		a->n_runs++;
	}
	qsort(a->runs, a->n_runs, sizeof(*a->runs), by_id);
	return true;
}

bool run_archive_take(
    struct run_archive *a, struct run_words *words, const json_t *day)
{
	const json_t *names = json_object_get(day, "names");
	const json_t *sets = json_object_get(day, "sets"), *one;
	size_t n = json_array_size(sets), i;
	uint32_t *numbers = malloc((n + 1) * sizeof(*numbers));
	bool ok = numbers != NULL;

	json_array_foreach(sets, i, one)
	{
		struct run_archive_set set;

		ok = ok && read_set(words, names, one, &set) &&
		     keep_set(a, &set, &numbers[i]);
	}
	ok = ok && add_runs(a, json_object_get(day, "runs"), numbers, n);
	free(numbers);
	return ok;
}

bool run_archive_has(const struct run_archive *a, const struct run_words *words,
    const char *id, const char *device)
{
	const struct run_archive_run *run;
	struct run_archive_run wanted;
	uint32_t word;

	text_copy(wanted.id, sizeof(wanted.id), id);
	run = a->n_runs ? bsearch(&wanted, a->runs, a->n_runs, sizeof(*a->runs),
			      by_id)
			: NULL;
	return run && *device && run_words_find(words, device, &word) &&
	       bsearch(&word, a->sets[run->set].words, a->sets[run->set].n,
		   sizeof(word), by_number) != NULL;
}

void run_archive_release(struct run_archive *a)
{
	for (size_t i = 0; i < a->n_sets; i++)
		free(a->sets[i].words);
	free(a->sets);
	free(a->runs);
	*a = (struct run_archive){ 0 };
}
