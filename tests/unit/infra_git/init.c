#include "unit/infra_git/fixture.h"

static void a_new_store_is_a_sound_repository(void **state)
{
	struct fixture *f = *state;
	struct commit_id id;

	assert_string_equal(store_path(f->s), f->path);
	assert_ok(store_tip(f->s, STORE_RUNS, &id, e));
	assert_false(commit_id_is_zero(&id));
	assert_int_equal(
	    shell(f, "cd $S && test $(ls objects | wc -l) = 258 && "
		     "test \"$(git config core.fsync)\" = all && "
		     "test \"$(git config gc.auto)\" = 0 && "
		     "test \"$(git symbolic-ref HEAD)\" = "
		     "refs/heads/main && "
		     "test \"$(git log --format=%s main)\" = "
		     "'Change something'"),
	    0);
}

/* A store that was put back from a clone of it. */
static void a_clone_gets_the_settings(void **state)
{
	struct fixture *f = *state;
	struct fixture clone = *f;

	put_one(f, "a", "1");
	snprintf(clone.path, sizeof(clone.path), "%s/clone.git", f->dir);
	assert_int_equal(
	    shell(f, "cd $S/.. && git clone -q --mirror $S clone.git && "
		     "git -C clone.git config gc.pruneExpire 1.year.ago"),
	    0);
	assert_ok(store_open(clone.path, &clone.s, e));
	assert_ok(store_sweep(clone.s, e));
	assert_ok(store_sweep(clone.s, e));
	put_one(&clone, "b", "2");
	store_close(clone.s);
	assert_int_equal(
	    shell(f, "cd $S/../clone.git && "
		     "test \"$(git config --get-all core.fsync)\" = all && "
		     "test \"$(git config receive.denyDeletes)\" = true && "
		     "test \"$(git config gc.auto)\" = 0 && "
		     "test \"$(git config --get-all gc.pruneExpire)\" = "
		     "1.year.ago && git fsck --strict"),
	    0);
}

static void what_exists_is_not_overwritten(void **state)
{
	struct fixture *f = *state;
	struct commit_id id = put_one(f, "a", "1");

	assert_err(store_init(f->path, NULL, &plain, e), ERR_CONFLICT);
	assert_err(store_init(f->dir, NULL, &plain, e), ERR_CONFLICT);
	assert_file(f, &id, "a", "1");
}

static void a_store_begins_with_its_seed(void **state)
{
	struct fixture *f = *state;
	struct fixture seeded = *f;
	char seed[128];
	struct commit_id id;

	snprintf(seed, sizeof(seed), "%s/seed/", f->dir);
	snprintf(
	    seeded.path, sizeof(seeded.path), "%s/deep/seeded.git", f->dir);
	assert_int_equal(shell(f, "cd $S/.. && mkdir -p seed/areas && "
				  "echo hello >seed/README.md && "
				  "echo '{}' >seed/areas/lab.json"),
	    0);
	assert_ok(store_init(seeded.path, seed, &plain, e));
	assert_ok(store_open(seeded.path, &seeded.s, e));
	id = tip_of(&seeded);
	assert_file(&seeded, &id, "areas/lab.json", "{}\n");
	assert_diff(&seeded, NULL, &id, "", "+README.md +areas/lab.json ");
	store_close(seeded.s);
}

static void assert_no_store(const struct fixture *f)
{
	assert_int_equal(shell(f, "test $(ls $S/.. | grep -c new.git) = 0"), 0);
}

/* Nothing is left where an init failed. */
static void a_bad_seed_makes_no_store(void **state)
{
	struct fixture *f = *state;
	char seed[128], path[128];

	snprintf(seed, sizeof(seed), "%s/seed", f->dir);
	snprintf(path, sizeof(path), "%s/new.git", f->dir);
	assert_err(store_init(path, seed, &plain, e), ERR_INVALID);
	assert_no_store(f);
	assert_int_equal(
	    shell(f, "mkdir $S/../seed && echo >$S/../seed/.hidden"), 0);
	assert_err(store_init(path, seed, &plain, e), ERR_INVALID);
	assert_no_store(f);
	assert_int_equal(shell(f, "rm $S/../seed/.hidden && "
				  "ln -s /etc/passwd $S/../seed/link"),
	    0);
	assert_err(store_init(path, seed, &plain, e), ERR_INVALID);
	assert_no_store(f);
}

static void only_a_store_can_be_opened(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;

	assert_err(store_open("/nonexistent", &s, e), ERR_NOT_FOUND);
	assert_err(store_open(f->dir, &s, e), ERR_NOT_FOUND);
	assert_null(s);
}

static void a_sweep_removes_what_dead_writers_left(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    shell(f, "cd $S && touch objects/tmp_obj_switchyard_01 "
		     "objects/pack/tmp_pack_switchyard_02 "
		     "objects/tmp_object_git2_fresh switchyard-main.ref && "
		     "touch -d '2 hours ago' objects/tmp_object_git2_old "
		     "objects/pack/tmp_idx_old packed-refs.lock HEAD.lock && "
		     "touch -d '2 hours ago' switchyard.lock && "
		     "touch config.lock && "
		     "ln switchyard-main.ref refs/heads/main.lock"),
	    0);
	assert_ok(store_sweep(f->s, e));
	assert_int_equal(
	    shell(f,
		"cd $S && test \"$(find . -name 'tmp_*' -o -name '*.lock' -o "
		"-name 'switchyard-*' | sort | tr '\\n' ' ')\" = "
		"'./config.lock ./objects/tmp_object_git2_fresh "
		"./switchyard.lock '"),
	    0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_new_store_is_a_sound_repository),
		T(a_clone_gets_the_settings),
		T(what_exists_is_not_overwritten),
		T(a_store_begins_with_its_seed),
		T(a_bad_seed_makes_no_store),
		T(only_a_store_can_be_opened),
		T(a_sweep_removes_what_dead_writers_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
