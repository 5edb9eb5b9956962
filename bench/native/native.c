/*
 * The benchmark's jobs as a native program with two threads: what the machine can do, for the ratio.
 * native JOB INPUT OUTPUT; well-formed input only, no errors told, everything in memory.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS 2

typedef struct {
  const char *key;
  uint64_t hash;
  uint32_t length, group;
  int64_t count, sum;
} Slot;

typedef struct {
  Slot *slots;
  uint64_t capacity, used;
} Table;

typedef struct {
  uint64_t prefix;
  const char *line;
  uint32_t length;
} Line;

typedef struct {
  const char *at, *end;
  Table table;
  Line *lines;
  uint64_t count;
} Part;

static const char *job;

static uint64_t hash_of(const char *key, uint32_t length) {
  uint64_t hash = 0x9e3779b97f4a7c15ull ^ length;
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, key, 8);
    hash = (hash ^ word) * 0xff51afd7ed558ccdull;
    hash ^= hash >> 32;
    key += 8;
    length -= 8;
  }
  uint64_t word = 0;
  memcpy(&word, key, length);
  hash = (hash ^ word) * 0xc4ceb9fe1a85ec53ull;
  return hash ^ (hash >> 29);
}

static void insert(Table *table, const char *key, uint32_t length, uint32_t group, uint64_t hash, int64_t count, int64_t sum);

static void grow(Table *table) {
  Table grown = {calloc(table->capacity * 2, sizeof(Slot)), table->capacity * 2, 0};
  for (uint64_t i = 0; i < table->capacity; i++) {
    Slot *slot = &table->slots[i];
    if (slot->key) insert(&grown, slot->key, slot->length, slot->group, slot->hash, slot->count, slot->sum);
  }
  free(table->slots);
  *table = grown;
}

static void insert(Table *table, const char *key, uint32_t length, uint32_t group, uint64_t hash, int64_t count, int64_t sum) {
  if (table->used * 2 > table->capacity) grow(table);
  for (uint64_t i = hash & (table->capacity - 1);; i = (i + 1) & (table->capacity - 1)) {
    Slot *slot = &table->slots[i];
    if (!slot->key) {
      *slot = (Slot){key, hash, length, group, count, sum};
      table->used++;
      return;
    }
    if (slot->hash == hash && slot->length == length && slot->group == group && !memcmp(slot->key, key, length)) {
      slot->count += count;
      slot->sum += sum;
      return;
    }
  }
}

static void add(Table *table, const char *key, uint32_t length, uint32_t group, int64_t sum) {
  insert(table, key, length, group, hash_of(key, length) + group, 1, sum);
}

static void words(Part *part) {
  for (const char *at = part->at; at < part->end;) {
    const char *start = at;
    while (at < part->end && *at != ' ' && *at != '\n') at++;
    if (at > start) add(&part->table, start, at - start, 0, 0);
    at++;
  }
}

/* Months to digits, within a key of its own for each hour that was seen: the hour stands in the line in another order. */
static void access_log(Part *part) {
  for (const char *at = part->at; at < part->end;) {
    const char *lf = memchr(at, '\n', part->end - at);
    const char *time = memchr(at, '[', lf - at) + 1;
    const char *request = memchr(time, '"', lf - time) + 1;
    const char *path = memchr(request, ' ', lf - request) + 1;
    const char *path_end = memchr(path, ' ', lf - path);
    const char *status = (const char *)memchr(path_end, '"', lf - path_end) + 2;
    const char *size = status + 4;
    int64_t bytes = 0;
    for (const char *digit = size; *digit >= '0' && *digit <= '9'; digit++) bytes = bytes * 10 + *digit - '0';
    add(&part->table, status, 3, 0, bytes);
    add(&part->table, time, 14, 1, bytes);
    add(&part->table, path, path_end - path, 2, bytes);
    at = lf + 1;
  }
}

static void ledger(Part *part) {
  for (const char *at = part->at; at < part->end;) {
    const char *account = at, *account_end = memchr(at, ',', part->end - at);
    const char *amount = (const char *)memchr(account_end + 1, ',', part->end - account_end) + 1;
    int negative = *amount == '-';
    int64_t cents = 0;
    const char *digit = amount + negative;
    for (; *digit != ','; digit++)
      if (*digit != '.') cents = cents * 10 + *digit - '0';
    add(&part->table, account, account_end - account, 0, negative ? -cents : cents);
    int quoted = 0;
    for (at = digit; at < part->end; at++) {
      if (*at == '"') quoted = !quoted;
      else if (*at == '\n' && !quoted) break;
    }
    at++;
  }
}

static void trending(Part *part) {
  for (const char *at = part->at; at < part->end;) {
    const char *lf = memchr(at, '\n', part->end - at);
    const char *tags = memmem(at, lf - at, "\"tags\":[", 8) + 8;
    while (*tags == '"') {
      const char *end = memchr(tags + 1, '"', lf - tags);
      add(&part->table, tags + 1, end - tags - 1, 0, 0);
      tags = end[1] == ',' ? end + 2 : end + 1;
    }
    at = lf + 1;
  }
}

static uint64_t prefix_of(const char *line, uint32_t length) {
  unsigned char bytes[8] = {0};
  memcpy(bytes, line, length < 8 ? length : 8);
  uint64_t prefix;
  memcpy(&prefix, bytes, 8);
  return __builtin_bswap64(prefix);
}

static int by_line(const void *a, const void *b) {
  const Line *x = a, *y = b;
  if (x->prefix != y->prefix) return x->prefix < y->prefix ? -1 : 1;
  int order = memcmp(x->line, y->line, x->length < y->length ? x->length : y->length);
  return order ? order : x->length < y->length ? -1 : x->length > y->length;
}

static void sort(Part *part) {
  uint64_t capacity = 1 << 20;
  part->lines = malloc(capacity * sizeof(Line));
  for (const char *at = part->at; at < part->end;) {
    const char *lf = memchr(at, '\n', part->end - at);
    if (part->count == capacity) part->lines = realloc(part->lines, (capacity *= 2) * sizeof(Line));
    part->lines[part->count++] = (Line){prefix_of(at, lf - at), at, lf - at};
    at = lf + 1;
  }
  qsort(part->lines, part->count, sizeof(Line), by_line);
}

static void *work(void *argument) {
  Part *part = argument;
  part->table = (Table){calloc(1 << 18, sizeof(Slot)), 1 << 18, 0};
  if (!strcmp(job, "word-count")) words(part);
  else if (!strcmp(job, "access-log")) access_log(part);
  else if (!strcmp(job, "ledger")) ledger(part);
  else if (!strcmp(job, "trending")) trending(part);
  else sort(part);
  return NULL;
}

/* Where a record starts at or after `at`; in CSV, the quotes before tell whether a line end is one of a record. */
static const char *record_at(const char *bytes, const char *at, const char *end) {
  int quoted = 0;
  if (!strcmp(job, "ledger"))
    for (const char *quote = bytes; (quote = memchr(quote, '"', at - quote)); quote++) quoted = !quoted;
  for (; at < end; at++) {
    if (*at == '"') quoted = !quoted;
    else if (*at == '\n' && !quoted) return at + 1;
  }
  return end;
}

static int by_key(const void *a, const void *b) {
  const Slot *x = *(Slot *const *)a, *y = *(Slot *const *)b;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  int order = memcmp(x->key, y->key, x->length < y->length ? x->length : y->length);
  return order ? order : (int)x->length - (int)y->length;
}

static int by_count(const void *a, const void *b) {
  const Slot *x = *(Slot *const *)a, *y = *(Slot *const *)b;
  return x->count != y->count ? (x->count > y->count ? -1 : 1) : by_key(a, b);
}

static Slot **slots_of(Table *table, int group, uint64_t *count) {
  Slot **slots = malloc(table->used * sizeof(Slot *));
  *count = 0;
  for (uint64_t i = 0; i < table->capacity; i++)
    if (table->slots[i].key && (int)table->slots[i].group == group) slots[(*count)++] = &table->slots[i];
  return slots;
}

static void write_counts(Table *table, FILE *out) {
  uint64_t count;
  Slot **slots = slots_of(table, 0, &count);
  int ledger = !strcmp(job, "ledger"), trending = !strcmp(job, "trending");
  qsort(slots, count, sizeof(Slot *), trending ? by_count : by_key);
  fputs(ledger ? "account,balance,transactions\n" : trending ? "tag,uses\n" : "word,count\n", out);
  for (uint64_t i = 0; i < count && (!trending || i < 100); i++) {
    fwrite(slots[i]->key, 1, slots[i]->length, out);
    int64_t cents = slots[i]->sum, size = cents < 0 ? -cents : cents;
    if (ledger) fprintf(out, ",%s%ld.%02ld,%ld\n", cents < 0 ? "-" : "", size / 100, size % 100, slots[i]->count);
    else fprintf(out, ",%ld\n", slots[i]->count);
  }
}

static void write_groups(Table *table, FILE *out) {
  static const char *names[] = {"status", "hour", "path"};
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  fputs("group,value,requests,bytes\n", out);
  for (int group = 0; group < 3; group++) {
    uint64_t count;
    Slot **slots = slots_of(table, group, &count);
    qsort(slots, count, sizeof(Slot *), group == 2 ? by_count : by_key); /* one month: the day orders the hours */
    for (uint64_t i = 0; i < count && (group < 2 || i < 100); i++) {
      const char *key = slots[i]->key;
      fprintf(out, "%s,", names[group]);
      if (group == 1) {
        char month[4] = {key[3], key[4], key[5], 0};
        fprintf(out, "%.4s-%02d-%.2sT%.2s", key + 7, (int)(strstr(months, month) - months) / 3 + 1, key, key + 12);
      } else fwrite(key, 1, slots[i]->length, out);
      fprintf(out, ",%ld,%ld\n", slots[i]->count, slots[i]->sum);
    }
  }
}

static void write_lines(Part *parts, FILE *out) {
  uint64_t at[THREADS] = {0};
  for (;;) {
    int least = -1;
    for (int i = 0; i < THREADS; i++)
      if (at[i] < parts[i].count && (least < 0 || by_line(&parts[i].lines[at[i]], &parts[least].lines[at[least]]) < 0)) least = i;
    if (least < 0) return;
    Line *line = &parts[least].lines[at[least]++];
    fwrite_unlocked(line->line, 1, line->length + 1, out);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  job = argv[1];
  int file = open(argv[2], O_RDONLY);
  struct stat about;
  fstat(file, &about);
  const char *bytes = mmap(NULL, about.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0), *end = bytes + about.st_size;
  const char *first = strcmp(job, "ledger") ? bytes : (const char *)memchr(bytes, '\n', about.st_size) + 1;
  Part parts[THREADS] = {0};
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    parts[i].at = i == 0 ? first : parts[i - 1].end;
    parts[i].end = i == THREADS - 1 ? end : record_at(bytes, bytes + about.st_size / THREADS * (i + 1), end);
    pthread_create(&threads[i], NULL, work, &parts[i]);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  FILE *out = fopen(argv[3], "w");
  setvbuf(out, NULL, _IOFBF, 1 << 20);
  if (!strcmp(job, "sort")) write_lines(parts, out);
  else {
    for (int i = 1; i < THREADS; i++)
      for (uint64_t n = 0; n < parts[i].table.capacity; n++) {
        Slot *slot = &parts[i].table.slots[n];
        if (slot->key) insert(&parts[0].table, slot->key, slot->length, slot->group, slot->hash, slot->count, slot->sum);
      }
    if (!strcmp(job, "access-log")) write_groups(&parts[0].table, out);
    else write_counts(&parts[0].table, out);
  }
  fclose(out);
  return 0;
}
