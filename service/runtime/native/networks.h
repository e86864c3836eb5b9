// The mel decoder and the duration predictor, in vectors of LANES floats. decoder.cpp includes this for each width.
#include "linear.h"

constexpr int MEMORY_ROWS = 16;  // memory rows that are projected at once

struct Norm {
    const float *gain, *bias;
};

template <class Weight> struct Layer {
    Norm attention_norm, feed_forward_norm;
    Dense<Weight> query_key_value, memory_key_value, merge, feed_forward_1, feed_forward_2;
};

static void normalize(const Norm &norm, const float *x, float *y, int size) {
    float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < size; i++) sum += x[i];
    const float mean = sum / size;
#pragma omp simd reduction(+ : squares)
    for (int i = 0; i < size; i++) squares += (x[i] - mean) * (x[i] - mean);
    const float scale = 1.0f / std::sqrt(squares / size + 1e-6f);
    for (int i = 0; i < size; i++) y[i] = (x[i] - mean) * scale * norm.gain[i] + norm.bias[i];
}

// Reads layers off one array in the order in which they were packed.
struct Cursor {
    const char *at;

    template <class Number> const Number *take(size_t count) {
        const Number *here = (const Number *)at;
        at += count * sizeof(Number);
        return here;
    }
    template <class Weight> void read(Dense<Weight> &layer, int inputs, int outputs) {
        layer.inputs = inputs, layer.outputs = outputs;
        layer.weight = take<Weight>((size_t)inputs * padded(outputs));
        layer.unit = take<float>(padded(outputs));
        layer.bias = take<float>(padded(outputs));
    }
    void read(Norm &norm, int size) {
        norm.gain = take<float>(size);
        norm.bias = take<float>(size);
    }
};

// Softmax attention of one head's query over `count` rows of keys and values. WIDTH 0: as `any_width` says.
template <int WIDTH>
static void attend_head(const float *query, const float *const *rows, int count, int any_width, int value_offset,
                        float *scores, float *out) {
    const int width = WIDTH ? WIDTH : any_width;
    const float scale = 1.0f / std::sqrt((float)width);
    float top = -1e30f, total = 0;
    for (int i = 0; i < count; i++) {
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int d = 0; d < width; d++) sum += query[d] * rows[i][d];
        scores[i] = sum * scale;
        top = std::max(top, scores[i]);
    }
#pragma omp simd reduction(+ : total)
    for (int i = 0; i < count; i++) {
        scores[i] = exponential(scores[i] - top);
        total += scores[i];
    }
    for (int d = 0; d < width; d++) out[d] = 0;
    for (int i = 0; i < count; i++) {
        const float share = scores[i] / total, *value = rows[i] + value_offset;
#pragma omp simd
        for (int d = 0; d < width; d++) out[d] += share * value[d];
    }
}

// All heads of one query over rows of keys and values; `rows` is moved along from head to head.
static void attend(const float *query, const float **rows, int count, int heads, int units, float *scores, float *out) {
    const int width = units / heads;
    for (int head = 0; head < heads; head++, query += width, out += width) {
        if (width == 16) attend_head<16>(query, rows, count, width, units, scores, out);
        else attend_head<0>(query, rows, count, width, units, scores, out);
        for (int i = 0; i < count; i++) rows[i] += width;
    }
}

template <class Weight> struct Network {
    const Decoder &sizes;
    Dense<Weight> prenet_1, prenet_2, prenet_3, from_memory, from_prenet, output;
    Norm output_norm;
    std::vector<Layer<Weight>> layers;

    explicit Network(const Decoder &d) : sizes(d), layers(d.layers) {
        Cursor cursor{(const char *)d.weights};
        cursor.read(prenet_1, d.mels, d.prenet[0]);
        cursor.read(prenet_2, d.prenet[0], d.prenet[1]);
        cursor.read(prenet_3, d.prenet[1], d.prenet[2]);
        cursor.read(from_memory, d.memory, d.units);
        cursor.read(from_prenet, d.prenet[2], d.units);
        for (Layer<Weight> &layer : layers) {
            cursor.read(layer.attention_norm, d.units);
            cursor.read(layer.query_key_value, d.units, 3 * d.units);
            cursor.read(layer.memory_key_value, d.memory, 2 * d.units);
            cursor.read(layer.merge, 2 * d.units, d.units);
            cursor.read(layer.feed_forward_norm, d.units);
            cursor.read(layer.feed_forward_1, d.units, d.inner);
            cursor.read(layer.feed_forward_2, d.inner, d.units);
        }
        cursor.read(output_norm, d.units);
        cursor.read(output, d.units, d.mels * d.frames_per_step);
    }
};

// Projects memory rows until `needed` of them are there.
template <class Weight> static void project_memory(const Network<Weight> &net, Sequence &s, int needed) {
    const int units = net.sizes.units, memory = net.sizes.memory;
    while (s.projected < needed) {
        const int rows = std::min(MEMORY_ROWS, s.steps - s.projected);
        const float *from = s.memory + (size_t)s.projected * memory;
        dense(net.from_memory, from, memory, s.input + (size_t)s.projected * units, units, rows);
        for (size_t l = 0; l < net.layers.size(); l++) {
            float *to = s.memory_cache + (l * s.steps + s.projected) * 2 * units;
            dense(net.layers[l].memory_key_value, from, memory, to, 2 * units, rows);
        }
        s.projected += rows;
    }
}

// Rows of scratch memory for a batch.
struct Scratch {
    std::vector<float> frame, hidden_1, hidden_2, x, normal, query, heads, inner, scores;
    std::vector<const float *> rows;

    Scratch(const Decoder &d, int batch, int band)
        : frame(batch * d.mels), hidden_1(batch * std::max(d.prenet[0], d.prenet[2])), hidden_2(batch * d.prenet[1]),
          x(batch * d.units), normal(batch * d.units), query(batch * 3 * d.units), heads(batch * 2 * d.units),
          inner(batch * d.inner), scores(band + 1), rows(band + 1) {}
};

static void attend_sequence(const Decoder &d, const Sequence &s, int layer, const float *query, Scratch &t, float *out) {
    const int units = d.units, ring = s.band + 1;
    const float **rows = t.rows.data();
    float *scores = t.scores.data();
    float *cache = s.cache + (size_t)layer * ring * 2 * units;
    std::memcpy(cache + (size_t)(s.step % ring) * 2 * units, query + units, 2 * units * sizeof(float));
    const int before = std::min(s.band, s.step) + 1, ahead = std::min(s.band, s.steps - 1 - s.step) + 1;
    for (int i = 0; i < before; i++) rows[i] = cache + (size_t)((s.step - i) % ring) * 2 * units;
    attend(query, rows, before, d.heads, units, scores, out);
    const float *memory = s.memory_cache + ((size_t)layer * s.steps + s.step) * 2 * units;
    for (int i = 0; i < ahead; i++) rows[i] = memory + (size_t)i * 2 * units;
    attend(query, rows, ahead, d.heads, units, scores, out + units);
}

template <class Weight> static void run_layers(const Network<Weight> &net, Sequence **batch, int count, Scratch &t) {
    const Decoder &d = net.sizes;
    const int units = d.units;
    for (int l = 0; l < d.layers; l++) {
        const Layer<Weight> &layer = net.layers[l];
        for (int b = 0; b < count; b++) normalize(layer.attention_norm, &t.x[b * units], &t.normal[b * units], units);
        dense(layer.query_key_value, t.normal.data(), units, t.query.data(), 3 * units, count);
        for (int b = 0; b < count; b++)
            attend_sequence(d, *batch[b], l, &t.query[b * 3 * units], t, &t.heads[b * 2 * units]);
        dense(layer.merge, t.heads.data(), 2 * units, t.x.data(), units, count, false, true);
        for (int b = 0; b < count; b++) normalize(layer.feed_forward_norm, &t.x[b * units], &t.normal[b * units], units);
        dense(layer.feed_forward_1, t.normal.data(), units, t.inner.data(), d.inner, count, true);
        dense(layer.feed_forward_2, t.inner.data(), d.inner, t.x.data(), units, count, false, true);
    }
}

// One step of every sequence of the batch: the last frame in, the next `frames_per_step` frames out.
template <class Weight> static void advance(const Network<Weight> &net, Sequence **batch, int count, Scratch &t) {
    const Decoder &d = net.sizes;
    const int units = d.units, out = d.mels * d.frames_per_step;
    const float root = std::sqrt((float)units);
    for (int b = 0; b < count; b++) {
        Sequence &s = *batch[b];
        project_memory(net, s, std::min(s.step + s.band + 1, s.steps));
        float *frame = &t.frame[b * d.mels];
        if (s.step) std::memcpy(frame, s.frames + (size_t)s.step * out - d.mels, d.mels * sizeof(float));
        else std::memset(frame, 0, d.mels * sizeof(float));
    }
    dense(net.prenet_1, t.frame.data(), d.mels, t.hidden_1.data(), d.prenet[0], count, true);
    dense(net.prenet_2, t.hidden_1.data(), d.prenet[0], t.hidden_2.data(), d.prenet[1], count, true);
    dense(net.prenet_3, t.hidden_2.data(), d.prenet[1], t.hidden_1.data(), d.prenet[2], count);
    dense(net.from_prenet, t.hidden_1.data(), d.prenet[2], t.x.data(), units, count);
    for (int b = 0; b < count; b++) {
        const float *memory = batch[b]->input + (size_t)batch[b]->step * units;
        for (int i = 0; i < units; i++) t.x[b * units + i] = (t.x[b * units + i] + memory[i]) * root;
    }
    run_layers(net, batch, count, t);
    for (int b = 0; b < count; b++) normalize(net.output_norm, &t.x[b * units], &t.normal[b * units], units);
    for (int b = 0; b < count; b++) {
        Sequence &s = *batch[b];
        dense(net.output, &t.normal[b * units], units, s.frames + (size_t)s.step * out, out, 1);
        s.step++;
    }
}

template <class Weight>
static void lstm(const Dense<Weight> &gates, const float *x, int inputs, float *hidden, float *cell, float *joined,
                 float *sums, int units) {
    std::memcpy(joined, x, inputs * sizeof(float));
    std::memcpy(joined + inputs, hidden, units * sizeof(float));
    dense(gates, joined, inputs + units, sums, 4 * units, 1);
#pragma omp simd
    for (int i = 0; i < units; i++) {
        const float in = sigmoid(sums[i]), forget = sigmoid(sums[units + i]);
        cell[i] = forget * cell[i] + in * hyperbolic_tangent(sums[2 * units + i]);
        hidden[i] = sigmoid(sums[3 * units + i]) * hyperbolic_tangent(cell[i]);
    }
}

template <class Weight> static void decode_with(const Decoder &decoder, Sequence **sequences, int count, int steps) {
    const Network<Weight> net(decoder);
    int band = 0;
    for (int i = 0; i < count; i++) band = std::max(band, sequences[i]->band);
    Scratch scratch(decoder, count, band);
    std::vector<Sequence *> batch(sequences, sequences + count);
    for (int i = 0; i < steps; i++) {
        batch.erase(std::remove_if(batch.begin(), batch.end(), [](Sequence *s) { return s->step >= s->steps; }), batch.end());
        if (batch.empty()) return;
        advance(net, batch.data(), (int)batch.size(), scratch);
    }
}

static void decode(const Decoder &decoder, Sequence **sequences, int count, int steps) {
    if (decoder.exact) decode_with<float>(decoder, sequences, count, steps);
    else decode_with<int16_t>(decoder, sequences, count, steps);
}

static void predict(const DurationPredictor &p, const float *conditions, int n, float *out) {
    Cursor cursor{(const char *)p.weights};
    const int p1 = p.prenet[0], p2 = p.prenet[1], units = p.units, width = p2 + p.condition;
    Dense<float> prenet_1, prenet_2, lstm_1, lstm_2, output;
    cursor.read(prenet_1, 1, p1);
    cursor.read(prenet_2, p1, p2);
    cursor.read(lstm_1, width + units, 4 * units);
    cursor.read(lstm_2, 2 * units, 4 * units);
    cursor.read(output, units, 1);
    std::vector<float> hidden(p1), x(width), joined(width + 2 * units), sums(4 * units), state(4 * units);
    float *h1 = &state[0], *c1 = &state[units], *h2 = &state[2 * units], *c2 = &state[3 * units];
    float last = 0;
    for (int i = 0; i < n; i++) {
        dense(prenet_1, &last, 1, hidden.data(), p1, 1, true);
        dense(prenet_2, hidden.data(), p1, x.data(), p2, 1, true);
        std::memcpy(&x[p2], conditions + (size_t)i * p.condition, p.condition * sizeof(float));
        lstm(lstm_1, x.data(), width, h1, c1, joined.data(), sums.data(), units);
        lstm(lstm_2, h1, units, h2, c2, joined.data(), sums.data(), units);
        dense(output, h2, units, &last, 1, 1, true);
        out[i] = last;
    }
}
