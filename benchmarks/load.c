/* A load tool: keep-alive HTTP over epoll with ready-made requests, in a closed loop or at a planned rate.
 *
 * It speaks to 127.0.0.1 only and always ends by itself: connections, requests and seconds have hard limits.
 * At a planned rate a latency counts from the moment the request was planned, so a stalled server cannot hide
 * behind the requests that its stall kept from being sent. It prints one JSON object. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include "latency.h"
#include "requests.h"

enum { MOST_CONNECTIONS = 1024, MOST_SECONDS = 900, ANSWER_SIZE = 16384, MOST_PLANNED = 1 << 20, GRACE_SECONDS = 10 };
static const uint64_t MOST_REQUESTS = 5000000;
static const uint64_t SECOND = 1000000000;

typedef struct {
    int socket;
    bool busy, writing;
    const Request *request;
    uint32_t sent, received;
    uint64_t planned_ns;
    char answer[ANSWER_SIZE + 1];
} Connection;

static struct {
    int port, connections;
    double seconds, rate;
    uint64_t count, first;
    bool poisson, loops;
    const char *file;
} wish = {.connections = 1, .seconds = 0};

static Connection *connections;
static int poll_set, timer = -1;
static uint64_t sent_total, done_total, by_class[6], errors_connect, errors_broken, unanswered;
static uint64_t started_ns, deadline_ns, last_ns, next_planned_ns;
static uint64_t plan[MOST_PLANNED], plan_head, plan_tail; /* planned, not yet sent: a ring */
static uint64_t chance = 88172645463325252ULL;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static bool requests_remain(void) {
    if (wish.count && sent_total >= wish.count) return false;
    return wish.loops || wish.first + sent_total < request_count;
}

static bool may_send(uint64_t at_ns) { return requests_remain() && (!deadline_ns || at_ns < deadline_ns); }

static void watch(Connection *c, bool writing) {
    struct epoll_event wanted = {.events = writing ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = c};
    c->writing = writing;
    epoll_ctl(poll_set, EPOLL_CTL_MOD, c->socket, &wanted);
}

static void open_connection(Connection *c) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)wish.port)};
    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = c};
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK); /* no other address is ever a target */
    c->busy = c->writing = false;
    c->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&address, sizeof address) < 0) {
        errors_connect++;
        if (c->socket >= 0) close(c->socket);
        c->socket = -1;
        return;
    }
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(c->socket, F_SETFL, O_NONBLOCK);
    epoll_ctl(poll_set, EPOLL_CTL_ADD, c->socket, &wanted);
}

static void reopen(Connection *c) {
    close(c->socket);
    open_connection(c);
}

static void drop(Connection *c) {
    errors_broken++;
    reopen(c);
}

static void push(Connection *c) {
    while (c->sent < c->request->length) {
        ssize_t n = send(c->socket, c->request->bytes + c->sent, c->request->length - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            if (!c->writing) watch(c, true);
            return;
        }
        if (n <= 0) {
            drop(c);
            return;
        }
        c->sent += (uint32_t)n;
    }
    if (c->writing) watch(c, false);
}

static void start_request(Connection *c, uint64_t planned_ns) {
    c->request = &requests[(wish.first + sent_total++) % request_count];
    c->sent = c->received = 0;
    c->planned_ns = planned_ns;
    c->busy = true;
    push(c);
}

/* The length of a whole answer in the buffer, 0 while it is not all here, -1 when it is none we can read. */
static long answer_length(const Connection *c, const char **head_end) {
    *head_end = memmem(c->answer, c->received, "\r\n\r\n", 4);
    if (!*head_end) return c->received < ANSWER_SIZE ? 0 : -1;
    const char *field = strcasestr(c->answer, "\r\ncontent-length:");
    if (!field || field > *head_end) return -1;
    long whole = *head_end + 4 - c->answer + strtol(field + 17, NULL, 10);
    if (whole > ANSWER_SIZE) return -1;
    return c->received >= whole ? whole : 0;
}

static bool closes(const Connection *c, const char *head_end) {
    const char *field = strcasestr(c->answer, "\r\nconnection: close");
    return field && field < head_end;
}

static void finish(Connection *c, const char *head_end) {
    int class = c->answer[9] - '0';
    bool must_close = closes(c, head_end);
    last_ns = now();
    latency_add((last_ns - c->planned_ns) / 1000);
    by_class[class >= 1 && class <= 5 ? class : 0]++;
    done_total++;
    c->busy = false;
    if (must_close) reopen(c);
}

static void pull(Connection *c) {
    const char *head_end;
    ssize_t n = recv(c->socket, c->answer + c->received, ANSWER_SIZE - c->received, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0 || !c->busy) {
        if (c->busy) drop(c);
        else reopen(c);
        return;
    }
    c->received += (uint32_t)n;
    c->answer[c->received] = 0;
    long whole = answer_length(c, &head_end);
    if (whole < 0) drop(c);
    else if (whole > 0) finish(c, head_end);
}

static double uniform(void) { /* xorshift: the same plan in every run */
    chance ^= chance << 13, chance ^= chance >> 7, chance ^= chance << 17;
    return ((double)(chance >> 11) + 0.5) / 9007199254740992.0;
}

static void arm(void) {
    struct itimerspec when = {.it_value = {(time_t)(next_planned_ns / SECOND), (long)(next_planned_ns % SECOND)}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void make_plans(void) {
    while (next_planned_ns <= now() && plan_tail - plan_head < MOST_PLANNED && next_planned_ns < deadline_ns) {
        plan[plan_tail++ % MOST_PLANNED] = next_planned_ns;
        double gap = (double)SECOND / wish.rate;
        next_planned_ns += (uint64_t)(wish.poisson ? -log(uniform()) * gap : gap);
    }
    if (next_planned_ns < deadline_ns) arm();
}

static void give_work(Connection *c) {
    if (c->socket < 0 || c->busy) return;
    if (wish.rate <= 0) {
        uint64_t at = now();
        if (may_send(at)) start_request(c, at);
    } else if (plan_head < plan_tail && requests_remain()) {
        start_request(c, plan[plan_head++ % MOST_PLANNED]);
    }
}

static void give_planned_work(void) {
    for (int i = 0; i < wish.connections && plan_head < plan_tail; i++) give_work(&connections[i]);
}

static bool is_finished(uint64_t at_ns) {
    bool any_busy = false, any_open = false;
    for (int i = 0; i < wish.connections; i++) {
        any_busy |= connections[i].busy;
        any_open |= connections[i].socket >= 0;
    }
    if (!any_open || at_ns > started_ns + (uint64_t)MOST_SECONDS * SECOND) return true;
    if (deadline_ns && at_ns > deadline_ns + (uint64_t)GRACE_SECONDS * SECOND) return true;
    if (wish.rate > 0 && requests_remain()) return !any_busy && plan_head == plan_tail && at_ns >= deadline_ns;
    return !any_busy && !may_send(at_ns);
}

static void handle(const struct epoll_event *event) {
    Connection *c = event->data.ptr;
    if (!c) {
        uint64_t times;
        if (read(timer, &times, sizeof times) > 0) make_plans();
        give_planned_work();
        return;
    }
    if ((event->events & EPOLLOUT) && c->busy) push(c);
    if (c->socket >= 0 && event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) pull(c);
    give_work(c);
}

static void run(void) {
    struct epoll_event events[256];
    started_ns = last_ns = now();
    deadline_ns = wish.seconds > 0 ? started_ns + (uint64_t)(wish.seconds * (double)SECOND) : 0;
    next_planned_ns = started_ns;
    if (wish.rate > 0) make_plans();
    for (int i = 0; i < wish.connections; i++) give_work(&connections[i]);
    uint64_t checked_ns = started_ns;
    for (;;) {
        int n = epoll_wait(poll_set, events, 256, 20);
        for (int i = 0; i < n; i++) handle(&events[i]);
        uint64_t at = now();
        if (n > 0 && at - checked_ns < SECOND / 100 && requests_remain()) continue;
        checked_ns = at;
        if (is_finished(at)) break;
        for (int i = 0; i < wish.connections; i++) give_work(&connections[i]); /* one may have been reopened */
    }
    for (int i = 0; i < wish.connections; i++) unanswered += connections[i].busy;
}

static void print_outcome(void) {
    double seconds = (double)(last_ns - started_ns) / (double)SECOND;
    printf("{\"requests\": %lu, \"seconds\": %.6f, \"rate\": %.1f, ", done_total, seconds,
           seconds > 0 ? (double)done_total / seconds : 0);
    printf("\"latency_us\": {\"p50\": %lu, \"p90\": %lu, \"p99\": %lu, \"max\": %lu, \"mean\": %lu}, ",
           latency_percentile(.5), latency_percentile(.9), latency_percentile(.99), latency_max_us, latency_mean());
    printf("\"status\": {\"1xx\": %lu, \"2xx\": %lu, \"3xx\": %lu, \"4xx\": %lu, \"5xx\": %lu, \"other\": %lu}, ",
           by_class[1], by_class[2], by_class[3], by_class[4], by_class[5], by_class[0]);
    printf("\"errors\": {\"connect\": %lu, \"broken\": %lu, \"unanswered\": %lu}, \"unsent\": %lu}\n",
           errors_connect, errors_broken, unanswered, plan_tail - plan_head);
}

static void read_wishes(int argc, char **argv) {
    static const struct option known[] = {
        {"host", 1, 0, 'h'},  {"port", 1, 0, 'p'},  {"requests", 1, 0, 'f'}, {"connections", 1, 0, 'c'},
        {"count", 1, 0, 'n'}, {"first", 1, 0, 'F'}, {"seconds", 1, 0, 's'},  {"rate", 1, 0, 'r'},
        {"poisson", 0, 0, 'P'}, {"loop", 0, 0, 'l'}, {0, 0, 0, 0}};
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h' && strcmp(optarg, "127.0.0.1") != 0) give_up(optarg, "only 127.0.0.1 may be loaded");
        else if (option == 'p') wish.port = atoi(optarg);
        else if (option == 'f') wish.file = optarg;
        else if (option == 'c') wish.connections = atoi(optarg);
        else if (option == 'n') wish.count = strtoull(optarg, NULL, 10);
        else if (option == 'F') wish.first = strtoull(optarg, NULL, 10);
        else if (option == 's') wish.seconds = atof(optarg);
        else if (option == 'r') wish.rate = atof(optarg);
        else if (option == 'P') wish.poisson = true;
        else if (option == 'l') wish.loops = true;
        else if (option == '?') give_up("reading the options", "unknown option");
    }
}

static void check_wishes(void) {
    if (!wish.file || wish.port < 1 || wish.port > 65535) give_up("reading the options", "--requests and --port are needed");
    if (wish.connections < 1 || wish.connections > MOST_CONNECTIONS) give_up("--connections", "from 1 to 1024");
    if (!(wish.seconds >= 0 && wish.seconds <= MOST_SECONDS)) give_up("--seconds", "at most 900");
    if (wish.count > MOST_REQUESTS) give_up("--count", "at most 5000000");
    if (!(wish.rate >= 0 && wish.rate <= 1e6)) give_up("--rate", "from 0 to 1000000 a second");
    if (wish.rate > 0 && wish.seconds <= 0) give_up("--rate", "needs --seconds");
    if (wish.loops && !wish.count && wish.seconds <= 0) give_up("--loop", "needs --seconds or --count");
}

int main(int argc, char **argv) {
    read_wishes(argc, argv);
    check_wishes();
    requests_open(wish.file);
    if (wish.first >= request_count && !wish.loops) give_up("--first", "past the end of the request file");
    poll_set = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event ticks = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poll_set, EPOLL_CTL_ADD, timer, &ticks);
    connections = calloc((size_t)wish.connections, sizeof *connections);
    if (!connections) give_up("opening connections", "out of memory");
    for (int i = 0; i < wish.connections; i++) open_connection(&connections[i]);
    run();
    print_outcome();
    return done_total ? 0 : 1;
}
