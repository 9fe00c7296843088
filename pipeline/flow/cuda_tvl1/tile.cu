// The pixels that a block of the iterations holds on the chip: a tile of TILE_WIDTH x TILE_HEIGHT,
// of which 32 threads have a strip of ROWS rows, and each COLUMNS pixels of a row, in registers.
//
// An iteration reaches one pixel far, so after n of them all but a rim of n pixels is right.
// Neighbouring tiles overlap by 2 HALO pixels for that; each pixel is the own of one tile.

constexpr int TILE_WIDTH = 32 * COLUMNS, TILE_HEIGHT = ROWS * WARPS;
constexpr float SMALLEST_NORM = 1.1920929e-7f;  // FLT_EPSILON, as in OpenCV
constexpr unsigned ALL_LANES = 0xffffffffu;

// Where a tile lies, and the pixels that are its own; ends exclusive.
struct Tile {
    int left, top;
    int first_column, end_column, first_row, end_row;
};

__device__ inline Tile find_tile(const Level& level, int number) {
    const int column = number % level.tiles_x, row = number / level.tiles_x;
    const int left = column * (TILE_WIDTH - 2 * HALO), top = row * (TILE_HEIGHT - 2 * HALO);
    const bool is_last_column = column == level.tiles_x - 1, is_last_row = row == level.tiles_y - 1;
    return {left,
            top,
            column == 0 ? 0 : left + HALO,
            is_last_column ? level.width : left + TILE_WIDTH - HALO,
            row == 0 ? 0 : top + HALO,
            is_last_row ? level.height : top + TILE_HEIGHT - HALO};
}

// One value for each of a thread's pixels.
typedef float Values[ROWS][COLUMNS];

// A thread's pixels: where they begin, and what it holds of them.
struct Patch {
    int x, y, strip;
    unsigned own;  // a bit for each: whether it is the tile's own
    Values g1, g2, constant;
    Values u1, u2, p11, p12, p21, p22;
};

// What the threads of a block show each other, and what the registers have no room for.
struct Shared {
    // Row n has the uppermost row of u of strip n, and the lowest of p of the strip above it; that
    // above the first is 0.
    float u1[WARPS + 1][TILE_WIDTH], u2[WARPS + 1][TILE_WIDTH];
    float p12[WARPS + 1][TILE_WIDTH], p22[WARPS + 1][TILE_WIDTH];
    float inverse_norm[TILE_HEIGHT][TILE_WIDTH];  // 1 / |g|^2
    double changes[HALO][WARPS];                  // |u' - u|^2 of iterations and strips
};

__device__ inline int bit_of(int row, int column) { return row * COLUMNS + column; }

__device__ inline void place_patch(const Tile& tile, Patch& patch) {
    patch.strip = __shfl_sync(ALL_LANES, threadIdx.y, 0);  // so the compiler knows it is a warp's
    patch.x = tile.left + threadIdx.x * COLUMNS;
    patch.y = tile.top + patch.strip * ROWS;
    patch.own = 0;
#pragma unroll
    for (int row = 0; row < ROWS; ++row) {
#pragma unroll
        for (int column = 0; column < COLUMNS; ++column) {
            const int x = patch.x + column, y = patch.y + row;
            const bool is_own = x >= tile.first_column && x < tile.end_column &&
                                y >= tile.first_row && y < tile.end_row;
            patch.own |= unsigned(is_own) << bit_of(row, column);
        }
    }
}

// Reads a plane's values; they are 0 outside of the image.
__device__ inline void load(const float* plane, const Level& level, const Patch& patch,
                            Values& values) {
    const float* line = plane + (patch.y * level.width + patch.x);
#pragma unroll
    for (int row = 0; row < ROWS; ++row, line += level.width) {
#pragma unroll
        for (int column = 0; column < COLUMNS; ++column) {
            const bool is_inside =
                patch.x + column < level.width && patch.y + row < level.height;
            values[row][column] = is_inside ? line[column] : 0.0f;
        }
    }
}

__device__ inline void load_patch(const Problem& problem, const Slot& slot, const Level& level,
                                  Patch& patch, Shared& shared) {
    const int flow = FLOW + 2 * slot.flow_side, dual = DUAL + 4 * slot.dual_side;
    load(plane(problem, WARPED_X), level, patch, patch.g1);
    load(plane(problem, WARPED_Y), level, patch, patch.g2);
    load(plane(problem, CONSTANT), level, patch, patch.constant);
    load(plane(problem, flow), level, patch, patch.u1);
    load(plane(problem, flow + 1), level, patch, patch.u2);
    load(plane(problem, dual), level, patch, patch.p11);
    load(plane(problem, dual + 1), level, patch, patch.p12);
    load(plane(problem, dual + 2), level, patch, patch.p21);
    load(plane(problem, dual + 3), level, patch, patch.p22);
#pragma unroll
    for (int row = 0; row < ROWS; ++row) {
#pragma unroll
        for (int column = 0; column < COLUMNS; ++column) {
            const float g1 = patch.g1[row][column], g2 = patch.g2[row][column];
            const float norm = fmaxf(g1 * g1 + g2 * g2, SMALLEST_NORM);
            shared.inverse_norm[patch.strip * ROWS + row][threadIdx.x * COLUMNS + column] =
                1.0f / norm;
        }
    }
}

// Writes the tile's own pixels into the other copies of flow and dual fields.
__device__ inline void store_patch(const Problem& problem, const Slot& slot, const Level& level,
                                   const Patch& patch) {
    const int pixel = patch.y * level.width + patch.x;
    float* flow = flow_plane(problem, slot.flow_side ^ 1, 0) + pixel;
    float* dual = dual_plane(problem, slot.dual_side ^ 1, 0, 0) + pixel;
    const long long next = problem.floats_per_plane;
#pragma unroll
    for (int row = 0; row < ROWS; ++row, flow += level.width, dual += level.width) {
#pragma unroll
        for (int column = 0; column < COLUMNS; ++column) {
            if (patch.own >> bit_of(row, column) & 1u) {
                flow[column] = patch.u1[row][column];
                flow[column + next] = patch.u2[row][column];
                dual[column] = patch.p11[row][column];
                dual[column + next] = patch.p12[row][column];
                dual[column + 2 * next] = patch.p21[row][column];
                dual[column + 3 * next] = patch.p22[row][column];
            }
        }
    }
}
