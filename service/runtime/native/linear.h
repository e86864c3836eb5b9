// Dense layers on a few rows at a time, written with compiler vectors so that one source serves every CPU.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#define INLINE static inline __attribute__((always_inline))

constexpr int LANES = 16;
constexpr int PANEL = 64;  // columns of a weight panel; panels lie one after the other, rows inside
typedef float Vector __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

INLINE int padded(int columns) { return (columns + PANEL - 1) / PANEL * PANEL; }

// A layer y = x W + b. `weight` holds panels of shape (inputs, PANEL), zero beyond `outputs`.
struct Dense {
    const float *weight, *bias;
    int inputs, outputs;
};

// One panel for ROWS rows. Each output is summed over the inputs in the same order whatever ROWS is,
// so that a result does not depend on what else is in the batch.
template <int ROWS>
INLINE void panel_rows(const float *weight, const float *bias, int inputs, const float *x, int x_stride, float *y) {
    constexpr int VECTORS = PANEL / LANES;
    Vector sum[ROWS][VECTORS];
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++) sum[r][v] = *(const Vector *)(bias + v * LANES);
    for (int i = 0; i < inputs; i++, weight += PANEL)
        for (int v = 0; v < VECTORS; v++) {
            const Vector w = *(const Vector *)(weight + v * LANES);
            for (int r = 0; r < ROWS; r++) sum[r][v] += x[r * x_stride + i] * w;
        }
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++) *(Vector *)(y + r * PANEL + v * LANES) = sum[r][v];
}

// y (rows, y_stride) = x (rows, x_stride) W + b, through ReLU where `relu`; added to y where `add`.
INLINE void dense(const Dense &layer, const float *x, int x_stride, float *y, int y_stride, int rows, bool relu = false,
                  bool add = false) {
    for (int column = 0; column < layer.outputs; column += PANEL) {
        const float *weight = layer.weight + (size_t)column * layer.inputs, *bias = layer.bias + column;
        const int width = std::min(PANEL, layer.outputs - column);
        for (int row = 0; row < rows;) {
            alignas(64) float block[4 * PANEL];
            const float *from = x + (size_t)row * x_stride;
            const int count = rows - row >= 4 ? 4 : rows - row >= 2 ? 2 : 1;
            if (count == 4) panel_rows<4>(weight, bias, layer.inputs, from, x_stride, block);
            else if (count == 2) panel_rows<2>(weight, bias, layer.inputs, from, x_stride, block);
            else panel_rows<1>(weight, bias, layer.inputs, from, x_stride, block);
            for (int r = 0; r < count; r++, row++)
                for (int c = 0; c < width; c++) {
                    float value = block[r * PANEL + c];
                    if (relu) value = std::max(value, 0.0f);
                    float &out = y[(size_t)row * y_stride + column + c];
                    out = add ? out + value : value;
                }
        }
    }
}

// exp with a relative error below 2e-7 for -87 < x < 88 (range reduction by ln 2 in two parts, then a polynomial).
INLINE float exponential(float x) {
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

INLINE float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }
INLINE float hyperbolic_tangent(float x) { return 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f); }
