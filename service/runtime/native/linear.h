// Dense layers on a few rows at a time, in compiler vectors of LANES floats, so that one source serves every CPU.

constexpr int PANEL = 64;  // columns of a weight panel; panels lie one after the other, rows inside
constexpr int SUMS = LANES == 16 ? 16 : 8;  // vectors that registers hold beside what is added to them

typedef float Vector __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int32_t Integers __attribute__((vector_size(LANES * 4)));
typedef int16_t Shorts __attribute__((vector_size(LANES * 2), aligned(2)));

static inline Vector load(const float *from) { return *(const Vector *)from; }
static inline Vector load(const int16_t *from) {
    return __builtin_convertvector(__builtin_convertvector(*(const Shorts *)from, Integers), Vector);
}

static inline int padded(int columns) { return (columns + PANEL - 1) / PANEL * PANEL; }

// A layer y = (x W) unit + b. `weight` holds panels of shape (inputs, PANEL); all is zero beyond `outputs`.
template <class Weight> struct Dense {
    const Weight *weight;
    const float *unit, *bias;
    int inputs, outputs;
};

// One panel for ROWS rows. Each output is summed over the inputs in the same order whatever ROWS is,
// so that a result does not depend on what else is in the batch.
template <class Weight, int ROWS>
static inline void panel_rows(const Dense<Weight> &layer, int panel, const float *x, int x_stride, float *y) {
    constexpr int VECTORS = std::min(PANEL / LANES, SUMS / ROWS);
    for (int column = 0; column < PANEL; column += VECTORS * LANES) {
        const Weight *weight = layer.weight + (size_t)panel * layer.inputs + column;
        Vector sum[ROWS][VECTORS];
        for (int r = 0; r < ROWS; r++)
            for (int v = 0; v < VECTORS; v++) sum[r][v] = Vector{};
        for (int i = 0; i < layer.inputs; i++, weight += PANEL)
            for (int v = 0; v < VECTORS; v++) {
                const Vector w = load(weight + v * LANES);
                for (int r = 0; r < ROWS; r++) sum[r][v] += x[r * x_stride + i] * w;
            }
        for (int v = 0; v < VECTORS; v++) {
            const int at = column + v * LANES;
            const Vector unit = load(layer.unit + panel + at), bias = load(layer.bias + panel + at);
            for (int r = 0; r < ROWS; r++) *(Vector *)(y + r * PANEL + at) = sum[r][v] * unit + bias;
        }
    }
}

// y (rows, y_stride) = x (rows, x_stride) W + b, through ReLU where `relu`; added to y where `add`.
template <class Weight>
static void dense(const Dense<Weight> &layer, const float *x, int x_stride, float *y, int y_stride, int rows,
                  bool relu = false, bool add = false) {
    for (int panel = 0; panel < layer.outputs; panel += PANEL) {
        const int width = std::min(PANEL, layer.outputs - panel);
        for (int row = 0; row < rows;) {
            alignas(64) float block[4 * PANEL];
            const float *from = x + (size_t)row * x_stride;
            const int count = rows - row >= 4 ? 4 : rows - row >= 2 ? 2 : 1;
            if (count == 4) panel_rows<Weight, 4>(layer, panel, from, x_stride, block);
            else if (count == 2) panel_rows<Weight, 2>(layer, panel, from, x_stride, block);
            else panel_rows<Weight, 1>(layer, panel, from, x_stride, block);
            for (int r = 0; r < count; r++, row++)
                for (int c = 0; c < width; c++) {
                    float value = block[r * PANEL + c];
                    if (relu) value = std::max(value, 0.0f);
                    float &out = y[(size_t)row * y_stride + panel + c];
                    out = add ? out + value : value;
                }
        }
    }
}

// exp with a relative error below 2e-7 for -87 < x < 88 (range reduction by ln 2 in two parts, then a polynomial).
static inline float exponential(float x) {
    x = std::min(std::max(x, -87.0f), 88.0f);
    const float shifted = x * 1.44269504f + 12582912.0f;  // rounds: 1.5 * 2^23 leaves no room for a fraction
    const float power = shifted - 12582912.0f;
    const float rest = (x - power * 0.693359375f) + power * 2.12194440e-4f;
    float sum = 1.9875691500e-4f;
    for (float c : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f})
        sum = sum * rest + c;
    sum = sum * rest * rest + rest + 1.0f;
    int32_t bits;
    std::memcpy(&bits, &shifted, 4);
    const int32_t scale_bits = (bits + 127) << 23;
    float scale;
    std::memcpy(&scale, &scale_bits, 4);
    return sum * scale;
}

static inline float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }
static inline float hyperbolic_tangent(float x) { return 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f); }
