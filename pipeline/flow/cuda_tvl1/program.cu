// A pair's program: which step follows which, and when the iterations of a warp end (of the second
// image; of threads, this code says so).
//
//   SHRINK (each level) > for each level, coarse to fine: ENTER >
//       num_warps times: LINEARISE > iterations, with a MEDIAN before each block of them
//   > DELIVER > the next pair

// OpenCV's CUDA rule, told in advance. It asks for the error after odd iterations only, and only
// once the last error, less the limit for each iteration since, is below the limit.
__device__ inline int iterations_until_check(const Problem& problem, const Slot& slot,
                                             double limit) {
    double wait = slot.error;
    for (int n = slot.iteration; n < problem.max_iterations; ++n) {
        if (limit > 0 && n % 2 == 1 && wait < limit) return n + 1 - slot.iteration;
        wait -= limit;
    }
    return problem.max_iterations + 1;  // none
}

// As many iterations at once as the halo, the stop rule and the median allow.
__device__ inline void plan_iterations(const Problem& problem, Slot& slot) {
    const int in_block = slot.iteration % problem.inner_iterations;
    if (problem.has_median && in_block == 0 && slot.step != MEDIAN) {
        slot.step = MEDIAN;
        return;
    }
    slot.step = ITERATE;
    slot.run = min(HALO, problem.max_iterations - slot.iteration);
    if (problem.has_median) slot.run = min(slot.run, problem.inner_iterations - in_block);
    if (!problem.checks_every_iteration) slot.run = min(slot.run, slot.until_check);
}

__device__ inline double error_limit(const Problem& problem, const Slot& slot) {
    const Level& level = problem.levels[slot.level];
    return problem.epsilon_squared * level.width * level.height;
}

__device__ inline void begin_iterations(const Problem& problem, Slot& slot) {
    slot.iteration = 0;
    slot.error = 0;
    slot.until_check = iterations_until_check(problem, slot, error_limit(problem, slot));
    plan_iterations(problem, slot);
}

__device__ inline void end_warp(const Problem& problem, Slot& slot) {
    slot.warp += 1;
    if (slot.warp < problem.num_warps) {
        slot.step = LINEARISE;
    } else if (slot.level > 0) {
        slot.step = ENTER;  // which lowers the level: blocks of this launch may yet look at it
    } else {
        slot.step = DELIVER;
    }
}

__device__ inline void take_next_pair(const Problem& problem, Slot& slot) {
    atomicAdd(&problem.progress[NUM_FINISHED], 1);
    slot.pair = atomicAdd(&problem.progress[NUM_BEGUN], 1);
    slot.step = slot.pair < problem.num_pairs ? SHRINK : IDLE;
}

// The sum over all tiles of |u' - u|^2 of one iteration of the launch. 32 threads call it; the
// order is fixed, so a pair's error does not depend on what else is in the batch.
__device__ inline double sum_tiles(const Problem& problem, const Slot& slot, int iteration) {
    const Level& level = problem.levels[slot.level];
    const double* sums = problem.sums + (long long)blockIdx.y * problem.max_tiles * HALO;
    double sum = 0;
    for (int tile = threadIdx.x; tile < level.tiles_x * level.tiles_y; tile += 32) {
        sum += __ldcg(&sums[tile * HALO + iteration]);
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        sum += __shfl_xor_sync(0xffffffffu, sum, distance);
    }
    return sum;
}

// What the launch's iterations came to: how many of them count, and whether the warp ends there.
struct Outcome {
    int num_done;
    bool stops, has_error;
    double error;
};

__device__ inline Outcome judge_iterations(const Problem& problem, const Slot& slot) {
    const bool is_checked = problem.checks_every_iteration || slot.run == slot.until_check;
    if (slot.step != ITERATE || !is_checked) return {slot.run, false, false, 0};
    const double limit = error_limit(problem, slot);
    double error = 0;
    for (int n = problem.checks_every_iteration ? 0 : slot.run - 1; n < slot.run; ++n) {
        error = sum_tiles(problem, slot, n);
        if (!(error > limit)) return {n + 1, true, true, error};
    }
    return {slot.run, false, true, error};
}

__device__ inline void count_iterations(const Problem& problem, Slot& slot, Outcome outcome) {
    if (outcome.num_done < slot.run) {  // the stop lies within: once more from here, up to it
        slot.run = outcome.num_done;
        return;
    }
    slot.flow_side ^= 1;
    slot.dual_side ^= 1;
    slot.iteration += slot.run;
    slot.until_check -= slot.run;
    if (outcome.stops || slot.iteration == problem.max_iterations) {
        end_warp(problem, slot);
        return;
    }
    if (outcome.has_error) {
        slot.error = outcome.error;
        slot.until_check = iterations_until_check(problem, slot, error_limit(problem, slot));
    }
    plan_iterations(problem, slot);
}

__device__ inline void take_next_step(const Problem& problem, Slot& slot, Outcome outcome) {
    switch (slot.step) {
        case SHRINK:
            slot.level += 1;
            if (slot.level == problem.num_levels) slot.step = ENTER;
            break;
        case ENTER:
            slot.level -= 1;
            slot.flow_side ^= 1;
            slot.warp = 0;
            slot.step = LINEARISE;
            break;
        case LINEARISE:
            begin_iterations(problem, slot);
            break;
        case MEDIAN:
            slot.flow_side ^= 1;
            plan_iterations(problem, slot);
            break;
        case ITERATE:
            count_iterations(problem, slot, outcome);
            break;
        case DELIVER:
            take_next_pair(problem, slot);
            break;
    }
    slot.num_arrived = 0;
}

// Every block calls it after its part of the slot's step. The last one to arrive takes the next
// step; it shows in the next launch, so nobody waits.
__device__ inline void arrive(const Problem& problem, int num_blocks) {
    __shared__ bool is_last;
    Slot& slot = problem.slots[blockIdx.y];
    const bool is_first_thread = threadIdx.x == 0 && threadIdx.y == 0;
    __syncthreads();  // no thread reads the slot's old state any more
    if (is_first_thread) {
        __threadfence();  // this block's sums come before its arrival
        is_last = atomicAdd(&slot.num_arrived, 1) == num_blocks - 1;
    }
    __syncthreads();
    if (!is_last || threadIdx.y > 0) return;
    __threadfence();
    const Outcome outcome = judge_iterations(problem, slot);
    __syncwarp();  // the others have read the slot too
    if (is_first_thread) take_next_step(problem, slot, outcome);
}
