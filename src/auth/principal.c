#include "bridge/auth/principal.h"

#include <string.h>

#include "bridge/core/connection.h"
#include "token_record.h"

enum { ID_AT = 3, ID_LENGTH = 12, SECRET_AT = 16, SECRET_LENGTH = 43, SECRET_SIZE = 32 };

static const char refusal[] = "the bearer token is missing, wrong, ended or expired";

struct presented {
    unsigned char id[TOKEN_ID_SIZE];
    unsigned char digest[DIGEST_SIZE];
};

/* rb_ID_SECRET, by lengths: both parts may contain underscores. */
static bool parse(const char *token, struct presented *presented)
{
    char id[ID_LENGTH + 1];
    unsigned char secret[SECRET_SIZE];
    bool is_sound;

    if (strlen(token) != SECRET_AT + SECRET_LENGTH || strncmp(token, "rb_", ID_AT) != 0 ||
        token[SECRET_AT - 1] != '_')
        return false;
    memcpy(id, token + ID_AT, ID_LENGTH);
    id[ID_LENGTH] = '\0';
    is_sound = base64url_decode(id, presented->id, sizeof(presented->id)) &&
               base64url_decode(token + SECRET_AT, secret, sizeof(secret));
    digest_of(bytes_of(secret, sizeof(secret)), presented->digest);
    explicit_bzero(secret, sizeof(secret));
    return is_sound;
}

static bool is_live(const struct token_record *record, int64_t now)
{
    return now < record->token.expires_at;
}

/* Fill in what the token opens. False when that is gone. */
static bool describe(struct store_txn *txn, const struct token_record *record, struct arena *arena,
                     struct principal *principal)
{
    struct connection connection;

    *principal = (struct principal){
        .kind = record->token.kind,
        .organization = record->organization,
        .connection = record->token.connection,
        .name = record->token.name,
    };
    memcpy(principal->token_id, record->token.id, TOKEN_ID_SIZE);
    if (principal->kind != PRINCIPAL_CONNECTION)
        return true;
    store_enter(txn, record->organization);
    if (!connection_load(txn, principal->connection, arena, &connection))
        return false;
    principal->name = connection.name;
    return true;
}

enum status principal_of_token(struct store_txn *txn, const char *token, int64_t now,
                               struct arena *arena, struct principal *principal,
                               struct problem *problem)
{
    struct presented presented = {0};
    struct token_record record = {0};
    bool is_known =
        parse(token, &presented) && token_record_load(txn, presented.id, arena, &record);
    /* Always compared, so that an unknown id takes as long as a wrong secret. */
    bool is_equal = digest_equal(presented.digest, record.digest);

    if (!is_known || !is_equal || !is_live(&record, now) ||
        !describe(txn, &record, arena, principal)) {
        enum status status = store_status(txn, problem);

        return status ? status : problem_set(problem, STATUS_UNAUTHORIZED, "%s", refusal);
    }
    return STATUS_OK;
}

struct principal principal_of_control(uint32_t organization)
{
    return (struct principal){
        .kind = PRINCIPAL_CONTROL,
        .organization = organization,
        .name = "control",
    };
}

enum status principal_verify(struct store_txn *txn, const struct principal *principal, int64_t now,
                             struct arena *arena, struct problem *problem)
{
    struct token_record record;
    struct connection connection;

    if (principal->kind == PRINCIPAL_CONTROL)
        return STATUS_OK;
    if (!token_record_load(txn, principal->token_id, arena, &record) || !is_live(&record, now) ||
        (principal->kind == PRINCIPAL_CONNECTION &&
         !connection_load(txn, principal->connection, arena, &connection))) {
        enum status status = store_status(txn, problem);

        return status ? status : problem_set(problem, STATUS_UNAUTHORIZED, "%s", refusal);
    }
    return STATUS_OK;
}
