// CUDA's words for g++: a block's threads are fibers of one thread, which change places at barriers
// and shuffles only. Warps that disagree on those are an error here, not a hang.

#pragma once

#include <setjmp.h>
#include <ucontext.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#define __global__
#define __device__ static
#define __grid_constant__
#define __launch_bounds__(...)
// Apart from all else, so that each block can begin with rubbish in it.
#define __shared__ static __attribute__((section("block_shared")))

extern char __start_block_shared[], __stop_block_shared[];

struct Index {
    unsigned x, y, z;
};

static Index threadIdx, blockIdx, blockDim, gridDim;

namespace shim {

constexpr int WARP = 32;
constexpr size_t STACK_BYTES = 1 << 18;

enum class State { READY, AT_WARP, AT_BLOCK, DONE };

struct Fiber {
    ucontext_t start;
    jmp_buf place;
    bool is_started = false;
    State state = State::DONE;
    unsigned num_exchanges = 0;
    std::vector<char> stack = std::vector<char>(STACK_BYTES);
};

static std::vector<Fiber*> fibers;
static std::vector<double> exchange[2];  // what lanes show each other, in turn
static Fiber* running;
static int number_running;
static ucontext_t scheduler_context;
static jmp_buf scheduler;
static std::function<void()> body;

static void fail(const char* what) {
    fprintf(stderr, "cuda shim: block (%u, %u): %s\n", blockIdx.x, blockIdx.y, what);
    abort();
}

static void leave(State state) {
    running->state = state;
    if (_setjmp(running->place) == 0) _longjmp(scheduler, 1);
}

static void live() {
    for (;;) {
        body();
        leave(State::DONE);
    }
}

static void resume(int number) {
    number_running = number;
    running = fibers[number];
    running->state = State::READY;
    threadIdx = {number % blockDim.x, number / blockDim.x, 0};
    if (_setjmp(scheduler)) return;
    if (running->is_started) _longjmp(running->place, 1);
    running->is_started = true;
    getcontext(&running->start);
    running->start.uc_stack.ss_sp = running->stack.data();
    running->start.uc_stack.ss_size = STACK_BYTES;
    running->start.uc_link = &scheduler_context;
    makecontext(&running->start, live, 0);
    setcontext(&running->start);
}

// Runs a warp until all of its lanes wait for the block, or are done.
static void run_warp(int first) {
    for (;;) {
        for (int lane = 0; lane < WARP; ++lane) resume(first + lane);
        const State state = fibers[first]->state;
        for (int lane = 1; lane < WARP; ++lane) {
            if (fibers[first + lane]->state != state) fail("lanes of a warp have parted");
        }
        if (state != State::AT_WARP) return;
    }
}

static void run_block(bool is_reversed) {
    const int num_threads = blockDim.x * blockDim.y;
    memset(__start_block_shared, 0xff, __stop_block_shared - __start_block_shared);
    while ((int)fibers.size() < num_threads) fibers.push_back(new Fiber);
    for (auto& values : exchange) values.resize(fibers.size());
    for (;;) {
        for (int warp = 0; warp < num_threads / WARP; ++warp) {
            run_warp(WARP * (is_reversed ? num_threads / WARP - 1 - warp : warp));
        }
        const State state = fibers[0]->state;
        for (int number = 1; number < num_threads; ++number) {
            if (fibers[number]->state != state) fail("threads left before a barrier of others");
        }
        if (state == State::DONE) return;
    }
}

static void run_grid(Index grid, Index threads, bool is_reversed, std::function<void()> kernel) {
    gridDim = grid;
    blockDim = threads;
    body = kernel;
    const unsigned num_blocks = grid.x * grid.y;
    for (unsigned n = 0; n < num_blocks; ++n) {
        const unsigned block = is_reversed ? num_blocks - 1 - n : n;
        blockIdx = {block % grid.x, block / grid.x, 0};
        run_block(is_reversed);
    }
}

// Every lane shows a value and reads another's; those of two exchanges are kept, since a lane may
// be one ahead.
template <typename T>
static T swap_values(T value, int source) {
    static_assert(sizeof(T) <= sizeof(double), "");
    std::vector<double>& shown = exchange[running->num_exchanges++ % 2];
    memcpy(&shown[number_running], &value, sizeof(T));
    const int first = number_running / WARP * WARP, lane = number_running % WARP;
    leave(State::AT_WARP);
    memcpy(&value, &shown[first + (source < 0 || source >= WARP ? lane : source)], sizeof(T));
    return value;
}

static int lane() { return number_running % WARP; }

}  // namespace shim

static void __syncthreads() { shim::leave(shim::State::AT_BLOCK); }
static void __syncwarp() { shim::leave(shim::State::AT_WARP); }
static void __threadfence() {}

template <typename T>
static T __shfl_sync(unsigned, T value, int source) {
    return shim::swap_values(value, source);
}
template <typename T>
static T __shfl_up_sync(unsigned, T value, int distance) {
    return shim::swap_values(value, shim::lane() - distance);
}
template <typename T>
static T __shfl_down_sync(unsigned, T value, int distance) {
    return shim::swap_values(value, shim::lane() + distance);
}
template <typename T>
static T __shfl_xor_sync(unsigned, T value, int mask) {
    return shim::swap_values(value, shim::lane() ^ mask);
}

static int atomicAdd(int* place, int value) {
    const int before = *place;
    *place += value;
    return before;
}

template <typename T>
static T __ldcg(const T* place) {
    return *place;
}

static float __fadd_rn(float a, float b) { return a + b; }
static float __fmul_rn(float a, float b) { return a * b; }
static float __fdiv_rn(float a, float b) { return a / b; }
static int min(int a, int b) { return a < b ? a : b; }
static int max(int a, int b) { return a > b ? a : b; }
