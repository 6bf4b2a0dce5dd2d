#include "window.h"

struct window {
    struct directory *directory;
    struct request *requests;
    size_t count;
    size_t next; /* to be sent */
    struct request *under_way[WINDOW_MAX];
    size_t depth;    /* how many are under way */
    size_t size;     /* how many may be */
    bool is_blocked; /* until something was read: a part of a request has still to leave */
    enum status status;
    struct problem *problem;
};

/* After an outage nothing more is sent. */
static void note(struct window *window, const struct request *request)
{
    if (request->status == STATUS_DIRECTORY_UNAVAILABLE && !window->status)
        window->status =
            problem_set(window->problem, request->status, "%s", request->problem.detail);
}

static bool may_send(const struct window *window)
{
    return !window->status && !window->is_blocked && window->next < window->count &&
           window->depth < window->size;
}

static void send_next(struct window *window)
{
    struct request *request = &window->requests[window->next];

    if (!request_launch(window->directory, request)) {
        if (window->depth) {
            window->is_blocked = true;
            return;
        }
        request_lose(request, -1); /* there is nothing to wait for that could help */
    }
    window->next++;
    if (request->status)
        note(window, request);
    else
        window->under_way[window->depth++] = request;
}

static void land(struct window *window, size_t i)
{
    note(window, window->under_way[i]);
    window->under_way[i] = window->under_way[--window->depth];
}

static void lose_all(struct window *window, int type)
{
    while (window->depth) {
        request_lose(window->under_way[window->depth - 1], type);
        land(window, window->depth - 1);
    }
}

static const struct call *most_urgent(const struct window *window)
{
    const struct call *urgent = &window->under_way[0]->call;

    for (size_t i = 1; i < window->depth; i++) {
        if (window->under_way[i]->call.deadline < urgent->deadline)
            urgent = &window->under_way[i]->call;
    }
    return urgent;
}

/* What nobody waits for is none of ours: a notice of disconnection, for example. */
static void hand_over(struct window *window, LDAPMessage *message)
{
    int message_id = ldap_msgid(message);

    for (size_t i = 0; i < window->depth; i++) {
        if (window->under_way[i]->call.message_id != message_id)
            continue;
        if (request_take(window->under_way[i], message))
            land(window, i);
        return;
    }
}

static void take_one(struct window *window)
{
    SCOPED(message_release) LDAPMessage *message = NULL;
    struct timeval left = call_time_left(most_urgent(window));
    int type = ldap_result(window->directory->ld, LDAP_RES_ANY, LDAP_MSG_ONE, &left, &message);

    window->is_blocked = false;
    if (type > 0)
        hand_over(window, message);
    else
        lose_all(window, type);
}

enum status window_run(struct directory *directory, struct request *requests, size_t count,
                       size_t size, struct problem *problem)
{
    struct window window = {
        .directory = directory,
        .requests = requests,
        .count = count,
        .size = size < WINDOW_MAX ? size : WINDOW_MAX,
        .problem = problem,
    };

    do {
        while (may_send(&window))
            send_next(&window);
        if (window.depth)
            take_one(&window);
    } while (window.depth || may_send(&window));
    for (size_t i = window.next; i < count; i++)
        requests[i].status = window.status;
    return window.status;
}

enum status window_ask(struct directory *directory, struct request *request,
                       struct problem *problem)
{
    (void)window_run(directory, request, 1, 1, NULL);
    directory->last_code = request->code;
    return request->status ? problem_set(problem, request->status, "%s", request->problem.detail)
                           : STATUS_OK;
}
