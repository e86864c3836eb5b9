// HiFi-GAN (Kong et al. 2020) over a piece of a mel. Its convolutions take pairs of 16-bit integers, which one
// instruction multiplies and adds up in 32 bits; what runs on from layer to layer, and the last layer, are fp32.
// Arrays belong to the caller. Where `vocoder_runs_here` is 0 nothing else here may be called.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" {

// `weight` has the shape (outputs / 8, size, inputs / 2, 8), its numbers being pairs of inputs; `unit`, what 1 in
// the sum of an output stands for, and `bias` are as long as the outputs; all are filled up with zeros. An input of 1
// has `levels` levels. The first output sees `back` inputs before the first.
struct Convolution {
    const uint32_t *weight;
    const float *unit, *bias;
    float levels;
    int32_t inputs, outputs, size, dilation, back;
};

// What the excitation adds to a stage: `weight` has the shape (size, channels). Size 0: nothing.
struct Source {
    const float *weight, *bias;
    int32_t size, stride, back;
};

// Upsampling, source, and residual blocks, whose convolutions lie behind each other.
struct Stage {
    Convolution up;  // gives all phases of the higher rate, one after the other
    Source source;
    const Convolution *blocks;
    int32_t channels, scale, before, behind;  // frames of context that are still needed behind the stage
};

struct Vocoder {
    Convolution first;
    const Stage *stages;
    const int32_t *turns;  // how many pairs of convolutions each residual block of a stage has
    const float *last;     // weights (channels, size), then the bias
    int32_t stage_count, block_count, hop, last_size, last_back;
    int32_t edge;  // how far any layer sees beyond what it is given
};

int32_t vocoder_runs_here();
void vocode(const Vocoder *vocoder, const float *mel, const float *excitation, int32_t frames, int32_t before,
            int32_t behind, float *samples);
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)

int32_t vocoder_runs_here() {
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
#include <immintrin.h>

#define INLINE inline __attribute__((always_inline))

namespace {

constexpr int LANES = 16, VECTORS = 3, TILE = LANES * VECTORS;  // steps in time that are computed together
constexpr int GROUP = 8;                                         // for so many outputs
constexpr float SLOPE = 0.1f, LAST_SLOPE = 0.01f;

INLINE int lower(int a, int b) { return a < b ? a : b; }
INLINE int higher(int a, int b) { return a > b ? a : b; }
INLINE __mmask16 first_lanes(int count) { return count >= LANES ? 0xffff : (__mmask16)((1u << higher(count, 0)) - 1); }

// Channels along time, with room for `edge` steps before them, and behind them for as many and a tile. Behind the
// last channel there are rows of zeros, so that a group of outputs can be written as a whole.
template <class Number> class Rows {
  public:
    Rows(int rows, int length, int edge) : edge_(edge), length_(length) {
        stride_ = ((size_t)length + 2 * edge + TILE + LANES - 1) / LANES * LANES;
        if (stride_ % 1024 == 0) stride_ += LANES;  // else all rows would lie in the same few lines of the cache
        const int spare = (GROUP - rows % GROUP) % GROUP;
        memory_ = (Number *)std::aligned_alloc(64, (rows + spare) * stride_ * sizeof(Number));
        if (!memory_) std::abort();
        std::memset(memory_ + rows * stride_, 0, spare * stride_ * sizeof(Number));
    }
    ~Rows() { std::free(memory_); }
    Rows(const Rows &) = delete;
    Rows &operator=(const Rows &) = delete;

    INLINE Number *row(int index) const { return memory_ + index * stride_ + edge_; }
    INLINE int length() const { return length_; }
    INLINE size_t stride() const { return stride_; }

    void zero_edges(int rows) const {
        for (int r = 0; r < rows; r++) {
            std::memset(row(r) - edge_, 0, edge_ * sizeof(Number));
            std::memset(row(r) + length_, 0, (edge_ + TILE) * sizeof(Number));
        }
    }

  private:
    Number *memory_;
    size_t stride_;
    int edge_, length_;
};

typedef Rows<float> Floats;
typedef Rows<uint32_t> Pairs;  // each of two channels in 16 bits, the first one in the lower half

INLINE __m512 leaky(__m512 x, float slope) { return _mm512_max_ps(x, _mm512_mul_ps(x, _mm512_set1_ps(slope))); }

INLINE __m512i rounded(__m512 x, float levels) { return _mm512_cvtps_epi32(_mm512_mul_ps(x, _mm512_set1_ps(levels))); }

// Two channels as the layer with these levels sees them; what is beyond 16 bits is cut off.
INLINE __m512i paired(__m512 first, __m512 second, float levels) {
    const __m512i fours = _mm512_packs_epi32(rounded(first, levels), rounded(second, levels));
    const __m128i order = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
    return _mm512_shuffle_epi8(fours, _mm512_broadcast_i32x4(order));
}

// Taylor's series around the nearest multiple of pi; within 4e-6.
INLINE __m512 sine(__m512 x) {
    const __m512 turns = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(0.318309886f)), 0);
    const __m512 r = _mm512_fnmadd_ps(turns, _mm512_set1_ps(3.14159265f), x), square = _mm512_mul_ps(r, r);
    __m512 sum = _mm512_set1_ps(2.7557319e-6f);
    sum = _mm512_fmadd_ps(sum, square, _mm512_set1_ps(-1.9841270e-4f));
    sum = _mm512_fmadd_ps(sum, square, _mm512_set1_ps(8.3333333e-3f));
    sum = _mm512_fmadd_ps(sum, square, _mm512_set1_ps(-1.6666667e-1f));
    sum = _mm512_fmadd_ps(_mm512_mul_ps(sum, square), r, r);
    const __m512i odd = _mm512_slli_epi32(_mm512_cvtps_epi32(turns), 31);
    return _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(sum), odd));
}

// Puts rows of floats, each through `change`, into pairs.
template <class Change>
void pair_rows(const float *from, size_t stride, int rows, float levels, const Pairs &to, Change change) {
    to.zero_edges((rows + 1) / 2);
    for (int r = 0; r < rows; r += 2) {
        const float *first = from + r * stride, *second = r + 1 < rows ? first + stride : nullptr;
        for (int t = 0; t < to.length(); t += LANES) {
            const __mmask16 lanes = first_lanes(to.length() - t);
            const __m512 a = change(_mm512_maskz_loadu_ps(lanes, first + t));
            const __m512 b = second ? change(_mm512_maskz_loadu_ps(lanes, second + t)) : _mm512_setzero_ps();
            _mm512_mask_storeu_epi32(to.row(r / 2) + t, lanes, paired(a, b, levels));
        }
    }
}

// What a layer gives for some outputs and steps.
struct Tile {
    __m512i sums[GROUP][VECTORS];
    const float *unit, *bias;  // of the first output

    INLINE __m512 at(int g, int v) const {
        return _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[g][v]), _mm512_set1_ps(unit[g]), _mm512_set1_ps(bias[g]));
    }
};

// A layer, tile by tile; `store` is told the first output and step of each.
template <class Store> void convolve(const Convolution &layer, const Pairs &in, Store store) {
    const int pairs = (layer.inputs + 1) / 2;
    for (int output = 0; output < layer.outputs; output += GROUP)
        for (int t = 0; t < in.length(); t += TILE) {
            Tile tile;
            __m512i (&sums)[GROUP][VECTORS] = tile.sums;
            tile.unit = layer.unit + output, tile.bias = layer.bias + output;
            for (int g = 0; g < GROUP; g++)
                for (int v = 0; v < VECTORS; v++) sums[g][v] = _mm512_setzero_si512();
            const uint32_t *weight = layer.weight + (size_t)output * layer.size * pairs;
            for (int tap = 0; tap < layer.size; tap++)
                for (int pair = 0; pair < pairs; pair++, weight += GROUP) {
                    const uint32_t *x = in.row(pair) + t - layer.back + tap * layer.dilation;
                    __m512i seen[VECTORS];
                    for (int v = 0; v < VECTORS; v++) seen[v] = _mm512_loadu_si512(x + v * LANES);
                    for (int g = 0; g < GROUP; g++) {
                        const __m512i w = _mm512_set1_epi32((int)weight[g]);
                        for (int v = 0; v < VECTORS; v++) sums[g][v] = _mm512_dpwssds_epi32(sums[g][v], seen[v], w);
                    }
                }
            store(output, t, tile);
        }
}

// Writes outputs as rows of a rate that is `scale` times higher: they are its phases, one after the other.
INLINE void interleave(const Convolution &layer, int scale, const Floats &to, int length, int output, int t,
                       const Tile &tile) {
    const int channels = layer.outputs / scale, count = lower(TILE, length - t);
    for (int g = 0; g < GROUP && output + g < layer.outputs; g++) {
        float *row = to.row((output + g) % channels) + t * scale + (output + g) / channels;
        float values[TILE];
        for (int v = 0; v < VECTORS; v++) _mm512_storeu_ps(values + v * LANES, tile.at(g, v));
        for (int i = 0; i < count; i++) row[i * scale] = values[i];
    }
}

// The layer inside a pair: its outputs become what the next one sees.
INLINE void inner(const Convolution &layer, const Pairs &from, const Convolution &next, const Pairs &to) {
    convolve(layer, from, [&](int output, int t, const Tile &tile) {
        for (int g = 0; g < GROUP; g += 2)
            for (int v = 0; v < VECTORS; v++) {
                const int at = t + v * LANES;
                const __m512 a = leaky(tile.at(g, v), SLOPE), b = leaky(tile.at(g + 1, v), SLOPE);
                const __m512i both = paired(a, b, next.levels);
                _mm512_mask_storeu_epi32(to.row((output + g) / 2) + at, first_lanes(to.length() - at), both);
            }
    });
}

// The layer that ends a pair: added to what went into the pair, and made ready for the next one.
INLINE void outer(const Convolution &layer, const Pairs &from, const Floats &before, const Floats &after,
                  const Convolution &next, const Pairs &to) {
    convolve(layer, from, [&](int output, int t, const Tile &tile) {
        for (int g = 0; g < GROUP; g += 2)
            for (int v = 0; v < VECTORS; v++) {
                const int at = t + v * LANES, row = output + g;
                const __m512 a = _mm512_add_ps(tile.at(g, v), _mm512_loadu_ps(before.row(row) + at));
                const __m512 b = _mm512_add_ps(tile.at(g + 1, v), _mm512_loadu_ps(before.row(row + 1) + at));
                _mm512_storeu_ps(after.row(row) + at, a);
                _mm512_storeu_ps(after.row(row + 1) + at, b);
                const __m512i both = paired(leaky(a, SLOPE), leaky(b, SLOPE), next.levels);
                _mm512_mask_storeu_epi32(to.row(row / 2) + at, first_lanes(to.length() - at), both);
            }
    });
}

// The layer that ends a block, whose share of the blocks' mean is added up.
INLINE void last_outer(const Convolution &layer, const Pairs &from, const Floats &before, float share, bool add,
                       const Floats &mean) {
    convolve(layer, from, [&](int output, int t, const Tile &tile) {
        for (int g = 0; g < GROUP; g++)
            for (int v = 0; v < VECTORS; v++) {
                float *to = mean.row(output + g) + t + v * LANES;
                const __m512 x = _mm512_add_ps(tile.at(g, v), _mm512_loadu_ps(before.row(output + g) + t + v * LANES));
                const __m512 others = add ? _mm512_loadu_ps(to) : _mm512_setzero_ps();
                _mm512_storeu_ps(to, _mm512_fmadd_ps(x, _mm512_set1_ps(share), others));
            }
    });
}

// Adds the excitation at a stage's rate; `offset` is the sample of the first step.
void add_source(const Source &source, const float *excitation, int samples, int offset, int channels, const Floats &x) {
    for (int first = 0; first < channels; first += LANES) {
        const int count = lower(LANES, channels - first);
        const __mmask16 lanes = first_lanes(count);
        for (int t = 0; t < x.length(); t++) {
            __m512 sum = _mm512_maskz_loadu_ps(lanes, source.bias + first);
            const int at = offset + t * source.stride - source.back;
            for (int tap = higher(0, -at); tap < lower(source.size, samples - at); tap++) {
                const __m512 weight = _mm512_maskz_loadu_ps(lanes, source.weight + tap * channels + first);
                sum = _mm512_fmadd_ps(weight, _mm512_set1_ps(excitation[at + tap]), sum);
            }
            float values[LANES];
            _mm512_storeu_ps(values, sum);
            for (int c = 0; c < count; c++) x.row(first + c)[t] += values[c];
        }
    }
}

// The mean of a stage's residual blocks.
void run_blocks(const Vocoder &vocoder, const Stage &stage, const Floats &x, const Floats &mean) {
    const int channels = stage.channels, length = x.length(), edge = vocoder.edge;
    const int pairs = (channels + 1) / 2;
    const Pairs start(pairs, length, edge), seen(pairs, length, edge), between(pairs, length, edge);
    const Floats residual(channels, length, edge);
    const Convolution *layer = stage.blocks;
    // The blocks' first layers see the same, and have the same levels.
    pair_rows(x.row(0), x.stride(), channels, layer->levels, start, [](__m512 v) { return leaky(v, SLOPE); });
    seen.zero_edges(pairs);
    between.zero_edges(pairs);
    for (int block = 0; block < vocoder.block_count; block++)
        for (int turn = 0; turn < vocoder.turns[block]; turn++, layer += 2) {
            const Floats &before = turn ? residual : x;
            inner(layer[0], turn ? seen : start, layer[1], between);
            if (turn + 1 < vocoder.turns[block]) outer(layer[1], between, before, residual, layer[2], seen);
            else last_outer(layer[1], between, before, 1.0f / vocoder.block_count, block > 0, mean);
        }
}

// The last layer and the way to samples, of `count` steps from `first` on.
void finish(const Vocoder &vocoder, const Floats &x, int channels, int first, int count, float *samples) {
    const Floats seen(channels, x.length(), vocoder.edge);
    seen.zero_edges(channels);
    for (int c = 0; c < channels; c++)
        for (int t = 0; t < x.length(); t++) {
            const float value = x.row(c)[t];
            seen.row(c)[t] = value > 0 ? value : LAST_SLOPE * value;
        }
    for (int t = 0; t < count; t += LANES) {
        __m512 sum = _mm512_set1_ps(vocoder.last[channels * vocoder.last_size]);
        for (int c = 0; c < channels; c++)
            for (int tap = 0; tap < vocoder.last_size; tap++) {
                const __m512 v = _mm512_loadu_ps(seen.row(c) + first + t + tap - vocoder.last_back);
                sum = _mm512_fmadd_ps(v, _mm512_set1_ps(vocoder.last[c * vocoder.last_size + tap]), sum);
            }
        _mm512_mask_storeu_ps(samples + t, first_lanes(count - t), sum);
    }
    for (int t = 0; t < count; t++) samples[t] = std::tanh(samples[t]);
}

}  // namespace

// Makes `frames - before - behind` times `hop` samples of a mel (mels, frames), whose first and last frames are
// context, and for a vocoder with sources of an excitation of frames * hop samples.
void vocode(const Vocoder *pointer, const float *mel, const float *excitation, int32_t frames, int32_t before,
            int32_t behind, float *samples) {
    const Vocoder &vocoder = *pointer;
    int left = 0, right = 0, rate = 1, start = 0, length = frames, channels = vocoder.first.outputs;
    Floats *x = new Floats(channels, frames, vocoder.edge);
    {
        const Pairs seen((vocoder.first.inputs + 1) / 2, frames, vocoder.edge);
        pair_rows(mel, frames, vocoder.first.inputs, vocoder.first.levels, seen, [](__m512 v) { return v; });
        convolve(vocoder.first, seen, [&](int output, int t, const Tile &tile) {
            interleave(vocoder.first, 1, *x, frames, output, t, tile);
        });
    }
    for (int s = 0; s < vocoder.stage_count; s++) {
        const Stage &stage = vocoder.stages[s];
        const Pairs seen((channels + 1) / 2, length, vocoder.edge);
        pair_rows(x->row(0) + start, x->stride(), channels, stage.up.levels, seen,
                  [](__m512 v) { return leaky(_mm512_add_ps(v, sine(v)), SLOPE); });
        delete x;
        rate *= stage.scale;
        channels = stage.channels;
        const Floats raised(channels, length * stage.scale, vocoder.edge);
        convolve(stage.up, seen, [&](int output, int t, const Tile &tile) {
            interleave(stage.up, stage.scale, raised, seen.length(), output, t, tile);
        });
        if (stage.source.size)
            add_source(stage.source, excitation, frames * vocoder.hop, left * vocoder.hop, channels, raised);
        x = new Floats(channels, raised.length(), vocoder.edge);
        run_blocks(vocoder, stage, raised, *x);
        if (s + 1 == vocoder.stage_count) break;
        const int cut_left = higher(before - stage.before, left), cut_right = higher(behind - stage.behind, right);
        start = (cut_left - left) * rate;
        length = (frames - cut_left - cut_right) * rate;
        left = cut_left, right = cut_right;
    }
    finish(vocoder, *x, channels, (before - left) * rate, (frames - before - behind) * rate, samples);
    delete x;
}

#else

int32_t vocoder_runs_here() { return 0; }
void vocode(const Vocoder *, const float *, const float *, int32_t, int32_t, int32_t, float *) {}

#endif
