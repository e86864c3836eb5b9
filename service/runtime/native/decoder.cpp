// The autoregressive parts of Sambert: the mel decoder (PNCA attention over a band) and the duration predictor.
// They run thousands of small layers one after the other, where calling a library for each costs more than
// the arithmetic. Arrays belong to the caller; nothing here allocates beyond a call.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

extern "C" {

// `lanes` is the width of vectors, at most `widest_vectors`; `exact` weights are floats, others int16_t.
struct Decoder {
    const void *weights;
    int32_t lanes, exact, layers, heads, units, inner, memory, mels, frames_per_step, prenet[3];
};

// One sentence on its way through the decoder.
struct Sequence {
    int32_t steps, step, band, projected;
    const float *memory;  // (steps, memory)
    float *input;         // (steps, units): the memory's share of the decoder's input
    float *memory_cache;  // (layers, steps, 2 * units): keys and values of the memory
    float *cache;         // (layers, band + 1, 2 * units): those of the last steps, a ring
    float *frames;        // (steps, frames_per_step * mels)
};

struct DurationPredictor {
    const void *weights;
    int32_t lanes, condition, prenet[2], units;
};
}

namespace lanes_4 {
constexpr int LANES = 4;
#include "networks.h"
}  // namespace lanes_4

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v3")
namespace lanes_8 {
constexpr int LANES = 8;
#include "networks.h"
}  // namespace lanes_8
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4")
namespace lanes_16 {
constexpr int LANES = 16;
#include "networks.h"
}  // namespace lanes_16
#pragma GCC pop_options

static int widest() { return __builtin_cpu_supports("x86-64-v4") ? 16 : __builtin_cpu_supports("x86-64-v3") ? 8 : 4; }

#else

namespace lanes_8 = lanes_4;
namespace lanes_16 = lanes_4;
static int widest() { return 4; }

#endif

extern "C" {

// How many floats this CPU's vectors hold: 4, 8 or 16.
int32_t widest_vectors() { return widest(); }

// Advances each sequence by up to `steps` steps, or to its end.
void decode(const Decoder *decoder, Sequence **sequences, int32_t count, int32_t steps) {
    if (decoder->lanes == 16) lanes_16::decode(*decoder, sequences, count, steps);
    else if (decoder->lanes == 8) lanes_8::decode(*decoder, sequences, count, steps);
    else lanes_4::decode(*decoder, sequences, count, steps);
}

// log(duration + 1) of each of n symbols from their conditions (n, condition).
void predict_durations(const DurationPredictor *predictor, const float *conditions, int32_t n, float *out) {
    if (predictor->lanes == 16) lanes_16::predict(*predictor, conditions, n, out);
    else if (predictor->lanes == 8) lanes_8::predict(*predictor, conditions, n, out);
    else lanes_4::predict(*predictor, conditions, n, out);
}
}
