/* shop: a pretended web shop, busy in ways that are worth finding in a profile.
 *
 * It serves no network: four web threads answer requests that they draw themselves, and around
 * them runs what such a program has in real life, on a fixed timetable (seconds after start):
 *
 *    0 – 5    start-up: one thread loads the catalogue and builds the search index
 *    5 – 90   requests: parse JSON, search, render a page, compress it
 *   10,20,…   the search index is rebuilt for 300 ms, every ten seconds
 *   random    garbage collection stops all web threads for 80 ms, fourteen times
 *   25 – 30   node prints the sales report (report.js), a process of its own
 *   40 – 50   a checkpoint: one thread works, the web threads wait for it
 *   50 – 52   the requests that piled up are answered
 *   62 – 68   a flash sale: everybody wants the same lock
 *   74 – 77   orders are exported, with small writes and an fsync after each block
 *
 * Build: clang -O2 -g -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer shop.c -lpthread
 * Usage: shop [REPORT_SCRIPT], in a folder that may be written to
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STAGE __attribute__((noinline)) /* keeps its name in the profile */

enum {
    WEB_THREADS = 4,
    PRODUCTS = 4096,
    PAGE_BYTES = 6000,
    COLLECTIONS = 14,
    END_S = 90
};

/* ---- time and chance ------------------------------------------------------------------- */

static int64_t start_ns;

static int64_t since_start_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return ((int64_t)t.tv_sec * 1000000000 + t.tv_nsec - start_ns) / 1000000;
}

static void sleep_until_ms(int64_t ms)
{
    int64_t at = start_ns + ms * 1000000;
    struct timespec t = {at / 1000000000, at % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void sleep_ms(int64_t ms)
{
    sleep_until_ms(since_start_ms() + ms);
}

static uint32_t draw(uint32_t *chance)
{
    *chance ^= *chance << 13;
    *chance ^= *chance >> 17;
    *chance ^= *chance << 5;
    return *chance;
}

/* ---- the catalogue --------------------------------------------------------------------- */

typedef struct Product {
    uint32_t id, price, words[6];
} Product;

static Product products[PRODUCTS];
static uint32_t postings[PRODUCTS * 6]; /* (word << 12 | product), sorted */
static uint32_t postings_spare[PRODUCTS * 6];
static _Atomic uint64_t pages_sent, bytes_sent, orders;

STAGE static uint32_t hash_word(const char *word, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)word[i]) * 16777619u;
    return h;
}

STAGE static void parse_product(uint32_t id, uint32_t *chance)
{
    char text[256];
    int n = 0;
    for (int w = 0; w < 6; w++) {
        for (int c = 0; c < 12; c++)
            text[n++] = (char)('a' + draw(chance) % 26);
        products[id].words[w] = hash_word(text + n - 12, 12) & 0xfffff;
    }
    products[id].id = id;
    products[id].price = hash_word(text, (size_t)n) % 10000;
}

STAGE static void merge_halves(uint32_t *a, uint32_t *spare, size_t n)
{
    size_t half = n / 2, i = 0, j = half, k = 0;
    while (i < half && j < n)
        spare[k++] = a[i] <= a[j] ? a[i++] : a[j++];
    while (i < half)
        spare[k++] = a[i++];
    memcpy(a, spare, k * sizeof *a);
}

STAGE static void merge_sort(uint32_t *a, uint32_t *spare, size_t n)
{
    if (n < 2)
        return;
    merge_sort(a, spare, n / 2);
    merge_sort(a + n / 2, spare + n / 2, n - n / 2);
    merge_halves(a, spare, n);
}

STAGE static void tokenize_products(uint32_t *out)
{
    for (uint32_t p = 0; p < PRODUCTS; p++)
        for (int w = 0; w < 6; w++)
            out[p * 6 + (uint32_t)w] = products[p].words[w] << 12 | p;
}

STAGE static void load_catalogue(int64_t until_ms)
{
    uint32_t chance = 4711;
    for (uint32_t p = 0; p < PRODUCTS || since_start_ms() < until_ms; p++)
        parse_product(p % PRODUCTS, &chance);
}

STAGE static void build_search_index(int64_t until_ms)
{
    do {
        tokenize_products(postings);
        merge_sort(postings, postings_spare, PRODUCTS * 6);
    } while (since_start_ms() < until_ms);
}

STAGE static void start_up(void)
{
    load_catalogue(3200);
    build_search_index(5000);
}

/* ---- one request ----------------------------------------------------------------------- */

typedef struct Request {
    uint32_t chance;
    uint32_t found[16], found_n;
    char json[512], page[PAGE_BYTES];
    uint8_t packed[PAGE_BYTES * 2];
    uint16_t recent[4096]; /* hash of three bytes -> where they were last seen */
} Request;

STAGE static const char *parse_string(const char *s, uint32_t *sum)
{
    const char *from = ++s;
    while (*s && *s != '"')
        s++;
    *sum ^= hash_word(from, (size_t)(s - from));
    return *s ? s + 1 : s;
}

STAGE static const char *parse_value(const char *s, uint32_t *sum, int depth)
{
    if (*s == '"')
        return parse_string(s, sum);
    if ((*s == '{' || *s == '[') && depth < 20) {
        s++;
        while (*s && *s != '}' && *s != ']')
            s = *s == ',' || *s == ':' ? s + 1 : parse_value(s, sum, depth + 1);
        return *s ? s + 1 : s;
    }
    *sum += (uint8_t)*s;
    return s + 1;
}

STAGE static uint32_t parse_json(Request *r)
{
    uint32_t sum = 0;
    for (int again = 0; again < 100; again++) {
        snprintf(r->json, sizeof r->json,
                 "{\"user\":{\"id\":%u,\"name\":\"guest\"},\"search\":[\"red\",\"shoes\","
                 "{\"size\":[41,42,43]},{\"near\":{\"city\":\"%x\"}}],\"page\":%d}",
                 draw(&r->chance), draw(&r->chance), again);
        parse_value(r->json, &sum, 0);
    }
    return sum;
}

STAGE static uint32_t lower_bound(uint32_t word)
{
    uint32_t lo = 0, hi = PRODUCTS * 6;
    while (lo < hi) {
        uint32_t middle = (lo + hi) / 2;
        if (postings[middle] >> 12 < word)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

STAGE static void search_products(Request *r)
{
    r->found_n = 0;
    for (int again = 0; again < 1200; again++) {
        uint32_t at = lower_bound(draw(&r->chance) & 0xfffff);
        if (at < PRODUCTS * 6)
            r->found[r->found_n++ % 16] = postings[at] & 4095;
    }
}

STAGE static size_t escape_html(char *out, const char *text)
{
    size_t n = 0;
    for (; *text; text++) {
        if (*text == '<' || *text == '&')
            n += (size_t)sprintf(out + n, "&#%d;", *text);
        else
            out[n++] = *text;
    }
    return n;
}

STAGE static size_t render_page(Request *r)
{
    size_t n = 0;
    for (uint32_t i = 0; n + 200 < PAGE_BYTES; i++) {
        const Product *p = &products[r->found[i % 16]];
        char line[96];
        snprintf(line, sizeof line, "<b>item %u & more</b> only %u.%02u, %x", p->id,
                 p->price / 100, p->price % 100, p->words[i % 6]);
        n += escape_html(r->page + n, line);
    }
    return n;
}

STAGE static size_t find_match(const Request *r, size_t from, size_t at, size_t end)
{
    size_t n = 0;
    while (at + n < end && n < 255 && r->page[from + n] == r->page[at + n])
        n++;
    return n;
}

STAGE static size_t compress_page(Request *r, size_t n)
{
    size_t out = 0;
    memset(r->recent, 0, sizeof r->recent);
    for (size_t i = 0; i + 3 < n;) {
        uint16_t *seen = &r->recent[hash_word(r->page + i, 3) & 4095];
        size_t same = *seen ? find_match(r, *seen - 1u, i, n) : 0;
        *seen = (uint16_t)(i + 1);
        if (same > 3) {
            r->packed[out++] = (uint8_t)same;
            i += same;
        } else {
            r->packed[out++] = (uint8_t)r->page[i++];
        }
    }
    return out;
}

static pthread_rwlock_t stock = PTHREAD_RWLOCK_INITIALIZER; /* a checkpoint holds it */
static atomic_flag till = ATOMIC_FLAG_INIT;                 /* what the flash sale fights for */

STAGE static void wait_for_till(void)
{
    while (atomic_flag_test_and_set_explicit(&till, memory_order_acquire))
        for (int i = 0; i < 200; i++)
            __asm__ volatile("" ::: "memory");
}

STAGE static void reserve_stock(Request *r)
{
    wait_for_till();
    for (int i = 0; i < 30000; i++)
        products[draw(&r->chance) % PRODUCTS].price ^= 1;
    atomic_flag_clear_explicit(&till, memory_order_release);
    orders++;
}

STAGE static void handle_request(Request *r, bool sale)
{
    pthread_rwlock_rdlock(&stock);
    for (int page = 0; page < 16; page++) {
        parse_json(r);
        search_products(r);
        size_t n = render_page(r);
        bytes_sent += compress_page(r, n);
    }
    for (int i = 0; sale && i < 40; i++)
        reserve_stock(r);
    pthread_rwlock_unlock(&stock);
    pages_sent++;
}

/* ---- garbage collection ---------------------------------------------------------------- */

static uint32_t heap_links[1 << 16];
static const int64_t collection_ms[COLLECTIONS] = {
    7412, 13266, 16803, 22951, 27337, 34178, 37624, 53871, 58149, 64592, 71730, 78455, 82116, 87243};

STAGE static uint32_t mark_objects(uint32_t from)
{
    for (int i = 0; i < 40000; i++)
        from = heap_links[(from * 2654435761u + (uint32_t)i) & 0xffff];
    return from;
}

STAGE static uint32_t sweep_pages(uint32_t seed)
{
    uint32_t freed = 0;
    for (uint32_t i = 0; i < 1 << 16; i++)
        freed += heap_links[i] % 3 == seed % 3;
    return freed;
}

STAGE static uint32_t collect_garbage(int64_t until_ms, uint32_t seed)
{
    uint32_t sum = seed;
    while (since_start_ms() < until_ms)
        sum = mark_objects(sum) + sweep_pages(sum);
    return sum;
}

/* ---- the threads ----------------------------------------------------------------------- */

STAGE static void *web_thread(void *arg)
{
    Request *r = calloc(1, sizeof *r);
    r->chance = 88172645u + (uint32_t)(uintptr_t)arg * 7919u;
    int due = 0, late = 0;
    for (int64_t now; (now = since_start_ms()) < END_S * 1000;) {
        if (due < COLLECTIONS && now >= collection_ms[due])
            r->chance |= 1 | collect_garbage(collection_ms[due++] + 80, r->chance);
        bool sale = now >= 62000 && now < 68000;
        handle_request(r, sale);
        int64_t took = since_start_ms() - now;
        late += took > 2000 ? (int)(took / 100) : 0; /* what piled up during the checkpoint */
        if (late > 0)
            late--;
        else if (due == COLLECTIONS || since_start_ms() + 120 < collection_ms[due])
            sleep_ms(5 + draw(&r->chance) % (sale ? 10 : 100));
        else
            sleep_until_ms(collection_ms[due]);
    }
    free(r);
    return NULL;
}

STAGE static void rebuild_index(int64_t until_ms, uint32_t *index, uint32_t *spare)
{
    while (since_start_ms() < until_ms) {
        tokenize_products(index);
        merge_sort(index, spare, PRODUCTS * 6);
    }
}

STAGE static void *index_thread(void *arg)
{
    (void)arg;
    uint32_t *index = calloc(PRODUCTS * 6, sizeof *index);
    uint32_t *spare = calloc(PRODUCTS * 6, sizeof *spare);
    for (int64_t at = 10000; at < END_S * 1000; at += 10000) {
        sleep_until_ms(at);
        rebuild_index(at + 300, index, spare);
    }
    free(index);
    free(spare);
    return NULL;
}

STAGE static uint32_t checksum_block(const uint8_t *block, size_t n)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < n; i++) {
        crc ^= block[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

STAGE static void encode_rows(uint8_t *block, size_t n, uint32_t *chance)
{
    for (size_t i = 0; i < n; i++)
        block[i] = (uint8_t)(products[draw(chance) % PRODUCTS].price >> (i & 7));
}

STAGE static void write_block(int fd, const uint8_t *block, size_t n)
{
    if (pwrite(fd, block, n, 0) < 0)
        perror("shop: write");
}

STAGE static void checkpoint_single_thread(int fd, int64_t until_ms)
{
    static uint8_t block[1 << 16];
    uint32_t chance = 31337;
    pthread_rwlock_wrlock(&stock);
    while (since_start_ms() < until_ms) {
        encode_rows(block, sizeof block, &chance);
        uint32_t crc = checksum_block(block, sizeof block);
        memcpy(block, &crc, sizeof crc);
        write_block(fd, block, sizeof block);
    }
    pthread_rwlock_unlock(&stock);
}

STAGE static void export_orders(int fd, int64_t until_ms)
{
    uint8_t line[512];
    memset(line, 'o', sizeof line);
    while (since_start_ms() < until_ms) {
        for (int i = 0; i < 400; i++)
            write_block(fd, line, sizeof line);
        fsync(fd);
    }
}

STAGE static void *disk_thread(void *arg)
{
    (void)arg;
    int fd = open("shop.orders", O_RDWR | O_CREAT | O_TRUNC, 0644);
    sleep_until_ms(40000);
    checkpoint_single_thread(fd, 50000);
    sleep_until_ms(74000);
    export_orders(fd, 77000);
    close(fd);
    unlink("shop.orders");
    return NULL;
}

static void *report_thread(void *arg)
{
    char *script = arg;
    sleep_until_ms(25000);
    pid_t child = fork();
    if (child == 0) {
        printf("node %d\n", (int)getpid());
        fflush(stdout);
        execlp("node", "node", "--perf-basic-prof",
               "--no-turbo-inlining", script, (char *)NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    return NULL;
}

/* ---- main ------------------------------------------------------------------------------ */

static pthread_t start(const char *name, void *(*run)(void *), void *arg)
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, arg);
    pthread_setname_np(thread, name);
    return thread;
}

static void fill_heap(void)
{
    uint32_t chance = 2463534242u;
    for (uint32_t i = 0; i < 1 << 16; i++)
        heap_links[i] = draw(&chance);
}

int main(int argc, char **argv)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    start_ns = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    fill_heap();
    printf("shop %d\n", (int)getpid());
    fflush(stdout);
    start_up();

    pthread_t threads[WEB_THREADS + 3];
    int n = 0;
    for (uintptr_t i = 0; i < WEB_THREADS; i++)
        threads[n++] = start("shop-web", web_thread, (void *)i);
    threads[n++] = start("shop-index", index_thread, NULL);
    threads[n++] = start("shop-disk", disk_thread, NULL);
    if (argc > 1)
        threads[n++] = start("shop-report", report_thread, argv[1]);
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    printf("%llu pages, %llu bytes, %llu orders\n", (unsigned long long)pages_sent,
           (unsigned long long)bytes_sent, (unsigned long long)orders);
    return 0;
}
