// HiFi-GAN (Kong et al. 2020) over a mel that comes in pieces. Its convolutions take pairs of 16-bit integers, which
// one instruction multiplies and adds up in 32 bits; what runs on from layer to layer, and the last layer, are fp32.
// Each layer gives as many steps as it gets, so what it gives comes late by as many as it looks ahead, and it keeps
// what it will look back at: nothing is computed twice, and pieces of any length give the same. Before the sentence and
// behind it nothing is computed: rows hold anything there, and zeros where a layer looks.
// Arrays belong to the caller. Where `vocoder_runs_here` is 0 nothing else here may be called.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

extern "C" {

// `weight` has the shape (outputs / 8, size, inputs / 2, 8), its numbers being pairs of inputs; `unit`, what 1 in
// the sum of an output stands for, and `bias` are as long as the outputs; all are filled up with zeros. An input of 1
// has `levels` levels. An output sees `ahead` inputs behind its own.
struct Convolution {
    const uint32_t *weight;
    const float *unit, *bias;
    float levels;
    int32_t inputs, outputs, size, dilation, ahead;
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
    int32_t channels, scale;
};

struct Vocoder {
    Convolution first;
    const Stage *stages;
    const int32_t *turns;  // how many pairs of convolutions each residual block of a stage has
    const float *last;     // weights (channels, size), then the bias
    int32_t stage_count, block_count, hop, last_size, last_ahead;
};

// A mel on its way, of `total` frames.
struct Sentence {
    int32_t total, frames;         // in all, and so far
    std::vector<uint32_t> memory;  // what layers look back at, one after the other
};

int32_t vocoder_runs_here();
int32_t vocoder_delay(const Vocoder *vocoder);
Sentence *begin_vocoding(int32_t total);
void end_vocoding(Sentence *sentence);
void vocode(const Vocoder *vocoder, Sentence *sentence, const float *mel, const float *excitation, int32_t frames,
            float *samples);
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)

int32_t vocoder_runs_here() {
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
#include <immintrin.h>
#include "rows.h"

namespace {

constexpr float SLOPE = 0.1f, LAST_SLOPE = 0.01f;

INLINE __mmask16 first_lanes(int count) { return count >= LANES ? 0xffff : (__mmask16)((1u << higher(count, 0)) - 1); }

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

INLINE int past(const Convolution &layer) { return (layer.size - 1) * layer.dilation; }

// Some steps of a layer that begins `wait` steps later, tile by tile; `store` is told each one's first output and step.
// Not inlined: where the caller is large, the compiler runs out of registers for the sums.
template <class Store>
__attribute__((noinline)) void convolve(const Convolution &layer, const Pairs &in, int wait, Span steps, Store store) {
    const int pairs = (layer.inputs + 1) / 2;
    for (int output = 0; output < layer.outputs; output += GROUP)
        for (int t = steps.from / LANES * LANES; t < steps.to; t += TILE) {
            Tile tile;
            __m512i (&sums)[GROUP][VECTORS] = tile.sums;
            tile.unit = layer.unit + output, tile.bias = layer.bias + output;
            for (int g = 0; g < GROUP; g++)
                for (int v = 0; v < VECTORS; v++) sums[g][v] = _mm512_setzero_si512();
            const uint32_t *weight = layer.weight + (size_t)output * layer.size * pairs;
            for (int tap = 0; tap < layer.size; tap++)
                for (int pair = 0; pair < pairs; pair++, weight += GROUP) {
                    const uint32_t *x = in.row(pair) + t + tap * layer.dilation - past(layer) - wait;
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
INLINE void inner(const Convolution &layer, const Pairs &from, int wait, Span steps, const Convolution &next,
                  const Pairs &to) {
    convolve(layer, from, wait, steps, [&](int output, int t, const Tile &tile) {
        for (int g = 0; g < GROUP; g += 2)
            for (int v = 0; v < VECTORS; v++) {
                const int at = t + v * LANES;
                const __m512 a = leaky(tile.at(g, v), SLOPE), b = leaky(tile.at(g + 1, v), SLOPE);
                const __m512i both = paired(a, b, next.levels);
                _mm512_mask_storeu_epi32(to.row((output + g) / 2) + at, first_lanes(to.length() - at), both);
            }
    });
}

// The layer that ends a pair: added to what went into the pair, `lag` steps ago, and made ready for the next one.
INLINE void outer(const Convolution &layer, const Pairs &from, Span steps, const Floats &before, int lag,
                  const Floats &after, const Convolution &next, const Pairs &to) {
    convolve(layer, from, 0, steps, [&](int output, int t, const Tile &tile) {
        for (int g = 0; g < GROUP; g += 2)
            for (int v = 0; v < VECTORS; v++) {
                const int at = t + v * LANES, row = output + g;
                const __m512 a = _mm512_add_ps(tile.at(g, v), _mm512_loadu_ps(before.row(row) + at - lag));
                const __m512 b = _mm512_add_ps(tile.at(g + 1, v), _mm512_loadu_ps(before.row(row + 1) + at - lag));
                _mm512_storeu_ps(after.row(row) + at, a);
                _mm512_storeu_ps(after.row(row + 1) + at, b);
                const __m512i both = paired(leaky(a, SLOPE), leaky(b, SLOPE), next.levels);
                _mm512_mask_storeu_epi32(to.row(row / 2) + at, first_lanes(to.length() - at), both);
            }
    });
}

// The layer that ends a block, whose share of the blocks' mean is added up.
INLINE void last_outer(const Convolution &layer, const Pairs &from, Span steps, const Floats &before, int lag,
                       float share, bool add, const Floats &mean) {
    convolve(layer, from, 0, steps, [&](int output, int t, const Tile &tile) {
        for (int g = 0; g < GROUP; g++)
            for (int v = 0; v < VECTORS; v++) {
                const int at = t + v * LANES;
                float *to = mean.row(output + g) + at;
                const __m512 x = _mm512_add_ps(tile.at(g, v), _mm512_loadu_ps(before.row(output + g) + at - lag));
                const __m512 others = add ? _mm512_loadu_ps(to) : _mm512_setzero_ps();
                _mm512_storeu_ps(to, _mm512_fmadd_ps(x, _mm512_set1_ps(share), others));
            }
    });
}

// Adds the excitation at a stage's rate; `first` is the sample that the first step belongs to.
void add_source(const Source &source, const float *first, int channels, const Floats &x) {
    for (int c = 0; c < channels; c += LANES) {
        const int count = lower(LANES, channels - c);
        const __mmask16 lanes = first_lanes(count);
        for (int t = 0; t < x.length(); t++) {
            __m512 sum = _mm512_maskz_loadu_ps(lanes, source.bias + c);
            for (int tap = 0; tap < source.size; tap++) {
                const __m512 weight = _mm512_maskz_loadu_ps(lanes, source.weight + tap * channels + c);
                sum = _mm512_fmadd_ps(weight, _mm512_set1_ps(first[t * source.stride - source.back + tap]), sum);
            }
            float values[LANES];
            _mm512_storeu_ps(values, sum);
            for (int i = 0; i < count; i++) x.row(c + i)[t] += values[i];
        }
    }
}

// How late a pair of convolutions comes, and a whole block of them.
INLINE int pair_delay(const Convolution *layer) { return layer[0].ahead + layer[1].ahead; }
int block_delay(const Convolution *layers, int turns) {
    int delay = 0;
    for (int turn = 0; turn < turns; turn++) delay += pair_delay(layers + 2 * turn);
    return delay;
}

// How late the blocks of a stage come, all as late as the slowest of them.
int blocks_delay(const Vocoder &vocoder, const Stage &stage) {
    int slowest = 0;
    const Convolution *layers = stage.blocks;
    for (int block = 0; block < vocoder.block_count; layers += 2 * vocoder.turns[block++])
        slowest = higher(slowest, block_delay(layers, vocoder.turns[block]));
    return slowest;
}

// As far back as anything is looked at, in whole vectors.
int farthest_past(const Vocoder &vocoder) {
    int farthest = higher(past(vocoder.first), vocoder.last_size - 1);
    for (int s = 0; s < vocoder.stage_count; s++) {
        const Stage &stage = vocoder.stages[s];
        int longest = 0, turns = 0;
        for (int block = 0; block < vocoder.block_count; block++) turns += vocoder.turns[block];
        for (int l = 0; l < 2 * turns; l++) longest = higher(longest, past(stage.blocks[l]));
        farthest = higher(farthest, higher(past(stage.up), longest + blocks_delay(vocoder, stage)));
    }
    return (farthest + LANES - 1) / LANES * LANES;
}

// What blocks of layers begin with: x, and x as their first layers see it, `delay` steps late.
struct Start {
    const Floats &x;
    const Pairs &seen;
    int delay;
};

// A block of pairs of layers, which begins `wait` steps later; adds its share of the blocks' mean, or begins with it.
void run_block(const Convolution *layer, int turns, const Start &start, int wait, const Place &place, float share,
               bool add, const Floats &mean, Memory &memory) {
    const int channels = layer->outputs, pairs = (channels + 1) / 2, edge = mean.edge();
    const Pairs seen(pairs, place.length, edge), between(pairs, place.length, edge);
    const Floats even(channels, place.length, edge), odd(channels, place.length, edge);
    int delay = start.delay + wait;
    for (int turn = 0; turn < turns; turn++, layer += 2, wait = 0) {
        const Floats &before = turn == 0 ? start.x : turn % 2 ? even : odd, &after = turn % 2 ? odd : even;
        const int lag = pair_delay(layer);
        if (turn) {
            memory.join(seen, pairs, past(layer[0]), place.within(delay));
            memory.join(before, channels, lag);
        }
        const Span inside = place.within(delay + layer[0].ahead);
        inner(layer[0], turn ? seen : start.seen, wait, inside, layer[1], between);
        memory.join(between, pairs, past(layer[1]), inside);
        delay += lag;
        const Span steps = place.within(delay);
        if (turn + 1 < turns) outer(layer[1], between, steps, before, wait + lag, after, layer[2], seen);
        else last_outer(layer[1], between, steps, before, wait + lag, share, add, mean);
    }
}

// The mean of a stage's residual blocks, of which the quicker ones wait, so that all come equally late. Gives how late.
int run_blocks(const Vocoder &vocoder, const Stage &stage, const Floats &x, int delay, const Place &place,
               const Floats &mean, Memory &memory) {
    const int channels = stage.channels, pairs = (channels + 1) / 2, edge = mean.edge();
    const Pairs seen(pairs, place.length, edge);
    // The blocks' first layers see the same, and have the same levels.
    pair_rows(x.row(0), x.stride(), channels, stage.blocks->levels, seen, [](__m512 v) { return leaky(v, SLOPE); });
    memory.join(seen, pairs, edge, place.within(delay));
    memory.join(x, channels, edge);
    const int slowest = blocks_delay(vocoder, stage);
    const Convolution *layers = stage.blocks;
    for (int block = 0; block < vocoder.block_count; layers += 2 * vocoder.turns[block++]) {
        const int turns = vocoder.turns[block], wait = slowest - block_delay(layers, turns);
        run_block(layers, turns, {x, seen, delay}, wait, place, 1.0f / vocoder.block_count, block > 0, mean, memory);
    }
    return delay + slowest;
}

// The last layer and the way to samples.
void finish(const Vocoder &vocoder, const Floats &x, int channels, Span within, Memory &memory, float *samples) {
    const int past = vocoder.last_size - 1;
    const Floats seen(channels, x.length(), x.edge());
    for (int c = 0; c < channels; c++)
        for (int t = 0; t < x.length(); t += LANES)
            _mm512_storeu_ps(seen.row(c) + t, leaky(_mm512_loadu_ps(x.row(c) + t), LAST_SLOPE));
    memory.join(seen, channels, past, within);
    for (int t = 0; t < x.length(); t += LANES) {
        __m512 sum = _mm512_set1_ps(vocoder.last[channels * vocoder.last_size]);
        for (int c = 0; c < channels; c++)
            for (int tap = 0; tap <= past; tap++) {
                const __m512 v = _mm512_loadu_ps(seen.row(c) + t + tap - past);
                sum = _mm512_fmadd_ps(v, _mm512_set1_ps(vocoder.last[c * vocoder.last_size + tap]), sum);
            }
        _mm512_mask_storeu_ps(samples + t, first_lanes(x.length() - t), sum);
    }
    for (int t = 0; t < x.length(); t++) samples[t] = std::tanh(samples[t]);
}

}  // namespace

int32_t vocoder_delay(const Vocoder *vocoder) {
    int delay = vocoder->first.ahead;
    for (int s = 0; s < vocoder->stage_count; s++) {
        const Stage &stage = vocoder->stages[s];
        delay = (delay + stage.up.ahead) * stage.scale + blocks_delay(*vocoder, stage);
    }
    return delay + vocoder->last_ahead;
}

Sentence *begin_vocoding(int32_t total) { return new Sentence{total, 0, {}}; }

void end_vocoding(Sentence *sentence) { delete sentence; }

// Takes the next `frames` frames of a mel (mels, frames), and for a vocoder with sources those times `hop` samples of
// the excitation; both are zeros behind the end. Gives as many samples, `vocoder_delay` late.
void vocode(const Vocoder *pointer, Sentence *sentence, const float *mel, const float *excitation, int32_t frames,
            float *samples) {
    const Vocoder &vocoder = *pointer;
    const int edge = farthest_past(vocoder), kept = vocoder_delay(pointer) + vocoder.hop;
    Memory memory(sentence->memory);
    const Floats source(1, excitation ? frames * vocoder.hop : 0, kept);
    if (excitation) {
        std::memcpy(source.row(0), excitation, source.length() * sizeof(float));
        memory.join(source, 1, kept);
    }
    int rate = 1, channels = vocoder.first.outputs, delay = vocoder.first.ahead;
    Floats *x = new Floats(channels, frames, edge);
    {
        const int pairs = (vocoder.first.inputs + 1) / 2;
        const Pairs seen(pairs, frames, edge);
        const Place place(*sentence, frames, rate);
        pair_rows(mel, frames, vocoder.first.inputs, vocoder.first.levels, seen, [](__m512 v) { return v; });
        memory.join(seen, pairs, past(vocoder.first), place.within(0));
        convolve(vocoder.first, seen, 0, place.within(delay), [&](int output, int t, const Tile &tile) {
            interleave(vocoder.first, 1, *x, frames, output, t, tile);
        });
    }
    for (int s = 0; s < vocoder.stage_count; s++) {
        const Stage &stage = vocoder.stages[s];
        const int pairs = (channels + 1) / 2;
        const Pairs seen(pairs, frames * rate, edge);
        const Place place(*sentence, frames, rate);
        pair_rows(x->row(0), x->stride(), channels, stage.up.levels, seen,
                  [](__m512 v) { return leaky(_mm512_add_ps(v, sine(v)), SLOPE); });
        delete x;
        memory.join(seen, pairs, past(stage.up), place.within(delay));
        delay += stage.up.ahead;
        const Span steps = place.within(delay);
        rate *= stage.scale, delay *= stage.scale;
        channels = stage.channels;
        const Floats raised(channels, frames * rate, edge);
        convolve(stage.up, seen, 0, steps, [&](int output, int t, const Tile &tile) {
            interleave(stage.up, stage.scale, raised, seen.length(), output, t, tile);
        });
        if (stage.source.size) add_source(stage.source, source.row(0) - delay * stage.source.stride, channels, raised);
        x = new Floats(channels, frames * rate, edge);
        delay = run_blocks(vocoder, stage, raised, delay, Place(*sentence, frames, rate), *x, memory);
    }
    finish(vocoder, *x, channels, Place(*sentence, frames, rate).within(delay), memory, samples);
    delete x;
    sentence->frames += frames;
}

#else

int32_t vocoder_runs_here() { return 0; }
int32_t vocoder_delay(const Vocoder *) { return 0; }
Sentence *begin_vocoding(int32_t) { return nullptr; }
void end_vocoding(Sentence *) {}
void vocode(const Vocoder *, Sentence *, const float *, const float *, int32_t, float *) {}

#endif
