/* The request file: ready-made HTTP requests, each preceded by its length as 32 bits, little-endian. */
#ifndef BELLHOP_REQUESTS_H
#define BELLHOP_REQUESTS_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    const uint8_t *bytes;
    uint32_t length;
} Request;

static Request *requests;
static uint64_t request_count;

static void give_up(const char *doing, const char *why) {
    fprintf(stderr, "load: %s: %s\n", doing, why);
    exit(2);
}

static uint32_t read_length(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void requests_index(const uint8_t *bytes, uint64_t size) {
    uint64_t capacity = 0;
    for (uint64_t at = 0; at < size;) {
        if (size - at < 4 || size - at - 4 < read_length(bytes + at)) give_up("reading the request file", "cut short");
        if (request_count == capacity) {
            capacity = capacity ? capacity * 2 : 4096;
            requests = realloc(requests, capacity * sizeof *requests);
            if (!requests) give_up("reading the request file", "out of memory");
        }
        requests[request_count].length = read_length(bytes + at);
        requests[request_count].bytes = bytes + at + 4;
        at += 4 + (uint64_t)requests[request_count++].length;
    }
    if (!request_count) give_up("reading the request file", "it is empty");
}

static void requests_open(const char *path) {
    struct stat facts;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &facts) < 0) give_up("opening the request file", path);
    if (facts.st_size == 0) give_up("reading the request file", "it is empty");
    const void *bytes = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED) give_up("mapping the request file", path);
    close(file);
    requests_index(bytes, (uint64_t)facts.st_size);
}

#endif
