#include "bridge/core/password.h"

#include <string.h>

#include "bridge/base/keyring.h"
#include "bridge/base/text.h"
#include "bridge/store/record.h"
#include "layout.h"

enum { RECORD_VERSION = 1 };

/* Long enough, and tried first by whoever guesses. Without digits and signs at their end. */
static const char *const guesses[] = {
    "password",       "passwordpassword", "letmein",        "letmeinletmein", "welcome",
    "welcomewelcome", "changeme",         "changemeplease", "administrator",  "adminadminadmin",
    "qwertyuiop",     "qwertyuiopasdfgh", "asdfghjkl",      "iloveyou",       "iloveyouiloveyou",
    "abcdefghijkl",   "trustno",          "sunshine",       "football",       "princess",
    "secretsecret",   "mypassword",       "yourpassword",   "newpassword",    "rolebridge",
};

static struct seal_place place_of(uint32_t organization, uint64_t row)
{
    return (struct seal_place){"password", organization, row};
}

/* -------------------------------------------------------------------- limits */

static bool is_one_character(struct bytes password)
{
    const char *data = password.data;

    return memcmp(data, data + 1, password.size - 1) == 0;
}

/* How much is left when what people put at the end to please a policy is taken away. */
static size_t stem_size(const char *folded)
{
    size_t size = strlen(folded);

    while (size > 0 && strchr("0123456789!?.$#@*-_ ", folded[size - 1]))
        size--;
    return size;
}

static bool is_guessed(const char *folded)
{
    size_t size = stem_size(folded);

    for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
        if (strlen(guesses[i]) == size && strncmp(guesses[i], folded, size) == 0)
            return true;
    }
    return size == 0; /* nothing but digits and signs */
}

enum status password_check(struct bytes password, size_t size_min, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *folded;
    bool is_easy;

    if (password.size < size_min || password.size > PASSWORD_SIZE_MAX)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "a password has %zu to %d bytes, and this one %zu; whoever runs the "
                           "bridge may allow shorter ones (directory.password_size)",
                           size_min, PASSWORD_SIZE_MAX, password.size);
    folded = text_fold(arena, password.data);
    is_easy = is_one_character(password) || is_guessed(folded);
    explicit_bzero(folded, strlen(folded));
    if (is_easy)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "this password is among the first that anybody would guess; choose "
                           "another");
    return STATUS_OK;
}

/* -------------------------------------------------------------------- record */

void password_save(struct store_txn *txn, uint64_t row, struct bytes password, int64_t now,
                   struct arena *arena)
{
    struct store_key key = key_row(txn, row);
    struct seal_place place = place_of(store_organization(txn), row);
    struct record_writer writer = record_write(arena, RECORD_VERSION);

    record_put_u64(&writer, store_sequence(txn));
    record_put_u64(&writer, (uint64_t)now);
    text_add_bytes(&writer.text, keyring_seal(&place, password, arena));
    store_put(txn, STORE_PASSWORD, key_bytes(&key), record_bytes(&writer));
}

void password_drop(struct store_txn *txn, uint64_t row)
{
    struct store_key key = key_row(txn, row);

    store_delete(txn, STORE_PASSWORD, key_bytes(&key));
}

bool password_find(struct store_txn *txn, uint64_t row, struct arena *arena,
                   struct password *password)
{
    struct store_key key = key_row(txn, row);
    struct record_reader reader;
    struct bytes value;

    *password = (struct password){0};
    if (!store_get(txn, STORE_PASSWORD, key_bytes(&key), &value))
        return false;
    reader = record_read(value, RECORD_VERSION);
    password->stamp = record_take_u64(&reader);
    password->sent_at = (int64_t)record_take_u64(&reader);
    password->sealed = arena_copy(arena, reader.rest);
    return !reader.is_damaged;
}

void password_forget(struct store_txn *txn, uint64_t row, const struct password *password)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct password now;

    if (password_find(txn, row, arena, &now) && now.stamp == password->stamp)
        password_drop(txn, row);
}

enum status password_open(uint32_t organization, uint64_t row, const struct password *password,
                          struct arena *arena, struct bytes *plain, struct problem *problem)
{
    const struct seal_place place = place_of(organization, row);

    return keyring_open(&place, password->sealed, arena, plain, problem);
}
