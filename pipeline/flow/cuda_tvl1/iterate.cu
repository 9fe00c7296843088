// ITERATE. Up to HALO iterations of TV-L1 in one launch (Zach et al. 2007; Sanchez et al. 2013):
//   rho = constant + g . u
//   v   = u + clamp(-rho / |g|^2, -lambda theta, lambda theta) g        (their equations 15 to 17)
//   u'  = v + theta div p
//   p'  = (p + tau/theta grad u') / (1 + tau/theta |grad u'|)           for both components of u
// div is by backward differences, with p = 0 before the first pixel; grad by forward differences,
// with u repeated beyond the last. Neighbours in x are read by shuffles, in y by shared memory.

// The u step; returns |u' - u|^2 over the tile's own pixels where it is asked for.
template <bool IS_SUMMED>
__device__ inline float take_flow_step(const Problem& problem, const Shared& shared, Patch& patch) {
    float change = 0;
#pragma unroll
    for (int row = 0; row < ROWS; ++row) {
        float left1 = __shfl_up_sync(ALL_LANES, patch.p11[row][COLUMNS - 1], 1);
        float left2 = __shfl_up_sync(ALL_LANES, patch.p21[row][COLUMNS - 1], 1);
        if (threadIdx.x == 0) left1 = left2 = 0;
#pragma unroll
        for (int column = 0; column < COLUMNS; ++column) {
            const int strip = patch.strip, place = threadIdx.x * COLUMNS + column;
            const float p11 = patch.p11[row][column], p12 = patch.p12[row][column];
            const float p21 = patch.p21[row][column], p22 = patch.p22[row][column];
            const float above1 = row ? patch.p12[row - 1][column] : shared.p12[strip][place];
            const float above2 = row ? patch.p22[row - 1][column] : shared.p22[strip][place];
            const float div1 = p11 - left1 + (p12 - above1), div2 = p21 - left2 + (p22 - above2);
            const float g1 = patch.g1[row][column], g2 = patch.g2[row][column];
            float& u1 = patch.u1[row][column];
            float& u2 = patch.u2[row][column];
            const float rho = patch.constant[row][column] + g1 * u1 + g2 * u2;
            const float wanted = -rho * shared.inverse_norm[strip * ROWS + row][place];
            const float step = fminf(fmaxf(wanted, -problem.data_limit), problem.data_limit);
            if (IS_SUMMED && (patch.own >> bit_of(row, column) & 1u)) {
                const float change1 = step * g1 + problem.theta * div1;
                const float change2 = step * g2 + problem.theta * div2;
                change += change1 * change1 + change2 * change2;
            }
            u1 = u1 + step * g1 + problem.theta * div1;
            u2 = u2 + step * g2 + problem.theta * div2;
            left1 = p11;
            left2 = p21;
        }
    }
    return change;
}

// Repeats u beyond the image's last column, so that its forward difference is 0 there. A tile at
// the right border reaches at least one pixel beyond it (layout.py).
__device__ inline void repeat_last_column(const Level& level, Patch& patch) {
#pragma unroll
    for (int row = 0; row < ROWS; ++row) {
        const float before1 = __shfl_up_sync(ALL_LANES, patch.u1[row][COLUMNS - 1], 1);
        const float before2 = __shfl_up_sync(ALL_LANES, patch.u2[row][COLUMNS - 1], 1);
#pragma unroll
        for (int column = 0; column < COLUMNS; ++column) {
            if (patch.x + column == level.width) {
                patch.u1[row][column] = column ? patch.u1[row][column - 1] : before1;
                patch.u2[row][column] = column ? patch.u2[row][column - 1] : before2;
            }
        }
    }
}

// The same of the last row, which this strip has.
__device__ inline void repeat_last_row(const Level& level, Patch& patch, Shared& shared) {
#pragma unroll
    for (int column = 0; column < COLUMNS; ++column) {
#pragma unroll
        for (int row = 1; row < ROWS; ++row) {
            if (patch.y + row == level.height) {
                patch.u1[row][column] = patch.u1[row - 1][column];
                patch.u2[row][column] = patch.u2[row - 1][column];
            }
        }
        if (patch.y + ROWS == level.height) {
            const int place = threadIdx.x * COLUMNS + column;
            shared.u1[patch.strip + 1][place] = patch.u1[ROWS - 1][column];
            shared.u2[patch.strip + 1][place] = patch.u2[ROWS - 1][column];
        }
    }
}

// Chambolle's step of one component's dual field at one pixel.
__device__ inline void take_dual_step(float rate, float du_dx, float du_dy, float& px, float& py) {
    const float scale = 1.0f / (1.0f + rate * sqrtf(du_dx * du_dx + du_dy * du_dy));
    px = (px + rate * du_dx) * scale;
    py = (py + rate * du_dy) * scale;
}

// The p step.
__device__ inline void take_dual_steps(const Problem& problem, const Shared& shared, Patch& patch) {
#pragma unroll
    for (int row = 0; row < ROWS; ++row) {
        const float beyond1 = __shfl_down_sync(ALL_LANES, patch.u1[row][0], 1);
        const float beyond2 = __shfl_down_sync(ALL_LANES, patch.u2[row][0], 1);
#pragma unroll
        for (int column = 0; column < COLUMNS; ++column) {
            const bool is_last_row = row == ROWS - 1, is_last_column = column == COLUMNS - 1;
            const int strip = patch.strip, place = threadIdx.x * COLUMNS + column;
            const float u1 = patch.u1[row][column], u2 = patch.u2[row][column];
            const float right1 = is_last_column ? beyond1 : patch.u1[row][column + 1];
            const float right2 = is_last_column ? beyond2 : patch.u2[row][column + 1];
            const float below1 =
                is_last_row ? shared.u1[strip + 1][place] : patch.u1[row + 1][column];
            const float below2 =
                is_last_row ? shared.u2[strip + 1][place] : patch.u2[row + 1][column];
            take_dual_step(problem.dual_rate, right1 - u1, below1 - u1, patch.p11[row][column],
                           patch.p12[row][column]);
            take_dual_step(problem.dual_rate, right2 - u2, below2 - u2, patch.p21[row][column],
                           patch.p22[row][column]);
        }
    }
}

__device__ inline void show_flow(const Patch& patch, Shared& shared) {
#pragma unroll
    for (int column = 0; column < COLUMNS; ++column) {
        shared.u1[patch.strip][threadIdx.x * COLUMNS + column] = patch.u1[0][column];
        shared.u2[patch.strip][threadIdx.x * COLUMNS + column] = patch.u2[0][column];
    }
}

__device__ inline void show_dual(const Patch& patch, Shared& shared) {
#pragma unroll
    for (int column = 0; column < COLUMNS; ++column) {
        shared.p12[patch.strip + 1][threadIdx.x * COLUMNS + column] = patch.p12[ROWS - 1][column];
        shared.p22[patch.strip + 1][threadIdx.x * COLUMNS + column] = patch.p22[ROWS - 1][column];
        if (patch.strip == 0) {
            shared.p12[0][threadIdx.x * COLUMNS + column] = 0;
            shared.p22[0][threadIdx.x * COLUMNS + column] = 0;
        }
    }
}

// Adds a strip's |u' - u|^2; in float64, as the errors of all else that is summed.
__device__ inline void add_change(float change, int iteration, const Patch& patch, Shared& shared) {
    double sum = change;
    for (int distance = 16; distance > 0; distance /= 2) {
        sum += __shfl_down_sync(ALL_LANES, sum, distance);
    }
    if (threadIdx.x == 0) shared.changes[iteration][patch.strip] = sum;
}

// One iteration of the tile's n-th; `reach` more of them follow. Rows from which those do not reach
// the tile's own need no work.
__device__ inline void iterate_once(const Problem& problem, const Level& level, const Tile& tile,
                                    int n, int reach, Patch& patch, Shared& shared) {
    const bool is_needed = patch.y < level.height && patch.y <= tile.end_row + reach &&
                           patch.y + ROWS > tile.first_row - reach;
    if (is_needed) {
        if (problem.checks_every_iteration || reach == 0) {
            const float change = take_flow_step<true>(problem, shared, patch);
            add_change(change, n, patch, shared);
        } else {
            take_flow_step<false>(problem, shared, patch);
        }
        if (tile.left + TILE_WIDTH > level.width) repeat_last_column(level, patch);
        if (patch.y + ROWS >= level.height) repeat_last_row(level, patch, shared);
        show_flow(patch, shared);
    } else if (threadIdx.x == 0) {
        shared.changes[n][patch.strip] = 0;
    }
    __syncthreads();
    if (is_needed) {
        take_dual_steps(problem, shared, patch);
        show_dual(patch, shared);
    }
    __syncthreads();
}

// The kernel: a grid of (tiles, slots). Slots that do not iterate are left alone.
extern "C" __global__ void __launch_bounds__(32 * WARPS, BLOCKS)
    iterate(const __grid_constant__ Problem problem) {
    __shared__ Shared shared;
    const Slot slot = problem.slots[blockIdx.y];
    if (slot.step != ITERATE) return;
    const Level level = problem.levels[slot.level];
    const int num_tiles = level.tiles_x * level.tiles_y;
    if (blockIdx.x >= num_tiles) return;
    const Tile tile = find_tile(level, blockIdx.x);
    Patch patch;
    place_patch(tile, patch);
    load_patch(problem, slot, level, patch, shared);
    show_dual(patch, shared);
    __syncthreads();
    for (int n = 0; n < slot.run; ++n) {
        iterate_once(problem, level, tile, n, slot.run - 1 - n, patch, shared);
    }
    store_patch(problem, slot, level, patch);
    const int thread = threadIdx.y * 32 + threadIdx.x;
    if (thread < slot.run) {
        double sum = 0;
        for (int strip = 0; strip < WARPS; ++strip) sum += shared.changes[thread][strip];
        const long long place = (long long)blockIdx.y * problem.max_tiles + blockIdx.x;
        problem.sums[place * HALO + thread] = sum;
        __threadfence();
    }
    arrive(problem, num_tiles);
}
